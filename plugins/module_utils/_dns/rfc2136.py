# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dynamic updates (RFC 2136) signed with a TSIG key.

Beside each name that slipway made stands a TXT record that says so, and one name of the environment lists
them all, so that they are found again without a transfer of the zone. A name's records, its marker and its
line in the list change in one message, under prerequisites that they are still as they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .._errors import SlipwayError
from .authority import known_to
from .exchange import Server, values_in
from .interface import ChangedMeanwhileError, Provider
from .library import dns
from .names import index_name, marker_name, normal
from .records import TYPES, Change, Owner, Record, State
from .updates import question_whether, update_of

if TYPE_CHECKING:
    from dns.message import Message


class Rfc2136(Provider):
    """A zone on the primary server that takes its updates."""

    def __init__(self, zone: str, server: Server) -> None:
        self._zone, self._server = zone, server

    def owned_names(self, owner: Owner) -> set[str]:
        """Read the environment's list, of which each line is a host and a name."""
        self._insist_on_zone(self._server.ask(self._zone, "SOA"), self._zone)
        lines = self._server.values(index_name(owner.environment, self._zone), "TXT").texts
        return {name for host, _space, name in (line.partition(" ") for line in lines) if host == owner.host}

    def read(self, names: Iterable[str]) -> dict[str, State]:
        """Ask for each name by itself."""
        return {name: self._state(name) for name in names}

    def apply(self, changes: Sequence[Change]) -> None:
        """Send all changes as one update."""
        if self._server.update(update_of(self._zone, changes)) != dns.rcode.NOERROR:
            raise ChangedMeanwhileError(
                f"the zone {self._zone} changes while it is compared", "run this again"
            )

    def name_servers(self) -> Mapping[str, Sequence[str]]:
        """Return the zone's NS records with their addresses, from the zone or the world's DNS."""
        return known_to(self._server, self._zone)

    def _state(self, name: str) -> State:
        owner = self._owner(name)
        records = []
        for rdtype in TYPES:
            values = self._server.values(name, rdtype)
            if values and (owner or self._exists(name, rdtype)):
                records.append(Record(name, rdtype, values.texts, values.ttl))
        return State(tuple(sorted(records)), owner)

    def _owner(self, name: str) -> Owner | None:
        beside = marker_name(name)
        answer = self._server.ask(beside, "TXT")
        self._insist_on_zone(answer, name)
        texts = values_in(answer, beside, "TXT").texts
        owner = Owner.read(texts[0]) if len(texts) == 1 else None
        if texts and not owner and self._exists(beside, "TXT"):
            raise SlipwayError(
                f"{beside} has a TXT record that slipway did not write", f"remove it, or the route of {name}"
            )
        return owner

    def _exists(self, name: str, rdtype: str) -> bool:
        """Whether the zone has the record itself; an answer may also have been made from a wildcard."""
        return self._server.update(question_whether(self._zone, name, rdtype)) == dns.rcode.NOERROR

    def _insist_on_zone(self, answer: Message, name: str) -> None:
        """Refuse a name that the server keeps in another zone, where our updates would have no effect."""
        for rrset in (*answer.answer, *answer.authority):
            zone = normal(str(rrset.name))
            if rrset.rdtype == dns.rdatatype.SOA and zone != self._zone:
                raise SlipwayError(
                    f"the name server keeps {name} in the zone {zone}, not in {self._zone}",
                    "correct dns_zone, or take the route away",
                )
