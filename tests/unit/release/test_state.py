# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host remembers, and how a run killed around the switch is completed or undone by the next."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release import proxy
from ansible_collections.slipway.deploy.plugins.module_utils._release.engine import Engine
from ansible_collections.slipway.deploy.plugins.module_utils._release.state import Record, State
from ansible_collections.slipway.deploy.plugins.module_utils._release.switch import settle, switch

from .conftest import Answers

Start = Callable[[Answers], Engine]
POINT = """#!/bin/sh
[ ! -e {folder}/broken ] || {{ echo "the configuration is not valid" >&2; exit 1; }}
cat > {folder}/"$1.json"; echo changed
"""


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State("notes", tmp_path)


@pytest.fixture
def pointed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a proxy's program, which notes what it was given."""
    program = tmp_path / "point-proxy"
    program.write_text(POINT.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setattr(proxy, "PROGRAM", program)
    return tmp_path


def record(identity: str, slot: str) -> Record:
    port = {"blue": 21000, "green": 21100}[slot]
    upstreams = {"web:3000": f"127.0.0.1:{port}"}
    return Record(
        identity, "1.0.0", slot, {"web": "acme/web@sha256:1"}, upstreams, "2026-01-01T00:00:00+00:00"
    )


def running(slot: str, health: str = "healthy") -> Answers:
    labels = {
        "com.docker.compose.project": f"notes-{slot}",
        "com.docker.compose.service": f"notes-{slot}-web",
    }
    container: dict[str, Any] = {
        "Id": "1",
        "Name": "/web",
        "Config": {"Labels": labels},
        "State": {"Status": "running", "ExitCode": 0, "Health": {"Status": health}},
    }
    return {"GET /containers/json": (200, [{"Id": "1"}]), "GET /containers/1/json": (200, container)}


def mapping(folder: Path) -> Any:
    return json.loads((folder / "notes.json").read_text())


def keep(state: State, kept: Record) -> None:
    state.keep(kept.id, {"services": {f"notes-{kept.slot}-web": {}}}, {})


def test_a_switch_is_announced_pointed_and_confirmed(state: State, pointed: Path) -> None:
    switch("notes", state, record("a", "blue"))
    assert mapping(pointed) == {"web:3000": "127.0.0.1:21000"}
    assert state.current == record("a", "blue")
    assert state.next is None


def test_a_proxy_that_refuses_leaves_the_old_one_current(state: State, pointed: Path) -> None:
    switch("notes", state, record("a", "blue"))
    (pointed / "broken").touch()
    with pytest.raises(SlipwayError, match="the proxy keeps leading to where it did: the configuration is"):
        switch("notes", state, record("b", "green"))
    assert state.current == record("a", "blue")
    assert state.next is None


def test_killed_around_the_switch_with_a_healthy_slot_is_completed(
    state: State, pointed: Path, engine: Start
) -> None:
    switch("notes", state, record("a", "blue"))
    keep(state, record("b", "green"))
    state.announce(record("b", "green"))  # and killed, before or after the proxy heard of it
    assert settle("notes", state, engine(running("green")))
    assert state.current == record("b", "green")
    assert mapping(pointed) == {"web:3000": "127.0.0.1:21100"}


def test_killed_around_the_switch_with_a_sick_slot_is_undone(
    state: State, pointed: Path, engine: Start
) -> None:
    switch("notes", state, record("a", "blue"))
    keep(state, record("b", "green"))
    state.announce(record("b", "green"))
    proxy.point("notes", record("b", "green").upstreams)
    assert settle("notes", state, engine(running("green", "unhealthy")))
    assert (state.current, state.next) == (record("a", "blue"), None)
    assert mapping(pointed) == {"web:3000": "127.0.0.1:21000"}


def test_nothing_to_settle_asks_nobody(state: State, engine: Start) -> None:
    assert not settle("notes", state, engine({}))


def test_old_releases_are_forgotten_and_never_the_current_one(state: State, pointed: Path) -> None:
    for index in range(6):
        keep(state, record(f"r{index}", "blue"))
        os.utime(state.folder(f"r{index}"), (index, index))
    switch("notes", state, record("r0", "blue"))
    state.forget_old(3)
    assert sorted(path.name for path in state.folder("r0").parent.iterdir()) == ["r0", "r3", "r4", "r5"]


def test_everything_is_for_root_alone(state: State) -> None:
    keep(state, record("a", "blue"))
    paths = [state.directory, *state.directory.rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


def test_a_damaged_record_is_named(state: State) -> None:
    state.announce(record("a", "blue"))
    (state.directory / "next.json").write_text('{"id": 1}')
    with pytest.raises(SlipwayError, match=r"next\.json on the host is damaged; look at it"):
        _unused = state.next


def test_without_routes_no_proxy_is_asked(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "PROGRAM", Path("/nonexistent"))
    assert proxy.point("notes", {}) is False
    with pytest.raises(SlipwayError, match="app_routes need a proxy, and this host has none; run role proxy"):
        proxy.require()
