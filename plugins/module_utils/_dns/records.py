# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The words in which records are planned, changed and shown; no provider and no library is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .._errors import SlipwayError
from .names import is_environment, marker_name

Verb = Literal["create", "update", "take over", "delete"]

# What leads a name to a host: the types that this package manages, all others are left alone.
TYPES = ("A", "AAAA", "CNAME")

# An inventory's name of a host.
_HOST = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_MARKER = re.compile(r"owner=slipway environment=(\S+) host=(\S+)")


@dataclass(frozen=True, order=True)
class Record:
    """All values that a name has of one type; addresses are canonical, names without a dot at the end."""

    name: str
    type: str
    values: tuple[str, ...]
    ttl: int

    def lines(self) -> list[str]:
        """Return one line of a zone file for each value."""
        dot = "." if self.type == "CNAME" else ""
        return [f"{self.name}. {self.ttl} IN {self.type} {value}{dot}" for value in self.values]

    def __str__(self) -> str:
        return f"{self.type} {', '.join(self.values)}"


@dataclass(frozen=True)
class Owner:
    """Who made a name's records: slipway, for a host of an environment."""

    environment: str
    host: str

    def __post_init__(self) -> None:
        if not is_environment(self.environment):
            raise SlipwayError(
                f"environment: {self.environment!r} cannot be part of a name in the DNS",
                "use lower-case letters, digits and hyphens, with a letter or digit at both ends",
            )
        if not _HOST.fullmatch(self.host):
            raise SlipwayError(
                f"host: {self.host!r} cannot stand in a TXT record",
                "use at most 100 letters, digits, dots, hyphens, colons and underscores",
            )

    @property
    def marker(self) -> str:
        """The text of the TXT record beside the name."""
        return f"owner=slipway environment={self.environment} host={self.host}"

    @classmethod
    def read(cls, marker: str) -> Owner | None:
        """Return who is named, ``None`` when the text is no marker."""
        match = _MARKER.fullmatch(marker)
        try:
            return cls(*match.groups()) if match else None
        except SlipwayError:
            return None


@dataclass(frozen=True)
class State:
    """What a zone holds at one name: sorted records of managed types, and who made them if slipway did."""

    records: tuple[Record, ...] = ()
    owner: Owner | None = None

    def record(self, rdtype: str) -> Record | None:
        """Return the record of a type, if there is one."""
        return next((record for record in self.records if record.type == rdtype), None)

    def lines(self, name: str) -> list[str]:
        """Return what is there as lines of a zone file."""
        lines = [line for record in self.records for line in record.lines()]
        return [*lines, f'{marker_name(name)}. IN TXT "{self.owner.marker}"'] if self.owner else lines


@dataclass(frozen=True)
class Change:
    """One name's change, which is made whole or not at all."""

    name: str
    verb: Verb
    before: State
    after: State
