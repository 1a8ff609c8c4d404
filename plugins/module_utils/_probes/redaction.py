# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeps secrets out of what probes say: those that are known, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._preflight.redaction import REDACTED, SHORTEST, redacted

SHOWN_BODY = 300  # characters
_NAMES = "(?:passw(?:or)?d|passphrase|secret|token|(?:api|access|private)_?key|credentials?|cookie|auth|jwt)"
_IS_SECRET = re.compile(rf"\w*(?:{_NAMES}|authorization)", re.IGNORECASE)
_PATTERNS = (
    # "token": "…" in JSON, also when the text ends before the value does; token=… in addresses and forms.
    re.compile(rf'"[\w-]*{_NAMES}"\s*:\s*"(?P<secret>(?:[^"\\]|\\.)*)', re.IGNORECASE),
    re.compile(rf'\b[\w-]*{_NAMES} is "(?P<secret>(?:[^"\\]|\\.)*)', re.IGNORECASE),
    re.compile(rf"\b\w*{_NAMES}=(?P<secret>[^&;\s\"']+)", re.IGNORECASE),
    re.compile(r"\bBearer\s+(?P<secret>[\w.~+/=-]+)", re.IGNORECASE),
    re.compile(r"(?P<secret>\beyJ[\w-]{6,}\.[\w.-]*)"),
)


class Hidden:
    """The texts that nobody may read, gathered while probes run."""

    def __init__(self) -> None:
        self.texts: set[str] = set()

    def add(self, value: Any) -> None:
        """Hide a value, or every text inside it."""
        self.texts.update(text for text in _leaves(value) if len(text) >= SHORTEST)

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        text = redacted(text, frozenset(self.texts))  # other probes go on adding
        for pattern in _PATTERNS:
            text = pattern.sub(_masked, text)
        return text

    def body(self, body: bytes | bytearray) -> str:
        """Return the start of an answer's body on one line, empty when there is none."""
        text = " ".join(self.clean(body[: 8 * SHOWN_BODY].decode(errors="replace")).split())
        return text if len(text) <= SHOWN_BODY else f"{text[:SHOWN_BODY]}…"


def secrets_of(data: Any) -> Iterator[str]:
    """Yield the texts below keys of a probe's data whose names tell that they are secret."""
    if isinstance(data, list):
        for item in data:
            yield from secrets_of(item)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if key == "keep":  # names of what the answer holds, not what it holds
                continue
            if _IS_SECRET.fullmatch(str(key).replace("-", "_")):
                yield from (text for text in _leaves(value) if not re.fullmatch(r"\{\w+\}", text))
            else:
                yield from secrets_of(value)


def _masked(match: re.Match[str]) -> str:
    start, end = (place - match.start() for place in match.span("secret"))
    return f"{match[0][:start]}{REDACTED}{match[0][end:]}"


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
