# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for the internet works as it does, and stand-ins keep the contracts of their names.

The images are pulled by a host's engine: where the registry holds official images, the same tests hold those.
"""

from __future__ import annotations

import json

import pytest

from support.services import ZONE, Services

SERVICES = ("dns", "ca", "registry", "outside")
POSTGRES = "postgres:17"
PASSWORD = "p@ss word/%"  # noqa: S105  # characters that must survive quoting


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    environment = Services(tmp_path_factory.mktemp("inventory"), "services")
    try:
        environment.must_play("playbooks/rehearse_up.yml")
        yield environment
    finally:
        environment.down()
        assert environment.things() == []


@pytest.fixture(scope="module")
def on_host(services):
    services.have_engine()
    return services


class TestTheWhole:
    def test_a_second_run_changes_nothing(self, services):
        assert services.must_play("playbooks/rehearse_up.yml").changed() == {"localhost": 0}

    def test_a_plan_of_what_is_there_changes_nothing(self, services):
        assert services.must_play("playbooks/rehearse_up.yml", "--check").changed() == {"localhost": 0}

    def test_no_port_is_published_on_the_machine(self, services):
        for service in SERVICES:
            container = services.engine.containers.get(f"slipway-services-{service}")
            assert container.attrs["HostConfig"]["PortBindings"] in ({}, None)

    def test_after_a_power_cut_all_services_are_started_again(self, services):
        for service in SERVICES:
            services.engine.containers.get(f"slipway-services-{service}").kill()
        assert services.must_play("playbooks/rehearse_up.yml").changed() == {"localhost": 1}
        assert services.must_play("playbooks/rehearse_up.yml").changed() == {"localhost": 0}

    def test_a_service_that_cannot_become_healthy_shows_the_end_of_its_log(self, services):
        services.on_host("dns", "sh", "-c", "echo nonsense >/etc/knot/tsig.conf")
        services.engine.containers.get("slipway-services-dns").kill()
        try:
            run = services.play("playbooks/rehearse_up.yml")
        finally:
            services.engine.containers.get("slipway-services-dns").remove(force=True)
            services.must_play("playbooks/rehearse_up.yml")
        assert run.code != 0
        assert "slipway-services-dns is exited" in run.output, run.output
        assert "/etc/knot/tsig.conf" in run.output


class TestDns:
    @pytest.fixture
    def update(self, services):
        services.put("outside", "/root/tsig.key", services.key_file.read_bytes())

        def send(*lines, key="-k /root/tsig.key"):
            text = "\n".join([f"server {services.address('dns')}", f"zone {ZONE}", *lines, "send", ""])
            services.put("outside", "/root/update", text.encode())
            return services.outside(f"nsupdate {key} /root/update")

        return send

    @pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
    def test_an_update_with_the_key_is_answered_at_once(self, services, update, transport):
        update(
            f"update add app.{ZONE} 60 A 192.0.2.10",
            f"update add app.{ZONE} 60 AAAA 2001:db8::10",
        )
        for record, value in (("A", "192.0.2.10"), ("AAAA", "2001:db8::10")):
            assert value in services.outside(
                f"dig {transport} +norecurse @{services.address('dns')} app.{ZONE} {record} +short"
            )

    def test_an_update_without_the_key_is_refused(self, update):
        with pytest.raises(AssertionError, match=r"NOTAUTH|REFUSED"):
            update(f"update add intruder.{ZONE} 60 A 192.0.2.66", key="")

    def test_an_update_survives_a_restart(self, services, update):
        update(f"update add kept.{ZONE} 60 A 192.0.2.11")
        services.engine.containers.get("slipway-services-dns").restart(timeout=5)
        services.must_play("playbooks/rehearse_up.yml")
        assert services.outside(f"dig +short kept.{ZONE}") == "192.0.2.11\n"

    def test_the_key_is_neither_in_the_container_s_settings_nor_in_a_verbose_run(self, services):
        secret = services.key_file.read_text().split('secret "')[1].split('"')[0]
        container = services.engine.containers.get("slipway-services-dns")
        assert secret not in json.dumps(container.attrs)
        assert secret not in services.must_play("playbooks/rehearse_up.yml", "-vvv", "--diff").output
        assert services.key_file.stat().st_mode & 0o777 == 0o600


class TestCa:
    def test_the_directory_answers_over_tls_that_its_authorities_vouch_for(self, services):
        services.put("outside", "/root/ca.pem", services.ca_file.read_bytes())
        directory = f"https://ca.{ZONE}:14000/dir"
        assert "newOrder" in json.loads(services.outside(f"curl -sS --cacert /root/ca.pem {directory}"))
        with pytest.raises(AssertionError):
            services.outside(f"curl -sS {directory}")

    def test_caddy_gets_a_certificate_for_a_name_that_dns_leads_to_it(self, on_host):
        services = on_host
        services.put("outside", "/root/tsig.key", services.key_file.read_bytes())
        services.put("outside", "/root/ca.pem", services.ca_file.read_bytes())
        server, host = services.address("dns"), services.address("engine")
        update = f"server {server}\nupdate add www.{ZONE} 60 A {host}\nsend\n"
        services.put("outside", "/root/update", update.encode())
        services.outside("nsupdate -k /root/tsig.key /root/update")

        caddyfile = (
            f"{{\n\tacme_ca https://ca.{ZONE}:14000/dir\n\tacme_ca_root /ca/ca.pem\n}}\n"
            f"www.{ZONE} {{\n\trespond hello\n}}\n"
        )
        services.put("engine", "/root/caddy/ca.pem", services.ca_file.read_bytes())
        services.put("engine", "/root/caddy/Caddyfile", caddyfile.encode())
        mounts = "-v /root/caddy/ca.pem:/ca/ca.pem:ro -v /root/caddy/Caddyfile:/etc/caddy/Caddyfile:ro"
        services.run("proxy", "caddy:2", options=f"--network host {mounts}")
        services.eventually("docker logs proxy 2>&1 | grep -q 'certificate obtained successfully'")
        assert services.outside(f"curl -sS --cacert /root/ca.pem https://www.{ZONE}") == "hello"
        services.host("docker rm -f proxy")


class TestRegistry:
    @pytest.mark.parametrize(
        "image",
        [POSTGRES, "pgvector/pgvector:pg17", "redis:8", "caddy:2", "nginx:1", "versity/versitygw:v1.8.0"],
    )
    def test_a_host_pulls_it_under_the_name_that_production_pulls(self, on_host, image):
        on_host.host(f"docker pull -q {image}")

    def test_a_host_pulls_it_by_digest(self, on_host):
        on_host.host("docker pull -q redis:8")
        digest = on_host.host("docker image inspect --format '{{index .RepoDigests 0}}' redis:8").strip()
        on_host.host(f"docker image rm -f redis:8 {digest} && docker pull -q {digest}")

    def test_an_image_that_it_has_not_is_no_answer(self, on_host):
        with pytest.raises(AssertionError):
            on_host.host("timeout 60 docker pull -q example/none:1")


@pytest.fixture(scope="module")
def database(on_host):
    on_host.put("engine", "/root/password", PASSWORD.encode())
    on_host.put("engine", "/root/init/10.sql", b"CREATE EXTENSION vector; CREATE TABLE kept (v vector(3));\n")
    on_host.put(
        "engine",
        "/root/init/20.sh",
        b'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO kept VALUES (\'[1,2,3]\')"\n',
    )
    on_host.host("docker volume rm -f data; chmod 755 /root/init; chmod 644 /root/init/*")
    start_database(on_host)
    yield on_host
    on_host.host("docker rm -f -v db; docker volume rm data")


def start_database(on_host):
    on_host.run(
        "db",
        POSTGRES,
        "-c",
        "max_connections=33",
        options="-e POSTGRES_USER=shop -e POSTGRES_DB=goods -e POSTGRES_PASSWORD_FILE=/run/password "
        "-v /root/password:/run/password:ro -v /root/init:/docker-entrypoint-initdb.d:ro "
        "-v data:/var/lib/postgresql/data",
    )
    on_host.eventually("docker exec db pg_isready -h 127.0.0.1 -U shop")


def ask(on_host, statement, password=PASSWORD):
    on_host.put("engine", "/root/pgpass", f"*:*:*:*:{password}\n".encode())
    return on_host.host(
        "address=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' db); "
        "docker run --rm -v /root/pgpass:/pgpass:ro -e PGPASSFILE=/pgpass --entrypoint psql "
        f'{POSTGRES} -h "$address" -U shop -d goods -Atc "{statement}"'
    )


class TestPostgres:
    def test_the_password_is_asked_for_over_the_network(self, database):
        assert ask(database, "SELECT current_user") == "shop\n"
        with pytest.raises(AssertionError, match="password authentication failed"):
            ask(database, "SELECT 1", password="wrong")  # noqa: S106

    def test_the_scripts_have_run_in_order(self, database):
        assert ask(database, "SELECT v <-> '[1,2,4]' FROM kept") == "1\n"

    def test_arguments_reach_the_server(self, database):
        assert ask(database, "SHOW max_connections") == "33\n"

    def test_the_locale_and_the_user_are_the_official_ones(self, database):
        assert ask(database, "SELECT datcollate FROM pg_database WHERE datname = 'goods'") == "en_US.utf8\n"
        assert database.host("docker exec db stat -c %u:%g /var/lib/postgresql/data") == "999:999\n"

    def test_data_and_password_outlive_the_container(self, database):
        ask(database, "CREATE TABLE outlives AS SELECT 42 AS answer")
        database.host("docker stop db && docker rm db")
        start_database(database)
        assert ask(database, "SELECT answer FROM outlives") == "42\n"

    def test_an_empty_volume_without_a_password_is_refused(self, database):
        with pytest.raises(AssertionError, match="POSTGRES_PASSWORD"):
            database.host(f"docker run --rm {POSTGRES}")

    def test_a_start_that_was_killed_while_preparing_is_made_good(self, database):
        database.put("engine", "/root/slow/10.sh", b"sleep 600\n")
        database.host("chmod 755 /root/slow; chmod 644 /root/slow/*; docker volume rm -f half")
        options = "-e POSTGRES_PASSWORD=x -v half:/var/lib/postgresql/data"
        database.run("half", POSTGRES, options=f"{options} -v /root/slow:/docker-entrypoint-initdb.d:ro")
        database.eventually("docker top half | grep -q 'sleep 600'")
        database.host("docker kill half")
        database.run("half", POSTGRES, options=options)
        database.eventually("docker exec half psql -h 127.0.0.1 -U postgres -c 'SELECT 1'")
        database.host("docker rm -f half; docker volume rm half")


class TestRedis:
    def test_it_answers_over_the_network_and_takes_arguments(self, on_host):
        on_host.run(
            "cache", "redis:8", "--appendonly", "yes", "--maxmemory", "20mb", options="-v cache:/data"
        )
        on_host.eventually("docker exec cache redis-cli ping | grep -q PONG")
        address = on_host.host("docker inspect -f '{{.NetworkSettings.IPAddress}}' cache").strip()
        assert on_host.host(f"docker run --rm redis:8 redis-cli -h {address} set kept 1") == "OK\n"
        assert "20971520" in on_host.host("docker exec cache redis-cli config get maxmemory")
        assert on_host.host("docker exec cache stat -c %u /data/appendonlydir") == "999\n"
        assert "999" in on_host.host("docker exec cache awk '/^Uid/ {print $2}' /proc/1/status")

    def test_data_outlives_the_container(self, on_host):
        on_host.host("docker stop cache && docker rm cache")
        on_host.run("cache", "redis:8", "--appendonly", "yes", options="-v cache:/data")
        on_host.eventually("docker exec cache redis-cli get kept | grep -qx 1")
        on_host.host("docker rm -f cache; docker volume rm cache")


class TestCaddy:
    def test_it_serves_a_folder_and_reloads(self, on_host):
        on_host.put("engine", "/root/site/index.html", b"one\n")
        on_host.put("engine", "/root/site/Caddyfile", b":80\nroot * /srv\nfile_server\n")
        on_host.host("chmod 755 /root/site; chmod 644 /root/site/*")
        on_host.run(
            "web",
            "caddy:2",
            options="-p 8080:80 -v /root/site:/srv:ro -v /root/site/Caddyfile:/etc/caddy/Caddyfile:ro",
        )
        assert on_host.eventually("curl -sf http://127.0.0.1:8080/") == "one\n"
        on_host.host("docker exec -w /etc/caddy web caddy reload")
        assert on_host.host("docker exec web caddy version").startswith("v2.")
        on_host.host("docker rm -f web")


class TestNginx:
    def test_it_serves_a_folder_reads_javascript_and_reloads(self, on_host):
        on_host.put("engine", "/root/njs/page.js", b"export default { page: r => r.return(200, 'two') };\n")
        on_host.put(
            "engine",
            "/root/njs/nginx.conf",
            b"load_module /usr/lib/nginx/modules/ngx_http_js_module.so;\nuser nginx;\nevents {}\n"
            b"http { js_import page from /etc/nginx/njs/page.js;\n"
            b"server { listen 80; http2 on; location /two { js_content page.page; } } }\n",
        )
        on_host.host("chmod 755 /root/njs; chmod 644 /root/njs/*")
        on_host.run("web", "nginx:1", "nginx", "-g", "daemon off;", options="-p 8080:80")
        assert "nginx" in on_host.eventually("curl -sf http://127.0.0.1:8080/")
        on_host.host("docker exec web nginx -s reload")
        assert "worker" in on_host.host("docker top web")
        on_host.host("docker rm -f web")
        options = "-p 8080:80 -v /root/njs:/etc/nginx/njs:ro -v /root/njs/nginx.conf:/etc/nginx/nginx.conf:ro"
        on_host.run("web", "nginx:1", options=options)
        assert on_host.eventually("curl -sf http://127.0.0.1:8080/two") == "two"
        assert on_host.host("docker exec web id -u nginx") == "101\n"
        on_host.host("docker rm -f web")


class TestObjectStorage:
    def test_an_object_comes_back_with_the_right_signature_alone(self, on_host):
        account = "-e ROOT_ACCESS_KEY=access -e ROOT_SECRET_KEY=secret"
        options = f"{account} -e VGW_HEALTH=/health -p 7070:7070 -v objects:/data"
        on_host.run("store", "versity/versitygw:v1.8.0", "posix", "/data", options=options)
        on_host.eventually("curl -sf http://127.0.0.1:7070/health")
        signed = "curl -sS --fail-with-body --aws-sigv4 aws:amz:us-east-1:s3 --user access:{}"
        right, wrong = signed.format("secret"), signed.format("guess")
        on_host.host(f"{right} -X PUT http://127.0.0.1:7070/bucket")
        on_host.put("engine", "/root/object", b"kept\n")
        on_host.host(f"{right} -T /root/object http://127.0.0.1:7070/bucket/object")
        assert on_host.host(f"{right} http://127.0.0.1:7070/bucket/object") == "kept\n"
        with pytest.raises(AssertionError, match="SignatureDoesNotMatch"):
            on_host.host(f"{wrong} http://127.0.0.1:7070/bucket/object")
        on_host.host("docker rm -f store")
        on_host.run(
            "store",
            "versity/versitygw:v1.8.0",
            options=f"{options} -e VGW_BACKEND=posix -e VGW_BACKEND_ARG=/data",
        )
        assert on_host.eventually(f"{right} http://127.0.0.1:7070/bucket/object") == "kept\n"
        on_host.host("docker rm -f store; docker volume rm objects")
