# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A request of a flow: ``get``, ``post`` and their like, with what an earlier step has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..answer import Wanted
from ..entry import Entry
from ..kind import Kind
from ..session import Session
from .url import read_keep, read_wanted

_SENDING = ("post", "put", "patch")
METHODS = ("get", *_SENDING, "delete")


@dataclass(frozen=True)
class Call(Kind):
    """One request and what is wanted of its answer; ``bearer`` names the kept value that it is sent with."""

    method: str
    url: str
    wanted: Wanted
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None
    bearer: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whatever is no GET may write."""
        return self.method != "get"

    @classmethod
    def read(cls, entry: Entry) -> Call:
        """Read the method with its address, what is sent, and what is wanted of the answer.

        ``json`` is sent by those methods that send something, and wanted of the others.
        """
        method = next(name for name in METHODS if name in entry.data)
        sends = method in _SENDING
        if sends and {"json", "form"} <= set(entry.data):
            entry.problem("form", "is sent in the place where json is", "keep one of them")
        return cls(
            method,
            entry.address(method),
            headers=entry.headers("request_headers", "{Accept: application/json}"),
            json=entry.get("json") if sends else None,
            form=(entry.mapping("form", "{name: value}") or None) if sends else None,
            bearer=read_bearer(entry),
            wanted=read_wanted(entry, json="answer" if sends else "json"),
            keep=read_keep(entry),
        )

    def run(self, session: Session) -> str:
        """Ask, keep, judge."""
        request = session.request(
            self.method.upper(),
            self.url,
            headers=self.headers,
            json=self.json,
            form=self.form,
            bearer=self.bearer,
        )
        return f"{request} answered {session.ask(request, self.wanted, self.keep)}"


def read_bearer(entry: Entry) -> str:
    """Read the name of a kept value that is sent as a bearer token."""
    bearer = entry.text("bearer", "write the name of what an earlier step has kept")
    if bearer and bearer not in entry.placeholders:
        entry.problem("bearer", f"{bearer!r} is kept by no earlier step", "keep it, like {token: json.token}")
    return bearer
