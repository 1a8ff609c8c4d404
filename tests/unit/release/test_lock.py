# SPDX-License-Identifier: GPL-3.0-or-later
"""One release at a time, told by real processes that are really killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release.lock import only_one

HOLDER = """
import subprocess, sys
from pathlib import Path
from ansible_collections.slipway.deploy.plugins.module_utils._release.lock import only_one
with only_one(Path(sys.argv[1]), "a release of notes 1.0.1") as lock:
    quiet = {"stdout": subprocess.DEVNULL, "pass_fds": [lock]}
    child = subprocess.Popen(["sleep", "60"], **quiet).pid if sys.argv[2] == "child" else 0
    print(child, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holders() -> Iterator[list[int]]:
    """Processes to be killed when the test ends."""
    started: list[int] = []
    yield started
    for process in started:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def hold(folder: Path, holders: list[int], child: str = "") -> tuple[subprocess.Popen[str], int]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), child],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout
    started = int(process.stdout.readline())
    holders.extend([process.pid, *([started] if started else [])])
    return process, started


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_the_second_is_told_of_the_first(tmp_path: Path, holders: list[int]) -> None:
    process, _unused = hold(tmp_path, holders)
    with pytest.raises(SlipwayError) as failure, only_one(tmp_path, "another"):
        pass
    assert failure.value.what.startswith(
        f"a release of notes 1.0.1 is at work on this host, process {process.pid}, since "
    )
    assert failure.value.mend == "wait for it to end, then run again"
    kill(process)


def test_a_killed_holder_lets_go(tmp_path: Path, holders: list[int]) -> None:
    process, _unused = hold(tmp_path, holders)
    kill(process)
    with only_one(tmp_path, "another"):
        pass


def test_what_a_killed_holder_has_started_keeps_the_next_one_out(tmp_path: Path, holders: list[int]) -> None:
    process, child = hold(tmp_path, holders, "child")
    kill(process)
    still = r"1\.0\.1 was killed, and a command that it started is still at work"
    with pytest.raises(SlipwayError, match=still), only_one(tmp_path, "another"):
        pass
    os.kill(child, signal.SIGKILL)
    assert freed(tmp_path)


def freed(folder: Path) -> bool:
    """Whether the lock gets free; the kernel takes a moment to bury a process."""
    for _unused in range(100):
        with contextlib.suppress(SlipwayError), only_one(folder, "another"):
            return True
        time.sleep(0.05)
    return False


def test_nobody_else_reads_the_note(tmp_path: Path) -> None:
    with only_one(tmp_path / "notes", "a release"):
        assert (tmp_path / "notes" / "lock").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "notes").stat().st_mode & 0o777 == 0o700
