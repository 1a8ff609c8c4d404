# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the data of a probe key by key, and gathers what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from .._app.routes import size
from .._errors import SlipwayError
from .._preflight.formats import did_you_mean, shown
from .._preflight.problem import Problem
from .placeholders import names_in

HOST = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.?)+|[0-9A-Fa-f:.]+")


class Entry:
    """A mapping of the data at ``path``. The keys that are asked for are the ones that it may have.

    :param problems: takes what is wrong.
    :param placeholders: the names that can be filled where this entry stands; it grows from step to step.
    :param relative: whether addresses may be relative to the app's own.
    """

    def __init__(
        self,
        path: str,
        data: Mapping[Any, Any],
        problems: list[Problem],
        placeholders: set[str],
        relative: bool = False,
    ) -> None:
        self.path, self.data, self.problems = path, data, problems
        self.placeholders, self.relative = placeholders, relative
        self._known: list[str] = []

    def inside(self, key: str, data: Mapping[Any, Any]) -> Entry:
        """Return an entry for a step inside this one, at a place like ``flow[0]``."""
        return Entry(f"{self.path}.{key}", data, self.problems, self.placeholders, relative=True)

    def problem(self, key: str, what: str, mend: str) -> None:
        """Say that something is wrong with the value of a key."""
        self.problems.append(Problem(f"{self.path}.{key}" if key else self.path, what, mend))

    def claim(self, key: str) -> None:
        """Have this key be one that the entry may have."""
        if key not in self._known:
            self._known.append(key)

    def get(self, key: str) -> Any:
        """Return the value of a key, whatever it is; ``None`` without one."""
        self.claim(key)
        value = self.data.get(key)
        for name in names_in(value):
            if name not in self.placeholders:
                mend = did_you_mean(name, self.placeholders) or "keep it in an earlier step"
                self.problem(key, f"the placeholder {{{name}}} has no value here", mend)
        return value

    def text(self, key: str, mend: str, default: str = "") -> str:
        """Return a text; an empty one is a problem."""
        value = self.get(key)
        if key not in self.data:
            return default
        if not isinstance(value, str) or not value:
            self.problem(key, f"{shown(value)} is no text", mend)
            return default
        return value

    def number(self, key: str, default: float, least: float, unit: str) -> float:
        """Return a number of something."""
        value = self.get(key)
        if key not in self.data:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < least:
            self.problem(key, f"{shown(value)} is no number of {unit}", f"write {least:g} or more")
            return default
        return value

    def truth(self, key: str, default: bool) -> bool:
        """Return a truth value."""
        value = self.get(key)
        if key in self.data and not isinstance(value, bool):
            self.problem(key, f"{shown(value)} is neither true nor false", "write true or false")
        return value if isinstance(value, bool) else default

    def choice(self, key: str, choices: Collection[str], default: str) -> str:
        """Return one of some words."""
        value = self.get(key)
        if key not in self.data or value in choices:
            return str(value or default)
        mend = did_you_mean(str(value), choices) or f"write {' or '.join(choices)}"
        self.problem(key, f"{shown(value)} is none of {', '.join(choices)}", mend)
        return default

    def mapping(self, key: str, like: str) -> dict[str, Any]:
        """Return a mapping."""
        value = self.get(key)
        if key not in self.data:
            return {}
        if not isinstance(value, Mapping) or not value:
            self.problem(key, f"{shown(value)} is no dictionary", f"write it like {like}")
            return {}
        return {str(name): item for name, item in value.items()}

    def headers(self, key: str, like: str, nullable: bool = False) -> dict[str, Any]:
        """Return headers with their texts."""
        headers = self.mapping(key, like)
        for name, value in headers.items():
            if not re.fullmatch(r"[!#$%&'*+.^`|~\w-]+", name, re.ASCII):
                self.problem(f"{key}.{name}", f"{name!r} is no name of a header", f"write it like {like}")
            elif not (isinstance(value, str) or (nullable and value is None)) or re.search(
                "[\r\n]", value or ""
            ):
                self.problem(f"{key}.{name}", "is no text of one line", "put it in quotes")
        return headers

    def size(self, key: str, default: str) -> int:
        """Return a number of bytes."""
        value = self.get(key)
        try:
            found = size(default if key not in self.data else value)
            if found:
                return found
            self.problem(key, "is nothing", "write it like 20MB")
        except SlipwayError as error:
            self.problem(key, error.what, error.mend)
        return 1

    def address(self, key: str, schemes: tuple[str, ...] = ("https", "http"), relative: bool = False) -> str:
        """Return a URL, or a path where addresses may be relative; without one, an empty text."""
        example = f"{schemes[0]}://app.example.com/path"
        url = self.text(key, f"write it like {example}")
        if not url or (url.startswith("/") and not url.startswith("//") and (relative or self.relative)):
            return url
        if fault := _fault_of_url(url, schemes):
            self.problem(key, fault, f"write it like {example}")
        return url

    def origins(self, key: str) -> tuple[str, ...]:
        """Return a list of origins."""
        values = self.get(key)
        if key not in self.data:
            return ()
        if not isinstance(values, list):
            self.problem(key, f"{shown(values)} is no list", "write it like [https://app.example.com]")
            return ()
        for index, value in enumerate(values):
            url = value if isinstance(value, str) else ""
            if _fault_of_url(url, ("https", "http")) or urlsplit(url)[2:] != ("", "", ""):
                mend = "write it like https://app.example.com, without a path"
                self.problem(f"{key}[{index}]", f"{shown(value)} is no origin", mend)
        return tuple(map(str, values))

    def host_and_port(self, key: str, port: int | None) -> tuple[str, int]:
        """Return what is written like ``app.example.com:443``; without ``port`` it must name one."""
        like = "app.example.com" + ("" if port else ":443")
        text = self.text(key, f"write it like {like}")
        try:
            parts = urlsplit(f"//{text}")
            name, found = parts.hostname or "", parts.port or port
        except ValueError:
            name, found = "", None
        if text and (not HOST.fullmatch(name) or found is None or parts.netloc != text or parts.username):
            what = "is no name" if port else "is no name with a port"
            self.problem(key, f"{shown(text)} {what}", f"write it like {like}")
        return name, found or 0

    def finish(self) -> None:
        """Say which keys nobody asked for."""
        for key in self.data:
            if key not in self._known:
                mend = did_you_mean(str(key), self._known) or f"its keys are {', '.join(self._known)}"
                self.problem(str(key), "is no key here", mend)


def _fault_of_url(url: str, schemes: tuple[str, ...]) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises for what is no port
    except ValueError:
        return f"{shown(url)} is no address"
    if parts.username is not None or parts.password is not None:
        return "has a user in it, which would be shown"
    if parts.scheme not in schemes or re.search(r"\s", url):
        return f"{shown(url)} is no address"
    if not HOST.fullmatch(parts.hostname or ""):
        return f"{shown(url)} has no name of a host"
    return ""
