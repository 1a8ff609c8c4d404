# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's events in, lines out, with a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.failure import Failure
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.run import Run
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.screen import Screen


class Stage:
    """A run that is printed into lists; ``now`` is the time in seconds."""

    def __init__(self, plan: bool = False, columns: int = 0) -> None:
        self.now = 0.0
        self.printed: list[str] = []
        self.written: list[str] = []
        screen = Screen(self.printed.append, self.written.append, (lambda: columns) if columns else None)
        self.run = Run(screen, lambda: self.now, plan)

    def wait(self, seconds: float) -> None:
        """Let time pass, with a tick for every second."""
        for _unused in range(round(seconds)):
            self.now += 1
            self.run.tick()

    def lines(self) -> Iterator[str]:
        """Return what was printed since the last time."""
        yield from self.printed
        self.printed.clear()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def do(stage: Stage, host: str, task: str, changed: bool = False, summary: str = "") -> None:
    stage.run.task(host, task)
    stage.run.done(host, changed)
    stage.run.summary(host, summary)


def test_a_good_run_from_header_to_totals(stage: Stage) -> None:
    stage.run.begin("staging", ["app-1", "app-2"], ["preflight", "provision", "host"])
    stage.run.phase("p1", "preflight")
    do(stage, "app-1", "Check", summary="12 checks")
    do(stage, "app-2", "Check", summary="12 checks")
    stage.now = 1.9
    stage.run.phase("p2", "provision")
    do(stage, "app-1", "Have the server", changed=True, summary="server as it was")
    do(stage, "app-1", "Have the server again", changed=True, summary="server created")
    do(stage, "app-2", "Have the server", summary="server as it was")
    stage.now = 40.1
    stage.run.phase("p3", "host")
    do(stage, "app-1", "Configure", changed=True)
    do(stage, "app-2", "Configure")
    stage.now = 41.0
    stage.run.end({"app-2": 0, "app-1": 3}, [])
    assert list(stage.lines()) == [
        "staging · app-1, app-2",
        "",
        "  preflight      1.9 s   12 checks",
        "  provision     38.2 s   app-1: server created",
        "                         app-2: server as it was",
        "  host           0.9 s   1 change",
        "",
        "  total         41.0 s   3 changes on 1 host",
        "  hosts                  app-1 changed=3, app-2 changed=0",
    ]
    assert stage.written == []


def test_a_plan_says_so_and_counts_what_would_be() -> None:
    stage = Stage(plan=True)
    stage.run.begin("staging", ["a", "b", "c", "d", "e"], [])
    stage.run.phase("p1", "host")
    do(stage, "a", "Configure", changed=True)
    stage.run.phase("p2", "other")
    do(stage, "a", "Look")
    stage.run.phase("p3", "release")
    stage.run.task("a", "Release")
    stage.run.skipped("a")
    stage.run.end({"a": 1}, [])
    assert list(stage.lines()) == [
        "staging · plan · a, b, c and 2 more",
        "",
        "  host           0.0 s   1 would change",
        "  other          0.0 s   nothing would change",
        "  release        0.0 s   left out of the plan",
        "",
        "  total          0.0 s   1 would change on 1 host",
        "  hosts                  a changed=1",
    ]


def test_a_failure_takes_the_place_of_the_rest(stage: Stage) -> None:
    stage.run.phase("p1", "smoke")
    do(stage, "app-3", "Ask", changed=True, summary="17 of 17 probes")
    for host in ("app-1", "app-2"):
        stage.run.task(host, "Ask")
        stage.run.failed(Failure("Ask", host, "It answered 502; wanted 200.\nMend it."))
    stage.run.task("gone", "Ask")
    stage.run.failed(Failure("Ask", "gone", "refused\nNothing listens there.", unreachable=True))
    stage.now = 2
    stage.run.end({"app-1": 0, "app-3": 1}, ["gone", "app-2", "app-1"])
    assert list(stage.lines()) == [
        "  smoke          2.0 s   failed: Ask on app-1, app-2",
        "                         It answered 502; wanted 200.",
        "                         Mend it.",
        "                         unreachable: gone at Ask",
        "                         refused",
        "                         Nothing listens there.",
        "",
        "  total          2.0 s   failed on app-1, app-2, gone; 1 change on 1 host; "
        "-v shows everything that was said",
        "  hosts                  app-1 changed=0, app-3 changed=1",
    ]


