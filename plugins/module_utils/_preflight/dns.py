# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the variables of the role dns beyond their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._dns.keys import read_key
from .._dns.names import is_environment, normal
from .._dns.wanted import Declaration, Fault, examine
from .._errors import SlipwayError
from .formats import is_address
from .problem import Problem

if TYPE_CHECKING:
    from .given import Given

_VARIABLES = {
    "zone": "dns_zone",
    "names": "app_routes",
    "addresses": "server_addresses",
    "ttl": "dns_ttl",
    "records": "dns_extra_records",
}
_WAIT = range(1, 3601)  # seconds; a secondary that lags for longer needs a person


def check(given: Given) -> Iterator[Problem]:
    """Yield the problems of the zone, its server and key, and of every record."""
    hosts = [_host(route) for route in given.list("app_routes")]
    extras = given.list("dns_extra_records")
    declaration = Declaration(
        zone=given.str("dns_zone"),
        # Routes without a host are told by the role app; here they only keep the place.
        names=[host or given.str("dns_zone") for host in hosts],
        addresses=given.list("server_addresses"),
        ttl=given.int("dns_ttl") or 0,
        records=extras,
    )
    yield from map(_problem, examine(declaration)[1])
    server = given.str("dns_server")
    if server and not is_address(server):
        yield Problem("dns_server", f"{server!r} is no address", "write it like 203.0.113.53 or 2001:db8::53")
    yield from _foreign(given) if given.str("dns_provider") == "existing" else _access(given)
    environment = given.str("dns_environment")
    if not is_environment(environment):
        yield Problem(
            "dns_environment",
            f"{environment!r} cannot be part of a name in the DNS",
            "use lower-case letters, digits and hyphens, with a letter or digit at both ends",
        )
    if (given.int("dns_wait") or 0) not in _WAIT:
        what = f"{given.int('dns_wait')} is no time to wait"
        yield Problem("dns_wait", what, f"write seconds between {_WAIT[0]} and {_WAIT[-1]}")
    names = {normal(name) for name in [*hosts, *(entry["name"] for entry in extras)]}
    for index, name in enumerate(given.list("dns_adopt")):
        if normal(name) not in names:
            what = f"{name} is neither the host of a route nor the name of an extra record"
            yield Problem(f"dns_adopt[{index}]", what, "remove it, or declare the route")


def _foreign(given: Given) -> Iterator[Problem]:
    """Yield what cannot be asked of a zone that somebody else keeps."""
    for variable, harmless in (("dns_state", "present"), ("dns_adopt", [])):
        if given.get(variable) not in (None, harmless):
            what = "records that somebody else keeps are not slipway's to change"
            yield Problem(variable, what, "leave it out, or let dns_provider be rfc2136")


def _access(given: Given) -> Iterator[Problem]:
    """Yield what keeps us from changing the zone."""
    missing = [name for name in ("dns_server", "dns_tsig_key_file") if not given.str(name)]
    for name in missing:
        mend = "give it one, or make the records yourself and let dns_provider be existing"
        yield Problem(name, "it has no value", mend)
    if missing:
        return
    try:
        read_key(Path(given.str("dns_tsig_key_file")).expanduser())
    except SlipwayError as error:
        yield Problem("dns_tsig_key_file", error.what, error.mend)


def _host(route: Any) -> str:
    host = route.get("host") if isinstance(route, Mapping) else None
    return host if isinstance(host, str) else ""


def _problem(fault: Fault) -> Problem:
    field, bracket, rest = fault.field.partition("[")
    path = f"{_VARIABLES[field]}{bracket}{rest}"
    return Problem(f"{path}.host" if field == "names" else path, fault.what, fault.mend)
