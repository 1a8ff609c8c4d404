# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a host remembers of an app's releases, below /var/lib/slipway/release/APP/.

- ``current.json``: the release that serves.
- ``next.json``: one that the proxy is about to be pointed at; found at the start, it tells of a killed run.
- ``releases/ID/compose.json``: the Compose project of the slot it was started in, secrets included.
- ``releases/ID/release.json``: what is the same of it in both slots, to compare and to show.
- ``kept.json``: the project of the services that releases leave alone.
- ``dumps/``, ``lock``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .._configure.places import NewDirectories, open_directory
from .._configure.states import FileState, Staged
from .._errors import SlipwayError

ROOT = Path("/var/lib/slipway/release")
_PRIVATE = 0o700


@dataclass(frozen=True)
class Record:
    """A release that serves, or is about to."""

    id: str
    version: str
    slot: str
    images: Mapping[str, str]
    """By service, with digests."""
    upstreams: Mapping[str, str]
    """What the proxy was given."""
    since: str
    """When it was switched to, in UTC."""


class State:
    """The files of one app; everything is written in one step and for root alone."""

    def __init__(self, app: str, root: Path = ROOT) -> None:
        self.directory = root / app
        self.dumps = self.directory / "dumps"
        self.kept = self.directory / "kept.json"
        self._current = self.directory / "current.json"
        self._next = self.directory / "next.json"

    @property
    def current(self) -> Record | None:
        """The release that serves."""
        return _read_record(self._current)

    @property
    def next(self) -> Record | None:
        """The release that a killed run was about to switch to."""
        return _read_record(self._next)

    def announce(self, record: Record) -> None:
        """Note what the proxy is about to be pointed at."""
        write(self._next, asdict(record))

    def confirm(self) -> None:
        """Make the announced release the current one."""
        self._next.rename(self._current)

    def withdraw(self) -> None:
        """Forget the announced release."""
        self._next.unlink(missing_ok=True)

    def rename_current(self, record: Record) -> None:
        """Note another version for what serves already."""
        write(self._current, asdict(record))

    def folder(self, identity: str) -> Path:
        """Return where a release is kept."""
        return self.directory / "releases" / identity

    def compose_file(self, identity: str) -> Path:
        """Return the Compose project of a release."""
        return self.folder(identity) / "compose.json"

    def slotless(self, identity: str) -> dict[str, Any] | None:
        """Return what ``keep`` was given for a release, or None."""
        return _read(self.folder(identity) / "release.json")

    def keep(self, identity: str, project: object, slotless: object) -> None:
        """Write a release's folder."""
        write(self.compose_file(identity), project)
        write(self.folder(identity) / "release.json", slotless)

    def forget_old(self, count: int) -> None:
        """Remove all but the ``count`` newest releases and the current one."""
        current = self.current
        folders = sorted(
            (self.directory / "releases").iterdir(), key=lambda path: path.stat().st_mtime, reverse=True
        )
        for folder in folders[count:]:
            if current is None or folder.name != current.id:
                shutil.rmtree(folder, ignore_errors=True)


def read_project(path: Path) -> dict[str, Any] | None:
    """Return the Compose project in a file, or None when there is no such file."""
    return _read(path)


def write(path: Path, value: object) -> None:
    """Write a value as JSON in one step that survives a power cut; only root can read it."""
    make_directory(path.parent)
    content = json.dumps(value, indent=1, sort_keys=True).encode()
    Staged(path, FileState("file", content, 0o600, os.geteuid(), os.getegid())).commit()


def make_directory(path: Path) -> None:
    """Have a directory that only root may enter; /var/lib/slipway itself is as usual."""
    uid, gid = os.geteuid(), os.getegid()
    if path.is_relative_to(ROOT):
        os.close(open_directory(ROOT.parent, NewDirectories(uid, gid)))
    os.close(open_directory(path, NewDirectories(uid, gid, _PRIVATE)))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise SlipwayError(f"{path} on the host is damaged", "look at it, then remove it") from error


def _read_record(path: Path) -> Record | None:
    fields = _read(path)
    if fields is None:
        return None
    try:
        return Record(**fields)
    except TypeError as error:
        raise SlipwayError(f"{path} on the host is damaged", "look at it, then remove it") from error
