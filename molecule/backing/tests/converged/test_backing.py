# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL, Redis and the object storage as an app meets them, before and after a reboot."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from support.backing import WRITTEN, App, spellings
from support.exposure import look, unprotected

# With what each may take, after converge.yml and the roles' READMEs, and the port it listens on.
MEMORY = {"slipway-postgres": 512, "slipway-redis": 2 * 64 + 64, "slipway-object-storage": 256}
PORTS = {"slipway-postgres": 5432, "slipway-redis": 6379, "slipway-object-storage": 7070}
SECRETS = ("postgres_password", "redis_password", "object_storage_secret_key")
# Grows by a line with each verification; the services have to know all lines, those before the reboot too.
DIARY = "/root/slipway-test-diary"


@pytest.fixture(scope="module")
def app(host: Any) -> App:
    return App(host)


@pytest.fixture(scope="module", params=PORTS)
def container(host: Any, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the engine tells of each container."""
    return dict(json.loads(host.check_output("docker inspect %s", request.param))[0])


def test_container_is_healthy(container: dict[str, Any]) -> None:
    assert container["State"]["Health"]["Status"] == "healthy"
    assert container["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


def test_nothing_is_published(container: dict[str, Any]) -> None:
    assert not container["HostConfig"]["PortBindings"]
    assert not any(container["NetworkSettings"]["Ports"].values())
    assert list(container["NetworkSettings"]["Networks"]) == ["slipway"]


def test_nothing_is_reached_from_outside_even_without_the_firewall(host: Any) -> None:
    with unprotected(host):
        outcomes = {port: look(host, port, "closed") for port in PORTS.values()}
        ssh = look(host, 22, "open")
    assert [outcome.passed for outcome in ssh] == [True, True]
    assert {port: [outcome.passed for outcome in seen] for port, seen in outcomes.items()} == {
        port: [True, True] for port in PORTS.values()
    }


def test_container_has_neither_rights_nor_all_the_memory(host: Any, container: dict[str, Any]) -> None:
    settings = container["HostConfig"]
    assert settings["CapDrop"] == ["ALL"]
    assert settings["SecurityOpt"] == ["no-new-privileges:true"]
    assert settings["Memory"] == MEMORY[container["Name"].lstrip("/")] * 1024**2
    status = host.check_output("cat /proc/%s/status", str(container["State"]["Pid"]))
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert told["Uid"].split() == ["999"] * 4
    assert int(told["CapEff"], 16) == int(told["CapBnd"], 16) == 0


def test_no_secret_is_where_others_look(host: Any, container: dict[str, Any]) -> None:
    shown = json.dumps(container) + host.check_output("ps axww --format args")
    root_key = host.check_output("cat /etc/slipway/object_storage/root-secret-key")
    assert len(root_key) == 64
    for secret in (root_key, *(WRITTEN[name] for name in SECRETS)):
        assert not [spelling for spelling in spellings(secret) if spelling in shown]


def test_secrets_are_for_root_and_the_container_alone(host: Any) -> None:
    readable = "find /etc/slipway/postgres /etc/slipway/redis /etc/slipway/object_storage -type f -perm /0044"
    assert {path.rpartition("/")[2] for path in host.check_output(readable).split()} == {
        "check.sql",
        "compose.yml",
        "provision.sql",
        "redis.conf",
    }


def test_app_owns_its_database_and_no_more(app: App) -> None:
    rights = (
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert app.sql(rights).stdout == "f|f|f|f|f\n"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert app.sql(owner).stdout == "slipway-test\n"
    assert "permission denied" in app.sql("CREATE ROLE another").stderr
    assert "permission denied" in app.sql("COPY (SELECT 1) TO PROGRAM 'id'").stderr


def test_vectors_work(app: App) -> None:
    script = (
        "CREATE TEMPORARY TABLE items (id int, place vector(3));"
        "INSERT INTO items VALUES (1, '[1,1,1]'), (2, '[5,5,5]');"
        "SELECT id FROM items ORDER BY place <-> '[4,4,4]' LIMIT 1"
    )
    assert app.sql(script).stdout == "2\n"


def test_database_is_set_up_for_its_memory_and_disk(app: App) -> None:
    for name, value in {"shared_buffers": "128MB", "data_checksums": "on", "max_connections": "100"}.items():
        assert app.sql(f"SHOW {name}").stdout == f"{value}\n"


@pytest.mark.parametrize("user", ["slipway-test", "postgres"])
@pytest.mark.parametrize("password", ["", "postgres", "wrong"])
def test_database_lets_nobody_in_without_the_password(app: App, user: str, password: str) -> None:
    asked = app.sql("SELECT 1", user=user, password=password, database="postgres")
    assert asked.rc != 0
    assert "password" in asked.stderr


def test_redis_does_what_an_app_needs_and_no_more(app: App) -> None:
    assert app.redis("SET", "slipway-test", "seen") == "OK"
    assert app.redis("GET", "slipway-test") == "seen"
    assert "maxmemory_policy:noeviction" in app.redis("INFO", "memory")
    for words in (
        ("CONFIG", "SET", "save", "1"),
        ("SHUTDOWN",),
        ("REPLICAOF", "192.0.2.1", "1"),
        ("ACL", "LIST"),
    ):
        assert app.redis(*words).startswith("NOPERM"), words


def test_redis_lets_nobody_in_without_the_password(host: Any) -> None:
    other = App(host, redis_password="wrong")  # noqa: S106
    assert other.redis("PING").startswith("NOAUTH")
    assert "NOAUTH" in host.run("docker exec slipway-redis redis-cli PING").stdout


def test_objects_come_back(app: App) -> None:
    assert app.s3("PUT", "/private/folder/a b", "hello").status == 200
    assert app.s3("GET", "/private/folder/a b").body == "hello"
    assert app.s3("DELETE", "/private/folder/a b").status == 204


def test_pages_of_the_app_alone_get_in(app: App) -> None:
    def preflight(bucket: str, origin: str) -> dict[str, str]:
        asked = {"origin": origin, "access-control-request-method": "PUT"}
        return app.s3("OPTIONS", f"/{bucket}/x", signed=False, **asked).headers

    allowed = "access-control-allow-origin"
    assert preflight("uploads", "https://app.example.org")[allowed] == "https://app.example.org"
    assert allowed not in preflight("uploads", "https://evil.example.org")
    assert allowed not in preflight("private", "https://app.example.org")


def test_app_is_not_the_storage_root(app: App) -> None:
    assert app.s3("PATCH", "/list-users").status == 403
    assert app.s3("PUT", "/another-bucket").status == 403
    assert app.s3("GET", "/uploads", signed=False).status == 403


def test_data_outlives_containers_and_reboots(host: Any, app: App) -> None:
    page = uuid.uuid4().hex
    assert app.sql("CREATE TABLE IF NOT EXISTS diary (page text)").rc == 0
    assert app.sql(f"INSERT INTO diary VALUES ('{page}')").rc == 0  # noqa: S608
    assert app.redis("SADD", "diary", page) == "1"
    assert app.s3("PUT", f"/private/{page}", page).status == 200
    host.check_output("sh -c %s", f"echo {page} >>{DIARY}")
    diary = set(host.check_output("cat %s", DIARY).split())
    up = "docker compose --project-directory /etc/slipway/{} up --detach --force-recreate --wait"
    host.check_output("printf %s | xargs --max-procs=3 -I{} " + up, "postgres\nredis\nobject_storage\n")
    assert diary <= set(app.sql("SELECT page FROM diary").stdout.split())
    assert diary <= set(app.redis("SMEMBERS", "diary").split())
    assert diary == {app.s3("GET", f"/private/{page}").body for page in diary}
