# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One release of an app at a time on a host: the kernel's lock, and a note that says whose it is."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from .._errors import SlipwayError
from .state import make_directory


@contextlib.contextmanager
def only_one(directory: Path, doing: str) -> Iterator[int]:
    """Hold the lock of the app whose state is in ``directory``, and yield its descriptor.

    A program that is given the descriptor holds the lock as well, so that a migration that outlives a killed
    run keeps the next one out. Once all of them are dead the lock is free, without anybody's help.

    Raises SlipwayError at once when another holds it.
    """
    make_directory(directory)
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SlipwayError(_held(descriptor), "wait for it to end, then run again") from None
        note = {"process": os.getpid(), "since": datetime.now(timezone.utc).isoformat(), "doing": doing}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(note).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _held(descriptor: int) -> str:
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
        since = datetime.fromisoformat(note["since"])
        process, doing = int(note["process"]), str(note["doing"])
    except (ValueError, KeyError, TypeError):
        return "another run holds the lock of this app, and has only just taken it"
    minutes, seconds = divmod(int((datetime.now(timezone.utc) - since).total_seconds()), 60)
    age = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    when = f"since {since:%H:%M:%S} UTC, {age} ago"
    if not Path(f"/proc/{process}").exists():
        return f"{doing} was killed, and a command that it started is still at work ({when})"
    return f"{doing} is at work on this host, process {process}, {when}"
