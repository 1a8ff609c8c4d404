# SPDX-License-Identifier: GPL-3.0-or-later
"""One release after the other on a real host: good ones, sick ones, killed ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .conftest import STATE, Releases

LOCK = f"""
import fcntl, json, os, time
from datetime import datetime, timezone
lock = os.open("{STATE}/lock", os.O_RDWR)
fcntl.flock(lock, fcntl.LOCK_EX)
os.ftruncate(lock, 0)
since = datetime.now(timezone.utc).isoformat()
os.pwrite(lock, json.dumps({{"process": os.getpid(), "since": since, "doing": "a release of x"}}).encode(), 0)
time.sleep(60)
"""

# Who tries the lock to see whether it is held would keep a release from it.
HELD = f"grep -q FLOCK.*:$(stat --format %i {STATE}/lock) /proc/locks"
# In the order in which a release comes to them: a condition of the host's shell, and what may serve then.
MOMENTS = {
    "it has the lock": (HELD, {"2"}),
    "it migrates": ("docker ps --format {{.Names}} | grep -q ^releasetest-blue-migration-", {"2"}),
    "the new slot starts": ("docker ps --format {{.Names}} | grep -q ^releasetest-blue-api$", {"2"}),
    "the proxy is being pointed": (f"[ -e {STATE}/next.json ]", {"2", "5"}),
    "it has switched": (f"""grep -q '"version": "5"' {STATE}/current.json""", {"5"}),
}
KILL = f"""
for attempt in $(seq 600); do
    if MOMENT; then
        kill -9 "$(python3 -c 'import json; print(json.load(open("{STATE}/lock"))["process"])')" && exit
    fi
    sleep 0.05
