# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The routes of the application as a proxy needs them: by host, the most specific path first.

Whatever gets through here can stand in a proxy's configuration: no character of it means anything there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .._app.routes import Route
from .._errors import SlipwayError

EVERYTHING = "/*"

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+")
_PATH = re.compile(r"(/[A-Za-z0-9._~@:,=+-]*)+\*?")
_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a route; ``place`` is inside ``app_routes``, like ``[0].paths[1]``."""

    place: str
    what: str
    mend: str


@dataclass(frozen=True)
class Location:
    """Requests for one ``path``, or with ``below`` for all that begin with it, and where they lead."""

    path: str
    below: bool
    upstream: str
    max_body: int

    @classmethod
    def from_route(cls, pattern: str, route: Route, max_body: int) -> Location:
        """Make it of one of the route's paths."""
        limit = max_body if route.max_body is None else route.max_body
        return cls(pattern.removesuffix("*"), pattern.endswith("*"), route.upstream.key, limit)

    @property
    def precedence(self) -> tuple[int, bool, str]:
        """Sorts the most specific first: a longer path before a shorter, an exact one before all below it."""
        return -len(self.path), self.below, self.path


def faults(routes: Sequence[Route]) -> Iterator[Fault]:
    """Yield what no proxy can serve as it is written."""
    seen: dict[tuple[str, str], int] = {}
    for index, route in enumerate(routes):
        host = route.host.lower()
        yield from _host_faults(index, host)
        if not _SERVICE.fullmatch(route.service):
            what = f"{route.service!r} is no name of a service"
            yield Fault(f"[{index}].service", what, "use letters, digits, dots, _ and -")
        if not 0 < route.port < 65536:
            yield Fault(f"[{index}].port", f"port {route.port} is out of range", "ports go from 1 to 65535")
        for number, pattern in enumerate(_patterns(route)):
            place = f"[{index}].paths[{number}]" if route.paths else f"[{index}]"
            if not _PATH.fullmatch(pattern):
                what = f"{pattern!r} is no path that a route can have"
                yield Fault(place, what, "write it like /about, or like /api/* for everything below")
            if (host, pattern.lower()) in seen:
                what = f"app_routes[{seen[host, pattern.lower()]}] leads {host}{pattern} somewhere already"
                yield Fault(place, what, "keep one of them")
            seen[host, pattern.lower()] = index


def _host_faults(index: int, host: str) -> Iterator[Fault]:
    if host.startswith("*."):
        what = f"{host!r} needs a wildcard certificate, and those are not supported"
        yield Fault(f"[{index}].host", what, "write a route for each host")
    elif not _HOST.fullmatch(host):
        yield Fault(f"[{index}].host", f"{host!r} is no name of a host", "write it like www.example.org")


def sites(routes: Sequence[Route], max_body: int) -> list[dict[str, Any]]:
    """Return plain data for templates: each ``host`` once, with its ``locations`` in order of precedence.

    :raises SlipwayError: for the first fault.
    """
    for fault in faults(routes):
        raise SlipwayError(f"app_routes{fault.place}: {fault.what}", fault.mend)
    by_host: dict[str, list[Location]] = {}
    for route in routes:
        locations = by_host.setdefault(route.host.lower(), [])
        locations += [Location.from_route(pattern, route, max_body) for pattern in _patterns(route)]
    return [
        {
            "host": host,
            "locations": [asdict(item) for item in sorted(locations, key=lambda one: one.precedence)],
        }
        for host, locations in by_host.items()
    ]


def read_routes(entries: Sequence[Mapping[str, Any]]) -> list[Route]:
    """Read ``app_routes``.

    :raises SlipwayError: when an entry lacks something that every route has.
    """
    routes = []
    for index, entry in enumerate(entries):
        for name in ("host", "service", "port"):
            if entry.get(name) in (None, ""):
                raise SlipwayError(
                    f"app_routes[{index}] has no {name}", "write {host: …, service: …, port: …}"
                )
        routes.append(Route.from_variables(entry))
    return routes


def _patterns(route: Route) -> tuple[str, ...]:
    return route.paths or (EVERYTHING,)
