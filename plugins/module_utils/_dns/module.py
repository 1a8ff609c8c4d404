# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From the options of ``dns_records`` to its result: what slipway makes, and what somebody else keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._errors import SlipwayError
from . import report
from .authority import known_to, known_to_the_world
from .ensure import ensure
from .exchange import Server
from .keys import read_key
from .names import normal
from .propagation import laggards
from .records import Owner, Record
from .rfc2136 import Rfc2136
from .wanted import Declaration, wanted_records

Options = Mapping[str, Any]

_DECLARED = ("zone", "names", "addresses", "ttl", "records")
_LOOK_SECONDS = 3  # of a plan, which waits for nothing that is not there yet


def run(options: Options, check_mode: bool) -> dict[str, Any]:
    """Return the module's result, with a ``msg`` when a server answers otherwise in the end.

    :raises SlipwayError: for everything else that goes wrong.
    """
    nothing: Options = {"names": [], "records": []} if options["state"] == "absent" else {}
    declared = {**options, **nothing}
    wanted = wanted_records(Declaration(**{name: declared[name] for name in _DECLARED}))
    if options["provider"] == "existing":
        return _seen(options, wanted, check_mode)
    return _made(options, wanted, check_mode)


def _made(options: Options, wanted: Sequence[Record], check_mode: bool) -> dict[str, Any]:
    """Have the records, then wait for the servers."""
    owner = Owner(options["environment"], options["host"])
    key = read_key(Path(options["tsig_key_file"]))
    provider = Rfc2136(options["zone"], Server(options["server"], options["port"], key))
    adopt = {normal(name) for name in options["adopt"]}
    changes = ensure(provider, wanted, owner, adopt, check_mode)
    if check_mode:
        return {**report.result(changes), "summary": report.plan_summary(wanted, changes)}
    servers = provider.name_servers()
    if faults := _laggards(servers, wanted, options, options["wait"]):
        mend = "see that it follows the zone's primary server"
        return report.failure(changes, faults, options["wait"], mend)
    return report.success(changes, wanted, servers)


def _seen(options: Options, wanted: Sequence[Record], check_mode: bool) -> dict[str, Any]:
    """Wait for the servers to answer what somebody else has made, or makes meanwhile."""
    if options["state"] == "absent":
        raise SlipwayError(
            "records that somebody else keeps are not deleted", "delete them where they are kept"
        )
    if options["server"]:
        servers = known_to(Server(options["server"], options["port"]), options["zone"])
    else:
        servers = known_to_the_world(options["zone"])
    seconds = _LOOK_SECONDS if check_mode else options["wait"]
    faults = _laggards(servers, wanted, options, seconds)
    if faults and check_mode:
        return {**report.result([]), "summary": f"still to be made by hand: {report.lines(wanted)}"}
    if faults:
        return report.failure([], faults, seconds, f"have these records there: {report.lines(wanted)}")
    return report.success([], wanted, servers)


def _laggards(
    servers: Mapping[str, Sequence[str]], wanted: Sequence[Record], options: Options, seconds: float
) -> list[str]:
    return laggards(servers, wanted, seconds, lambda address: Server(address, options["port"]))
