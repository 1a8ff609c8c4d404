# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state before a transaction, kept on the host until the transaction has ended well."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .._errors import SlipwayError
from .places import NewDirectories, open_directory
from .states import FileState, put, read_state

STATE_DIRECTORY = Path("/var/lib/slipway/configure")
_FILE = "journal.json"
_OUTCOME = "reverted.json"


@dataclass
class Journal:
    """What a transaction needs to be undone.

    ``token`` is the run's own; ``guard`` the seconds after which the host undoes it by itself, 0 for never;
    ``applied`` says that every command of it ended well, so that only the confirmation is missing.
    """

    name: str
    token: str
    before: dict[str, FileState]
    apply: list[list[str]]
    timeout: int
    guard: int = 0
    created: list[str] = field(default_factory=list)
    applied: bool = False

    def save(self) -> None:
        """Write the journal in one step that survives a power cut; only root can read it."""
        data = asdict(self) | {"before": {path: state.as_json() for path, state in self.before.items()}}
        write_private(journal_directory(self.name) / _FILE, json.dumps(data).encode())

    def close(self) -> None:
        """End the transaction: from here on nothing can be undone and nothing is owed."""
        put(journal_directory(self.name) / _FILE, FileState("absent"))


@dataclass(frozen=True)
class Outcome:
    """What a host noted when it undid a transaction by itself."""

    token: str
    by: str
    problems: list[str]

    def save(self, name: str) -> None:
        """Keep the note beside the journal, for the run that asks afterwards."""
        write_private(journal_directory(name) / _OUTCOME, json.dumps(asdict(self)).encode())


def journal_directory(name: str) -> Path:
    """Return the directory of the transaction's journal."""
    return STATE_DIRECTORY / name


def load_journal(name: str) -> Journal | None:
    """Return the journal that an earlier run has left, or None.

    Raises SlipwayError when it cannot be understood.
    """
    path = journal_directory(name) / _FILE
    text = read_state(path).content
    if not text:
        return None
    try:
        data = json.loads(text)
        before = {place: FileState.from_json(state) for place, state in data.pop("before").items()}
        return Journal(before=before, **data)
    except (ValueError, KeyError, TypeError) as error:
        raise SlipwayError(
            f"the journal {path} on the host cannot be read", "look at the files it names, then remove it"
        ) from error


def load_outcome(name: str) -> Outcome | None:
    """Return the note of the host about a transaction that it undid, or None."""
    text = read_state(journal_directory(name) / _OUTCOME).content
    return Outcome(**json.loads(text)) if text else None


def forget(name: str) -> None:
    """Remove everything that is kept about a transaction that has ended."""
    shutil.rmtree(journal_directory(name), ignore_errors=True)


def write_private(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file of our own below the state directory, in one step."""
    make_state_directory()
    os.close(open_directory(path.parent, NewDirectories(os.geteuid(), os.getegid(), 0o700)))
    put(path, FileState("file", content, mode, os.geteuid(), os.getegid()))


def make_state_directory() -> None:
    """Create the state directory, which nobody but root may enter; its parents are as usual."""
    owner = NewDirectories(os.geteuid(), os.getegid())
    os.close(open_directory(STATE_DIRECTORY.parent, owner))
    os.close(open_directory(STATE_DIRECTORY, NewDirectories(os.geteuid(), os.getegid(), 0o700)))


@contextlib.contextmanager
def only_one(seconds: float) -> Iterator[None]:
    """Hold the host's one lock for transactions; a killed holder lets go of it by dying.

    Raises SlipwayError when somebody else holds it for longer than ``seconds``.
    """
    make_state_directory()
    descriptor = open_directory(STATE_DIRECTORY)
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise SlipwayError(
                        f"another run has been configuring this host for more than {seconds:.0f} s",
                        "wait for it to end, then run again",
                    ) from None
                time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)
