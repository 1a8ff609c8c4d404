# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What stands at a path, and how to put something else there in one step."""

from __future__ import annotations

import base64
import contextlib
import errno
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .._errors import SlipwayError
from .places import NewDirectories, open_directory


@dataclass(frozen=True)
class FileState:
    """A file, a symbolic link (``content`` is its target), or nothing at a path."""

    kind: Literal["absent", "file", "link"]
    content: bytes = b""
    mode: int = 0
    uid: int = 0
    gid: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the state as plain JSON values; the content is base64, since a file can hold any bytes."""
        return {**vars(self), "content": base64.b64encode(self.content).decode()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FileState:
        """Return the state that ``as_json`` wrote."""
        return cls(**{**data, "content": base64.b64decode(data["content"])})


ABSENT = FileState("absent")


def read_state(path: Path) -> FileState:
    """Return what stands at ``path``, itself never followed.

    Raises SlipwayError when it is neither file nor link, or when it cannot be reached safely.
    """
    try:
        directory = open_directory(path.parent)
    except FileNotFoundError:
        return ABSENT
    try:
        return _read_entry(path, directory)
    finally:
        os.close(directory)


def _read_entry(path: Path, directory: int) -> FileState:
    try:
        descriptor = os.open(
            path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory
        )
    except FileNotFoundError:
        return ABSENT
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        info = os.lstat(path.name, dir_fd=directory)
        target = os.readlink(path.name, dir_fd=directory)
        return FileState("link", os.fsencode(target), 0o777, info.st_uid, info.st_gid)
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        os.close(descriptor)
        raise SlipwayError(f"{path} is no file", "move it away, or give another path")
    with os.fdopen(descriptor, "rb") as stream:
        return FileState("file", stream.read(), stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid)


class Staged:
    """A new state beside its destination, complete but not yet in force."""

    def __init__(
        self,
        path: Path,
        state: FileState,
        missing: NewDirectories | None = None,
        created: list[str] | None = None,
    ) -> None:
        """Write ``state`` to a temporary name in the directory of ``path``.

        The name begins with a dot and ends in no extension: no directory of snippets (sudoers.d, cron.d,
        ``*.conf``) takes it for one of its own.
        """
        self.path = path
        self._temporary: str | None = None
        self._directory = open_directory(path.parent, missing, created)
        try:
            self._remove_litter()
            if state.kind != "absent":
                self._temporary = f"{self._prefix}{secrets.token_hex(4)}"
                self._write(self._temporary, state)
        except BaseException:
            self.discard()
            raise

    @property
    def temporary(self) -> Path:
        """Return the path of the new file before it is in force."""
        return self.path.parent / (self._temporary or self.path.name)

    def commit(self) -> None:
        """Put the new state in force, in one step that survives a power cut."""
        if self._temporary is None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path.name, dir_fd=self._directory)
        else:
            os.rename(self._temporary, self.path.name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
            self._temporary = None
        os.fsync(self._directory)
        self._close()

    def discard(self) -> None:
        """Remove what was staged; does nothing after ``commit``."""
        if self._directory >= 0 and self._temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._temporary, dir_fd=self._directory)
        self._close()

    @property
    def _prefix(self) -> str:
        return f".{self.path.name}.slipway-"

    def _close(self) -> None:
        if self._directory >= 0:
            os.close(self._directory)
        self._directory = -1

    def _remove_litter(self) -> None:
        """Remove what a killed run has left; the host-wide lock says that it is nobody's any more."""
        for name in os.listdir(self._directory):  # noqa: PTH208 - a descriptor, no path
            if name.startswith(self._prefix):
                os.unlink(name, dir_fd=self._directory)

    def _write(self, name: str, state: FileState) -> None:
        if state.kind == "link":
            os.symlink(os.fsdecode(state.content), name, dir_fd=self._directory)
            os.chown(name, state.uid, state.gid, dir_fd=self._directory, follow_symlinks=False)
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, 0o600, dir_fd=self._directory), "wb") as stream:
            stream.write(state.content)
            stream.flush()
            os.fchown(stream.fileno(), state.uid, state.gid)
            os.fchmod(stream.fileno(), state.mode)
            os.fsync(stream.fileno())


def put(path: Path, state: FileState) -> None:
    """Put ``state`` at ``path`` in one step; does nothing when it is there already."""
    if state == ABSENT and read_state(path) == ABSENT:
        return
    Staged(path, state, NewDirectories()).commit()
