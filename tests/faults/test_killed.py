# SPDX-License-Identifier: GPL-3.0-or-later
"""One release, killed again and again, each time further on; each test stands on the one before."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

NEXT = "/var/lib/slipway/release/reference/next.json"
UPSTREAMS = "/etc/slipway/proxy/upstreams/reference"
# Reading goes on; whoever notes a migration waits, after it has changed the schema and before that counts.
HOLD_MIGRATIONS = (
    "docker exec slipway-postgres psql -U postgres -d reference -c "
    "'BEGIN; LOCK TABLE alembic_version IN SHARE MODE; SELECT pg_sleep(300)'"
)
LET_GO = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK TABLE%'"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
MIGRATES = f"test $(docker exec slipway-postgres psql -U postgres -Atqc '{WAITING}') != 0"


@contextmanager
def migrations_held(site):
    with site.held(HOLD_MIGRATIONS):
        try:
            yield
        finally:
            site.query(LET_GO)


@pytest.mark.usefixtures("untouched")
def test_while_it_pulls(site):
    site.forget_migrations()
    site.forget_images()
    with site.releasing("1.1.0") as run:
        site.eventually("pgrep -f 'docker [p]ull'")
        run.kill()


@pytest.mark.usefixtures("untouched")
def test_while_it_migrates(site):
    with migrations_held(site), site.releasing("1.1.0") as run:
        site.eventually(MIGRATES)
        run.kill()
        site.refused(
            site.release("1.1.0"),
            "a release of reference 1.1.0 was killed, and a command that it started is still at work (since ",
            "; wait for it to end, then run again.",
        )
    site.eventually("flock --nonblock /var/lib/slipway/release/reference/lock true")
    assert site.query("SELECT version_num FROM alembic_version") == "0003"


@pytest.mark.usefixtures("answered")
def test_between_announcing_the_switch_and_making_it(site):
    """Of the worker, which must not run twice at once, the new one works already."""
    before = {name: what for name, what in site.serving().items() if not name.endswith("-worker")}
    with site.held(f"flock {UPSTREAMS} sleep 300"), site.releasing("1.1.0") as run:
        site.eventually(f"test -e {NEXT}")
        run.kill()
        site.shell("pkill -9 -f '[p]oint-proxy'")
    assert site.serving() == before


@pytest.mark.usefixtures("answered")
def test_the_next_run_completes_it(site):
    run = site.release("1.1.0")
    assert run.code == 0, run.output
    assert site.serving()["version"] == "1.1.0"
    site.shell(f"test ! -e {NEXT}")
    again = site.release("1.1.0")
    assert "nothing changed" in again.output
