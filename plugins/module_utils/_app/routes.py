# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the internet sees of the application: hosts, paths, and the services that answer them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import SlipwayError

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


@dataclass(frozen=True, order=True)
class Upstream:
    """One port of one service inside its container, to which a route leads."""

    service: str
    port: int

    @property
    def key(self) -> str:
        """Its name for the proxy, like ``web:3000``."""
        return f"{self.service}:{self.port}"


@dataclass(frozen=True)
class Route:
    """Requests for one host, all of them or those of some paths, and where they lead."""

    host: str
    paths: tuple[str, ...]
    """Exact paths, or everything below one, like ``/api/*``; empty for all that no other route has."""
    service: str
    port: int
    max_body: int | None = None
    """The most bytes that a request's body may have; ``None`` leaves it to the proxy."""

    @classmethod
    def from_variables(cls, entry: Mapping[str, Any]) -> Route:
        """Make a route of an entry of ``app_routes``; raises SlipwayError for a size that is none."""
        limit = entry.get("max_body")
        return cls(
            host=str(entry["host"]),
            paths=tuple(str(path) for path in entry.get("paths") or ()),
            service=str(entry["service"]),
            port=int(entry["port"]),
            max_body=None if limit is None else size(limit),
        )

    @property
    def upstream(self) -> Upstream:
        """Where the requests lead."""
        return Upstream(self.service, self.port)


def upstreams(routes: Iterable[Route]) -> tuple[Upstream, ...]:
    """Return each upstream of the routes once, ordered."""
    return tuple(sorted({route.upstream for route in routes}))


def hosts(routes: Iterable[Route]) -> tuple[str, ...]:
    """Return each host of the routes once, in the order of the routes."""
    return tuple(dict.fromkeys(route.host for route in routes))


def size(value: int | str) -> int:
    """Return the bytes that a size like ``25MB`` means, in powers of 1024 as ansible-core counts."""
    match = re.fullmatch(r"([0-9]+)\s*([KMG]?)(?:i?B)?", str(value).strip(), re.IGNORECASE)
    if not match:
        raise SlipwayError(f"{value!r} is no size", "write it like 25MB")
    return int(match[1]) * _UNITS[match[2].upper()]
