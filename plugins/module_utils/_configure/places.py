# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reach a directory without being led astray by somebody else's symbolic link."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath

from .._errors import SlipwayError

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_LINKS = 40  # what Linux allows in one path, path_resolution(7)


@dataclass(frozen=True)
class NewDirectories:
    """Owner and mode of the directories that have to be created on the way."""

    uid: int = 0
    gid: int = 0
    mode: int = 0o755


def open_directory(
    path: Path, missing: NewDirectories | None = None, created: list[str] | None = None
) -> int:
    """Return a descriptor of the absolute directory ``path``; the caller closes it.

    With ``missing`` the directories that are not there are created, and their paths appended to ``created``.
    Every step is taken from the descriptor of the one before, so nobody can swap a directory meanwhile.

    Raises FileNotFoundError when a directory is not there, SlipwayError when the way leads through a
    symbolic link that somebody other than root could have made, or through something that is no directory.
    """
    here = os.open("/", _DIRECTORY)
    try:
        pending = list(reversed(path.parts[1:]))
        links = 0
        while pending:
            part = pending.pop()
            try:
                info = os.lstat(part, dir_fd=here)
            except FileNotFoundError:
                if missing is None:
                    raise
                _create(part, here, missing)
                if created is not None:
                    created.append(str(Path(f"/proc/self/fd/{here}").readlink() / part))
                info = os.lstat(part, dir_fd=here)
            if stat.S_ISLNK(info.st_mode):
                links += 1
                _refuse_untrusted_link(path, part, info, os.fstat(here), links)
                target = PurePath(os.readlink(part, dir_fd=here))
                if target.is_absolute():
                    here = _step("/", here)
                pending.extend(part for part in reversed(target.parts) if part != "/")
                continue
            _refuse_no_directory(path, part, info)
            here = _step(part, here)
    except BaseException:
        os.close(here)
        raise
    return here


def remove_created(directories: list[str]) -> None:
    """Remove those of ``directories`` (parents first, as created) that are empty."""
    for directory in reversed(directories):
        path = Path(directory)
        try:
            parent = open_directory(path.parent)
        except FileNotFoundError:
            continue
        try:
            os.rmdir(path.name, dir_fd=parent)
        except OSError:
            continue  # somebody has put something there meanwhile: it is theirs now
        finally:
            os.close(parent)


def _step(part: str, here: int) -> int:
    there = os.open(part, _DIRECTORY, dir_fd=here)
    os.close(here)
    return there


def _create(part: str, here: int, new: NewDirectories) -> None:
    os.mkdir(part, 0o700, dir_fd=here)
    there = os.open(part, _DIRECTORY, dir_fd=here)
    try:
        os.fchown(there, new.uid, new.gid)
        os.fchmod(there, new.mode)
        os.fsync(here)
    finally:
        os.close(there)


def _refuse_no_directory(path: Path, part: str, info: os.stat_result) -> None:
    if not stat.S_ISDIR(info.st_mode):
        raise SlipwayError(f"{path} cannot hold files, since {part} on the way is no directory")


def _refuse_untrusted_link(
    path: Path, part: str, link: os.stat_result, holder: os.stat_result, links: int
) -> None:
    ours = {0, os.geteuid()}
    shared = bool(holder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) and not holder.st_mode & stat.S_ISVTX
    if link.st_uid not in ours or holder.st_uid not in ours or shared or links > _MOST_LINKS:
        raise SlipwayError(
            f"{path} leads through the symbolic link {part}, which others than root can turn elsewhere",
            "replace the link by a directory, or give the path that it stands for",
        )