def test_a_rescued_failure_is_none(stage: Stage) -> None:
    stage.run.phase("p1", "host")
    stage.run.task("app-1", "Try")
    stage.run.rescued(Failure("Try", "app-1", "no."))
    stage.run.end({"app-1": 0}, [])
    assert next(stage.lines()) == "  host           0.0 s   nothing changed"


def test_a_rescue_that_did_not_come_is_no_secret(stage: Stage) -> None:
    stage.run.phase("p1", "host")
    stage.run.task("app-1", "Try")
    stage.run.rescued(Failure("Try", "app-1", "no."))
    stage.run.end({}, ["app-1"])
    assert list(stage.lines())[1:3] == [
        "                         failed: Try on app-1",
        "                         no.",
    ]


def test_batches_of_a_play_are_one_phase_and_namesakes_are_two(stage: Stage) -> None:
    for key in ("p1", "p1", "p2"):
        stage.run.phase(key, "host")
        do(stage, "app-1", "Configure", changed=True)
    stage.run.end({}, [])
    assert list(stage.lines())[:2] == [
        "  host           0.0 s   2 changes",
        "  host           0.0 s   1 change",
    ]


def test_a_play_without_hosts_says_so(stage: Stage) -> None:
    stage.run.phase("p1", "host")
    stage.run.nothing_matches()
    stage.run.close_phase()
    assert list(stage.lines()) == ["  host           0.0 s   no host matches"]


def test_notes_stand_under_their_phase_each_once(stage: Stage) -> None:
    stage.run.phase("p1", "host")
    for note in (
        "open https://app.example\nand look",
        ["--- before", "+++ after"],
        "open https://app.example\nand look",
    ):
        stage.run.note(note)
    stage.run.close_phase()
    assert list(stage.lines()) == [
        "  host           0.0 s   nothing to do",
        "                         open https://app.example",
        "                         and look",
        "--- before",
        "+++ after",
    ]


def test_without_a_terminal_what_takes_long_is_named_ever_more_seldom(stage: Stage) -> None:
    stage.run.phase("p1", "provision")
    stage.wait(3)
    stage.run.task("app-1", "Have the server")
    stage.run.task("app-2", "Have the server")
    stage.run.done("app-2")
    stage.wait(14)
    assert list(stage.lines()) == []
    stage.wait(1)
    assert list(stage.lines()) == ["  provision     18.0 s   waits 15 s for Have the server on app-1"]
    stage.wait(45)
    assert list(stage.lines()) == [
        "  provision     33.0 s   waits 30 s for Have the server on app-1",
        "  provision     63.0 s   waits 60 s for Have the server on app-1",
    ]
    stage.run.done("app-1")
    stage.wait(600)
    assert list(stage.lines()) == []
    assert stage.written == []


def test_a_terminal_has_one_line_that_is_drawn_again() -> None:
    stage = Stage(columns=80)
    stage.run.phase("p1", "provision")
    stage.run.task("app-1", "Have the server")
    stage.run.tick()
    stage.now = 4
    stage.wait(2)
    stage.run.done("app-1")
    stage.run.close_phase()
    assert stage.written == [
        "\r\x1b[K  provision      0.0 s",
        "\r\x1b[K  provision      0.0 s   Have the server on app-1",
        "\r\x1b[K  provision      5.0 s   waits 5 s for Have the server on app-1",
        "\r\x1b[K  provision      6.0 s   waits 6 s for Have the server on app-1",
        "\r\x1b[K",
    ]
    assert list(stage.lines()) == ["  provision      6.0 s   nothing changed"]


def test_the_drawn_line_is_narrower_than_the_terminal() -> None:
    stage = Stage(columns=40)
    stage.run.phase("p1", "provision")
    stage.run.task("app-1", "Have a server with a very long name")
    assert max(len(text.removeprefix("\r\x1b[K")) for text in stage.written) == 39


def test_a_run_that_was_stopped_says_where(stage: Stage) -> None:
    stage.run.phase("p1", "provision")
    stage.run.task("app-1", "Have the server")
    stage.now = 5
    stage.run.close_phase(stopped=True)
    assert list(stage.lines()) == ["  provision      5.0 s   stopped at Have the server on app-1"]
