# SPDX-License-Identifier: GPL-3.0-or-later
"""What gets into the evidence, and how its folder comes to be."""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import junitparser
import pytest

from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.bundle import folder_name, write
from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.document import document
from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.record import Record
from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.words import duration, verdict
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.failure import Failure


def record(plan: bool = False) -> Record:
    """Return the record of a run that is in its first phase."""
    new = Record(lambda: 0.0, plan)
    new.begin("staging", ["app-1"], ["smoke"])
    new.phase("p1", "smoke")
    return new


def told(of: Record) -> dict[str, Any]:
    return document(of, "site", "gratonite", "1.4.2")


def test_a_gate_that_did_not_pass_fails_a_run_without_failed_tasks() -> None:
    run = record()
    run.heard("app-1", [{"gate": "a", "passed": True}, {"gate": "b", "passed": False, "observed": "it"}])
    run.end({"app-1": 0}, [])
    evidence = told(run)
    assert (evidence["outcome"], evidence["phases"][0]["outcome"]) == ("failed", "failed")
    assert verdict(evidence) == "1 of 2 gates passed; failed in smoke; nothing changed."


@pytest.mark.parametrize(
    "evidence",
    [None, "text", {"gate": "a", "passed": True}, [["a"]], [{"gate": "a"}], [{"gate": "a", "passed": "yes"}]],
)
def test_what_is_no_gate_stays_outside(evidence: Any) -> None:
    run = record()
    run.heard("app-1", evidence)
    run.end({}, [])
    assert told(run)["phases"][0]["gates"] == []


def test_two_phases_of_one_name_keep_their_gates_apart() -> None:
    run = record()
    run.heard("app-1", [{"gate": "a", "passed": False}])
    run.phase("p2", "smoke")
    run.heard("app-1", [{"gate": "a", "passed": True}])
    run.end({}, ["app-1"])
    assert [phase["gates"][0]["passed"] for phase in told(run)["phases"]] == [False, True]


def test_a_failure_that_nobody_rescued_after_all_is_told() -> None:
    run = record()
    run.rescued(Failure("Probe", "app-1", "It is down."))
    run.phase("p2", "after")
    run.end({"app-1": 0}, ["app-1"])
    assert told(run)["phases"][0]["failures"][0]["message"] == "It is down."


def test_texts_are_fit_to_be_shown_and_have_an_end(tmp_path: Path) -> None:
    run = record()
    run.heard(
        "app-1", [{"gate": "\x1b[31mred\x07\x00 \udcff \uffff", "passed": False, "observed": "x" * 9000}]
    )
    run.end({}, [])
    folder = write(tmp_path, told(run))
    gate = json.loads((folder / "evidence.json").read_text())["phases"][0]["gates"][0]
    assert gate["gate"] == "red ? \uffff"
    assert gate["observed"] == "x" * 4000 + " …"
    assert junitparser.JUnitXml.fromfile(str(folder / "junit.xml")).failures == 1


def test_a_run_of_the_same_second_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    evidence = told(record())
    first, second, third = (write(tmp_path, evidence) for _unused in range(3))
    assert [second.name, third.name] == [f"{first.name}-2", f"{first.name}-3"]
    assert sorted(tmp_path.iterdir()) == [first, second, third]


def test_a_disk_without_room_leaves_no_half_folder(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # the page is larger, evidence.json is not
    try:
        with pytest.raises(OSError, match="File too large"):
            write(tmp_path, told(record()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "version", "name"),
    [
        ("staging", "1.4.2", "-staging-1.4.2"),
        ("staging", "", "-staging"),
        ("", "", ""),
        ("a + b", "feature/x", "-a_b-feature_x"),
        ("..", "../../etc", "-..-.._.._etc"),
        ("e" * 300, "v" * 300, f"-{'e' * 60}-{'v' * 60}"),
    ],
)
def test_a_folders_name_is_a_name(environment: str, version: str, name: str) -> None:
    evidence = {"started": "2026-11-21T07:52:13Z", "environment": environment, "app": {"version": version}}
    assert folder_name(evidence) == f"2026-11-21T07-52-13Z{name}"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (110.4, "1 min 50 s"), (7260, "2 h 1 min")]
)
def test_durations_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words
