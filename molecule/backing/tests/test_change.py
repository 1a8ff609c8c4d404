# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next run makes of other variables, and of what has happened to the containers meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.backing import App, converge, spellings

OTHER = {
    "postgres_password": "another-p/w:@%s$#&'\"-2",
    "redis_password": "another-r/w:@%s$#&'\"-2",
    "object_storage_secret_key": "another-s/w:@%s$#&'\"-2",
}
NEWER = "slipway-test/postgres:18"
BROKEN = "slipway-test/redis:broken"
SEEN = "/root/slipway-test-seen"


@pytest.fixture(scope="module")
def inventory(request: pytest.FixtureRequest, host: Any) -> Iterator[str]:
    """Return the inventory's path; what the scenario has written holds again afterwards."""
    path = str(request.config.getoption("ansible_inventory"))
    yield path
    back = converge(path)
    host.run("docker image rm --force %s %s", NEWER, BROKEN)
    assert back.returncode == 0, back.stdout


@pytest.fixture
def called(host: Any) -> Iterator[Callable[[], str]]:
    """What the host's process list has shown since the test began."""
    watch = f"while :; do cat /proc/[0-9]*/cmdline | tr '\\0' ' '; sleep 0.05; done 2>/dev/null >{SEEN}"
    host.check_output("systemd-run --quiet --collect --unit=slipway-test-watch sh -c %s", watch)
    yield lambda: host.check_output("cat %s", SEEN)
    host.check_output("systemctl stop slipway-test-watch")
    host.check_output("rm %s", SEEN)


def program_instead(host: Any, base: str, image: str, program: str, script: str) -> None:
    """Make an image in which a program is another one."""
    host.check_output(
        "sh -c %s",
        f"""
        set -e
        file=$(mktemp); printf '#!/bin/sh\\n{script}\\n' >"$file"; chmod 0755 "$file"
        container=$(docker create {base}); trap 'docker rm "$container"; rm "$file"' EXIT
        docker cp "$file" "$container:{program}"
        docker commit "$container" {image}
        """,
    )


def started(host: Any, container: str) -> str:
    form = "{{.State.Running}} {{.State.StartedAt}}"
    return str(host.check_output("docker inspect --format %s %s", form, container))


def lets_in(host: Any, origin: str) -> str | None:
    """Return the origin that the bucket lets in when a page of this one asks."""
    asked = {"origin": origin, "access-control-request-method": "GET"}
    answer = App(host).s3("OPTIONS", "/uploads/x", signed=False, **asked)
    return answer.headers.get("access-control-allow-origin")


def works(app: App) -> list[bool]:
    """Whether each service lets the app in."""
    return [app.sql("SELECT 1").rc == 0, app.redis("PING") == "PONG", app.s3("GET", "/uploads").status == 200]


def test_changed_variables_take_effect(host: Any, inventory: str, called: Callable[[], str]) -> None:
    before = started(host, "slipway-postgres")
    new, old = "https://new.example.org", "https://app.example.org"
    changed = converge(
        inventory, "-vvv", **OTHER, object_storage_buckets=[{"name": "uploads", "cors_origins": [new]}]
    )
    assert changed.returncode == 0, changed.stdout
    processes = called()
    assert "invocation" in changed.stdout
    assert "postgres-provision apply" in processes
    for spelling in set().union(*map(spellings, OTHER.values())):
        assert spelling not in changed.stdout
        assert spelling not in processes
    assert works(App(host, **OTHER)) == [True, True, True]
    assert works(App(host)) == [False, False, False]
    assert started(host, "slipway-postgres") == before, "a password is no reason to restart the database"
    assert [lets_in(host, origin) for origin in (new, old)] == [new, None]


def test_what_others_have_done_is_undone(host: Any, inventory: str) -> None:
    """Another access key on top, whose account has to take the other bucket over."""
    make = "docker exec slipway-postgres psql --username postgres --command %s"
    host.check_output(make, 'ALTER ROLE "slipway-test" SUPERUSER')
    host.check_output("docker rm --force slipway-redis")
    host.check_output("docker stop slipway-object-storage")
    host.check_output("rm -r /var/lib/slipway/object_storage/buckets/uploads")
    back = converge(inventory, object_storage_access_key_id="sentinel-key-2")
    assert back.returncode == 0, back.stdout
    app = App(host, object_storage_access_key_id="sentinel-key-2")
    assert works(app) == [True, True, True]
    assert app.sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").stdout == "f\n"
    assert App(host).s3("GET", "/uploads").status == 403
    assert lets_in(host, "https://app.example.org") == "https://app.example.org"


def test_data_of_another_major_version_is_refused_while_it_serves(host: Any, inventory: str) -> None:
    script = "echo postgres \\(PostgreSQL\\) 18.1"
    program_instead(host, "pgvector/pgvector:pg17", NEWER, "/usr/lib/postgresql/17/bin/postgres", script)
    before = started(host, "slipway-postgres")
    refused = converge(inventory, postgres_image=NEWER)
    assert refused.returncode != 0
    said = " ".join(refused.stdout.split())
    assert f"/var/lib/slipway/postgres belongs to PostgreSQL 17 and {NEWER} brings 18" in said
    assert started(host, "slipway-postgres") == before


def test_database_whose_disk_is_not_there_is_not_begun_anew(host: Any, inventory: str) -> None:
    host.check_output("docker stop slipway-postgres")
    host.check_output("mv /var/lib/slipway/postgres /var/lib/slipway/postgres-elsewhere")
    try:
        refused = converge(inventory)
        assert "the database was in /var/lib/slipway/postgres and is gone" in " ".join(refused.stdout.split())
        assert not host.file("/var/lib/slipway/postgres").exists
    finally:
        host.check_output("mv /var/lib/slipway/postgres-elsewhere /var/lib/slipway/postgres")
        host.check_output("docker start slipway-postgres")


def test_failure_shows_what_the_container_said_last(host: Any, inventory: str) -> None:
    script = "echo sentinel of a broken start >&2; exit 1"
    program_instead(host, "redis:8", BROKEN, "/usr/local/bin/docker-entrypoint.sh", script)
    failed = converge(inventory, redis_image=BROKEN)
    assert failed.returncode != 0
    assert "sentinel of a broken start" in failed.stdout
    assert "the previous files are back and applied" in " ".join(failed.stdout.split())
    assert App(host).redis("PING") == "PONG"