done
exit 1
"""


def test_a_plan_changes_nothing(releases: Releases) -> None:
    told = releases.run("1", "--check", "--diff")
    assert told.code == 0, told.text
    assert "would release 1 in slot blue" in told.text
    assert releases.containers() == {}
    assert not releases.host.file(STATE).exists


def test_the_first_release(releases: Releases) -> None:
    told = releases.run("1", "-vvv")
    assert told.code == 0, told.text
    assert "1 in slot blue, 1 migration proven" in told.text
    assert releases.served() == "1"
    assert "invocation" in told.text
    assert "sentinel-" not in told.text


def test_the_environment_is_the_descriptions_over_the_files(releases: Releases) -> None:
    seen = releases.host.check_output("docker exec releasetest-blue-api sh -c %s", "env")
    assert "GREETING=costs $5\n" in seen
    assert "FROM_FILE=read on the controller\n" in seen
    assert "@postgres:5432/releasetest\n" in seen


def test_the_same_again_changes_nothing(releases: Releases) -> None:
    before = releases.containers()
    told = releases.run("1")
    assert (told.code, "nothing changed" in told.text) == (0, True), told.text
    assert releases.containers() == before


def test_what_was_stopped_is_started_again(releases: Releases) -> None:
    releases.host.check_output("docker stop --time 1 releasetest-blue-api releasetest-kept-cache-1")
    told = releases.run("1")
    assert (told.code, "1 change" in told.text) == (0, True), told.text
    assert {"releasetest-blue-api", "releasetest-kept-cache-1"} <= releases.containers().keys()
    assert releases.served() == "1"


def test_a_new_version_takes_over_without_a_lost_request(releases: Releases) -> None:
    kept = releases.containers()["releasetest-kept-cache-1"]
    ended = []
    seen = releases.outside.load("release.rehearsal.example", lambda: ended.append(releases.run("2")))
    [told] = ended
    assert told.code == 0, told.text
    assert "2 in slot green, 1 migration proven" in told.text
    assert seen.keys() == {"1", "2"}, seen
    assert releases.containers().keys() == {
        "releasetest-green-api",
        "releasetest-green-worker",
        "releasetest-kept-cache-1",
    }
    assert releases.containers()["releasetest-kept-cache-1"] == kept


def test_a_dump_from_before_can_be_read(releases: Releases) -> None:
    newest = releases.host.check_output(f"ls -t {STATE}/dumps | head -n 1")
    listed = f"docker exec --interactive slipway-postgres pg_restore --list <{STATE}/dumps/{newest}"
    tables = releases.host.check_output(listed)
    assert " TABLE public people " in tables
    assert " TABLE public notes " not in tables


def test_a_version_that_does_not_get_healthy_says_why(releases: Releases) -> None:
    told = releases.run("3")
    assert told.code != 0
    assert "3 is not released: api is unhealthy; 2 serves on." in told.text
    assert "health check of api: the cache is cold, ********" in told.text
    assert "log of api: serving with the token ******** and the greeting costs $5" in told.text
    still_served(releases, "2")


def test_a_migration_that_breaks_half_way_says_how_far_it_came(releases: Releases) -> None:
    told = releases.run("4")
    assert told.code != 0
    assert 'type "nosuchtype" does not exist' in told.text
    assert "3 of 4 are applied; missing: 0004_tags" in told.text
    assert f"the dump from before is {STATE}/dumps/" in told.text
    assert "2 serves on." in told.text
    still_served(releases, "2")


def test_an_older_image_is_not_let_near_a_newer_schema(releases: Releases) -> None:
    told = releases.run("1")
    assert "has migrations that its image does not know: 0002_notes, 0003_files" in told.text
    still_served(releases, "2")


def test_an_image_that_nobody_has_is_named(releases: Releases) -> None:
    told = releases.run("99")
    assert "slipway/release-test:99 cannot be pulled: the registry has no such image" in told.text


def test_a_weak_secret_is_refused_without_being_told(releases: Releases) -> None:
    told = releases.run("2", "--extra-vars", '{"app_secrets": {"api": {"SECRET_TOKEN": "sentinel-2"}}}')
    assert told.code != 0
    assert "SECRET_TOKEN" in told.text
    assert "sentinel-2" not in told.text


@pytest.fixture
def held(releases: Releases) -> Iterator[None]:
    """Somebody else is at work."""
    releases.host.check_output("systemd-run --quiet --collect --unit=release-test-lock python3 -c %s", LOCK)
    releases.host.check_output("sh -c %s", f"until {HELD}; do sleep 0.1; done")
    yield
    releases.host.check_output("systemctl stop release-test-lock")


@pytest.mark.usefixtures("held")
def test_only_one_at_a_time(releases: Releases) -> None:
    told = releases.run("5")
    assert "a release of x is at work on this host, process " in told.text
    assert "wait for it to end, then run again" in told.text


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_anywhere_people_are_served(releases: Releases, moment: str) -> None:
    condition, serving = MOMENTS[moment]
    process = releases.start("5")
    releases.host.check_output("sh -c %s", KILL.replace("MOMENT", condition))
    text, _unused = process.communicate(timeout=60)
    assert process.returncode != 0, text
    # What it had begun may go on, and keeps others out meanwhile.
    releases.host.check_output(f"flock --timeout 60 {STATE}/lock true")
    assert releases.served() in serving


def test_a_killed_release_is_completed(releases: Releases) -> None:
    told = releases.run("5")
    assert told.code == 0, told.text
    assert releases.served() == "5"
    slot = releases.current()["slot"]
    assert releases.containers().keys() == {
        f"releasetest-{slot}-api",
        f"releasetest-{slot}-worker",
        "releasetest-kept-cache-1",
    }
    told = releases.run("5")
    assert (told.code, "nothing changed" in told.text) == (0, True), told.text


def test_each_migration_was_applied_once(releases: Releases) -> None:
    """Those of versions 1 and 2, of 4 until it broke, of 5 although it was killed."""
    ask = "docker exec slipway-postgres psql --username=postgres -qAt --command=%s releasetest"
    applied = releases.host.check_output(ask, "SELECT name FROM migrations ORDER BY name").split()
    assert applied == ["0001_people", "0002_notes", "0003_files", "0004_tags"]


def still_served(releases: Releases, version: str) -> None:
    """Check that a failed release has left no trace of itself and everything of the one before."""
    assert releases.served() == version
    slot = releases.current()["slot"]
    assert releases.containers().keys() == {
        f"releasetest-{slot}-api",
        f"releasetest-{slot}-worker",
        "releasetest-kept-cache-1",
    }
