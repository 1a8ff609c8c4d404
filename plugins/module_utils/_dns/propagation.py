# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wait until the zone's authoritative servers, which resolvers and ACME CAs ask, answer what is wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from .._errors import SlipwayError
from .exchange import QUESTION_SECONDS, Server
from .records import Record

Reach = Callable[[str], Server]

_PAUSE_SECONDS = 1.0


def laggards(
    servers: Mapping[str, Sequence[str]], wanted: Iterable[Record], seconds: float, reach: Reach = Server
) -> list[str]:
    """Wait until every server answers every wanted record, and return in sentences which did not in time.

    :param servers: the addresses of each; the first that answers speaks for the server.
    :param reach: makes a server of an address.
    """
    answers = expected(wanted)
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(max_workers=len(servers) or 1) as pool:
        faults = pool.map(lambda name: _fault_at_last(name, servers[name], answers, deadline, reach), servers)
        return [fault for fault in faults if fault]


def expected(wanted: Iterable[Record]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the values that each name must have of each type.

    A name that leads to addresses of one family must have none of the other: a stale one sends half of the
    world astray.
    """
    answers = {}
    for name, records in groupby(sorted(wanted), key=lambda record: record.name):
        values = {record.type: record.values for record in records}
        for rdtype in ("CNAME",) if "CNAME" in values else ("A", "AAAA"):
            answers[name, rdtype] = values.get(rdtype, ())
    return answers


def _fault_at_last(
    name: str,
    addresses: Sequence[str],
    answers: Mapping[tuple[str, str], tuple[str, ...]],
    deadline: float,
    reach: Reach,
) -> str:
    if not addresses:
        return f"name server {name} has no address"
    while True:
        fault = _fault(name, [reach(address) for address in addresses], answers, deadline)
        if not fault or time.monotonic() + _PAUSE_SECONDS > deadline:
            return fault
        time.sleep(_PAUSE_SECONDS)


def _fault(
    name: str,
    servers: Sequence[Server],
    answers: Mapping[tuple[str, str], tuple[str, ...]],
    deadline: float,
) -> str:
    faults = []
    for server in servers:
        try:
            for (asked, rdtype), values in answers.items():
                found = server.values(asked, rdtype, _patience(deadline)).texts
                if found != values:
                    return (
                        f"{name} answers {rdtype} {', '.join(found) or 'nothing'} for {asked}, "
                        f"not {', '.join(values) or 'nothing'}"
                    )
        except SlipwayError as error:
            faults.append(f"{name}: {error.what}")
        else:
            return ""
    return "; ".join(faults)


def _patience(deadline: float) -> float:
    """Return how long each of a question's two tries may take, so that silence ends with the time."""
    return min(QUESTION_SECONDS, max((deadline - time.monotonic()) / 2, 0.1))
