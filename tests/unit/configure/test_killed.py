# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed in the middle: the next one owes what it left undone."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._configure import transaction

from .conftest import Run

KILL = ["sh", "-c", "kill -9 $PPID"]


def kill_during(configure: Run, *files: dict[str, Any], **options: Any) -> None:
    """Run the module in a process of its own, and see it die by SIGKILL."""
    process = multiprocessing.get_context("fork").Process(target=configure, args=files, kwargs=options)
    process.start()
    process.join(20)
    assert process.exitcode == -signal.SIGKILL


def test_next_run_applies_although_no_file_differs(configure: Run, host: Path, journals: Path) -> None:
    file = {"path": f"{host}/a", "content": "new\n"}
    apply = [["touch", f"{host}/applied"]]
    kill_during(configure, file, apply=[KILL, *apply])
    assert (host / "a").read_text() == "new\n"
    assert not (host / "applied").exists()
    assert configure(file, apply=apply, check=True)["changed"] is True
    result = configure(file, apply=apply)
    assert result["changed"] is True
    assert result["applied"] is True
    assert (host / "applied").exists()
    assert list(journals.iterdir()) == []
    assert configure(file, apply=apply)["changed"] is False


def test_what_the_killed_run_found_is_what_comes_back(configure: Run, host: Path) -> None:
    (host / "a").write_text("good\n")
    kill_during(configure, {"path": f"{host}/a", "content": "unproven\n"}, apply=[KILL])
    result = configure(
        {"path": f"{host}/a", "content": "bad\n"}, apply=[["sh", "-c", f"grep -q good {host}/a"]]
    )
    assert "the previous files are back" in result["msg"]
    assert (host / "a").read_text() == "good\n"


def test_killed_while_validating_leaves_litter_that_the_next_run_removes(configure: Run, host: Path) -> None:
    file = {"path": f"{host}/a", "content": "new\n"}
    kill_during(configure, {**file, "validate": [*KILL, "%s"]})
    assert [path.name[:11] for path in host.iterdir()] == [".a.slipway-"]
    assert configure(file)["changed"] is True
    assert [path.name for path in host.iterdir()] == ["a"]


def test_unreadable_journal_is_one_sentence(configure: Run, journals: Path) -> None:
    (journals / "demo").mkdir(parents=True)
    (journals / "demo" / "journal.json").write_text("{")
    assert "journal.json on the host cannot be read; look at the files" in configure()["msg"]


def test_another_run_is_waited_for_with_a_limit(
    configure: Run, journals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "_LOCK_SECONDS", 0.3)
    journals.mkdir(parents=True)
    other = os.open(journals, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another run has been configuring this host" in configure()["msg"]
    finally:
        os.close(other)
    assert configure()["changed"] is False
