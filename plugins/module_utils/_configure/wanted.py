# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One file as the transaction wants it, and how that differs from what the host has."""

from __future__ import annotations

import grp
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._errors import SlipwayError
from .places import NewDirectories
from .states import ABSENT, FileState, read_state

_HIDDEN = "({} content, hidden because it is sensitive)\n"
_NOBODY_YET = -1  # an owner whom an earlier task would have created, had this not been check mode


@dataclass(frozen=True)
class Wanted:
    """One entry of ``files``; ``content`` None means that nothing may stand at ``path``."""

    path: Path
    content: str | None = None
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644
    validate: tuple[str, ...] = ()
    sensitive: bool = False

    @classmethod
    def from_option(cls, option: dict[str, Any]) -> Wanted:
        """Return the entry for one element of the option ``files``.

        Raises SlipwayError for a path, mode or validation command that makes no sense.
        """
        path, content = option["path"], option["content"]
        if not path or not path.startswith("/") or path.endswith("/") or ".." in Path(path).parts:
            raise SlipwayError(f"{path or ''!r} is no path of a file", "write it absolute and without '..'")
        if (content is None) != (option["state"] == "absent"):
            raise SlipwayError(
                f"{path} needs either a template, or content, or state: absent", "give exactly one of them"
            )
        try:
            mode = int(option["mode"], 8)
        except ValueError:
            mode = -1
        if not 0 <= mode <= 0o7777:
            raise SlipwayError(f"the mode {option['mode']!r} of {path} is none", 'write it like "0644"')
        validate = tuple(option["validate"] or ())
        if validate and not any("%s" in argument for argument in validate):
            raise SlipwayError(f"the validate command of {path} lacks %s", "put %s where the file belongs")
        return cls(
            Path(path), content, option["owner"], option["group"], mode, validate, bool(option["sensitive"])
        )

    def state(self, *, check_mode: bool) -> FileState:
        """Return what the host should have; in check mode the owner need not exist yet."""
        if self.content is None:
            return ABSENT
        uid, gid = _user(self.owner), _group(self.group)
        for kind, name, number in (("user", self.owner, uid), ("group", self.group, gid)):
            if number == _NOBODY_YET and not check_mode:
                raise SlipwayError(
                    f"{self.path} should belong to the {kind} {name}, which the host does not have"
                )
        return FileState("file", self.content.encode(), self.mode, uid, gid)

    def missing_directories(self) -> NewDirectories:
        """Return how to create parents: root's, except below the owner's home, where they are the owner's."""
        home = _home(self.owner)
        if home is None or home not in self.path.parents:
            return NewDirectories()
        if not home.is_dir():
            raise SlipwayError(
                f"{home}, the home directory of {self.owner}, does not exist", "create it first"
            )
        return NewDirectories(_user(self.owner), _group(self.group), 0o700)


@dataclass(frozen=True)
class Change:
    """A file that differs: what the host has, and what it should have."""

    wanted: Wanted
    before: FileState
    after: FileState

    def diffs(self) -> list[dict[str, str]]:
        """Return what Ansible shows: one element for the content, one for the owner and mode."""
        shown = []
        header = str(self.wanted.path)
        if self.before.kind != self.after.kind or self.before.content != self.after.content:
            shown.append(_diff(header, self._text(self.before, "previous"), self._text(self.after, "new")))
        if self.before.kind == self.after.kind == "file":
            before, after = _permissions(self.before), self._wanted_permissions()
            if before != after:
                shown.append(_diff(f"{header} (permissions)", before, after))
        return shown

    def _text(self, state: FileState, age: str) -> str:
        if state.kind == "absent":
            return ""
        if self.wanted.sensitive:
            return _HIDDEN.format(age)
        text = state.content.decode(errors="backslashreplace")
        return f"(symbolic link to {text})\n" if state.kind == "link" else text

    def _wanted_permissions(self) -> str:
        return f"{self.wanted.mode:04o} {self.wanted.owner}:{self.wanted.group}\n"


def compare(wanted: Wanted, *, check_mode: bool) -> Change | None:
    """Return how the host differs from ``wanted``, or None."""
    before, after = read_state(wanted.path), wanted.state(check_mode=check_mode)
    return None if before == after else Change(wanted, before, after)


def _diff(header: str, before: str, after: str) -> dict[str, str]:
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def _permissions(state: FileState) -> str:
    try:
        owner = pwd.getpwuid(state.uid).pw_name
    except KeyError:
        owner = str(state.uid)
    try:
        group = grp.getgrgid(state.gid).gr_name
    except KeyError:
        group = str(state.gid)
    return f"{state.mode:04o} {owner}:{group}\n"


def _user(name: str) -> int:
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        return _NOBODY_YET


def _group(name: str) -> int:
    try:
        return int(name) if name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        return _NOBODY_YET


def _home(owner: str) -> Path | None:
    try:
        entry = pwd.getpwuid(int(owner)) if owner.isdigit() else pwd.getpwnam(owner)
    except KeyError:
        return None
    return None if entry.pw_dir in ("", "/") else Path(entry.pw_dir)
