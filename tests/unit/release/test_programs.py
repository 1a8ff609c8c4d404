# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of the host, run for real: their outputs apart, their time limited."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import run


def test_outputs_are_apart_and_the_failure_is_told() -> None:
    finished = run(["sh", "-c", "cat; echo trouble >&2; exit 3"], 10, given="asked")
    assert (finished.printed, finished.reported) == ("asked", "trouble\n")
    assert finished.problem == "ended with 3"
    assert str(finished).endswith("ended with 3: asked | trouble")


def test_a_program_that_reads_nothing_is_given_everything_all_the_same() -> None:
    assert run(["true"], 10, given="x" * 1_000_000).problem == ""


def test_time_is_limited_for_what_it_starts_as_well(tmp_path: Path) -> None:
    began = time.monotonic()
    finished = run(["sh", "-c", f"(sleep 1; touch {tmp_path}/survived) & sleep 60"], 0.2)
    assert finished.problem == "did not end within 0 s"
    assert time.monotonic() - began < 5
    time.sleep(1.2)
    assert not (tmp_path / "survived").exists()


def test_its_environment_cannot_lead_it_astray() -> None:
    finished = run(["sh", "-c", "echo $PATH $GREETING"], 10, environment={"PATH": "/x", "GREETING": "hello"})
    assert finished.printed.endswith("/bin hello\n")
    assert not finished.printed.startswith("/x")


def test_a_descriptor_goes_along_and_no_other() -> None:
    read, write = os.pipe()
    try:
        held = run(["sh", "-c", f"test -e /proc/self/fd/{write}"], 10, holding=[write])
        let_go = run(["sh", "-c", f"test -e /proc/self/fd/{write}"], 10)
    finally:
        os.close(read)
        os.close(write)
    assert (held.problem, let_go.problem) == ("", "ended with 1")


def test_of_a_traceback_the_fault_is_told_and_not_the_way_to_it() -> None:
    crash = "def f():\n    {}['people']\ntry:\n    f()\nexcept KeyError:\n    raise ValueError('no table')"
    told = str(run(["python3", "-c", crash], 10))
    assert told.endswith("ended with 1: KeyError: 'people' | ValueError: no table")
    node = "Error: no table\n    at Object.<anonymous> (/app/migrate.js:3:9)\n    at node:internal/main:1"
    assert str(run(["sh", "-c", 'echo "$1"; exit 1', "sh", node], 10)).endswith(
        "ended with 1: Error: no table"
    )


def test_a_missing_program_is_named() -> None:
    assert run(["no-such-program"], 10).problem == "cannot run, since the host has no such program"
