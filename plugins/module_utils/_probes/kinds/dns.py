# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``dns``: every name server that answers for a name says the wanted addresses and no others."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from ..._preflight.formats import is_address, shown
from ..deadline import TimeUpError
from ..entry import HOST, Entry
from ..failure import ProbeError, UnansweredError
from ..kind import Kind
from ..libraries import dns
from ..names import DNS_PORT, addresses, server_of
from ..session import Session, said_of

_KINDS = {4: "A", 6: "AAAA"}


@dataclass(frozen=True)
class Dns(Kind):
    """Asks the given resolvers, or else the servers that the zone itself names."""

    key = "dns"
    name: str
    addresses: tuple[str, ...]

    @classmethod
    def read(cls, entry: Entry) -> Dns:
        """Read ``dns``, a name, and ``addresses``."""
        name = entry.text("dns", "write it like app.example.com")
        if name and not HOST.fullmatch(name):
            entry.problem("dns", f"{shown(name)} is no name", "write it like app.example.com")
        wanted = entry.get("addresses")
        if not isinstance(wanted, list) or not wanted:
            entry.problem("addresses", "lists no addresses", "write it like [203.0.113.7, 2001:db8::7]")
            wanted = []
        for index, address in enumerate(wanted):
            if not is_address(str(address)):
                what = f"{shown(address)} is no address"
                entry.problem(f"addresses[{index}]", what, "write it like 203.0.113.7")
        return cls(name, tuple(map(str, wanted)))

    def run(self, session: Session) -> str:
        """Ask each server for both families."""
        wanted = {str(ip_address(address)) for address in self.addresses}
        servers = dict(self._servers(session))
        for server, (address, port) in servers.items():
            for version, kind in _KINDS.items():
                expected = {text for text in wanted if ip_address(text).version == version}
                found = self._ask(session, server, address, port, kind)
                if found != expected:
                    observed = f"{server} answered {kind} of {self.name}: {_listed(found)}"
                    raise ProbeError(observed, _listed(expected))
        return f"{', '.join(servers)} answered {_listed(wanted)} for {self.name}"

    def _servers(self, session: Session) -> Iterator[tuple[str, tuple[str, int]]]:
        if session.network.resolvers:
            for resolver in session.network.resolvers:
                yield resolver, server_of(resolver)
            return
        try:
            zone = dns.resolver.zone_for_name(self.name, lifetime=session.deadline.remaining())
            answer = dns.resolver.resolve(zone, "NS", lifetime=session.deadline.remaining())
            for record in answer:
                name = record.target.to_text(omit_final_dot=True)
                for address in addresses(name, (), session.deadline)[:1]:
                    yield f"{name} ({address})", (address, DNS_PORT)
        except (dns.exception.DNSException, UnansweredError, TimeUpError) as error:
            what = f"the name servers of {self.name} cannot be found ({type(error).__name__})"
            raise ProbeError(what, "a zone with name servers") from error

    def _ask(self, session: Session, server: str, address: str, port: int, kind: str) -> set[str]:
        query = dns.message.make_query(self.name, kind)
        wanted = f"{kind} of {self.name}"
        try:
            time = session.deadline.remaining()
            response, _tcp = dns.query.udp_with_fallback(query, address, timeout=time, port=port)
        except (OSError, TimeUpError, dns.exception.DNSException) as error:
            is_late = isinstance(error, (TimeUpError, dns.exception.Timeout))
            what = "gave no answer" if is_late else f"failed: {error}"
            raise ProbeError(f"{server} {what}", wanted) from error
        if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise ProbeError(f"{server} answered {dns.rcode.to_text(response.rcode())}", wanted)
        found, target = set(), ""
        for rrset in response.answer:
            for record in rrset:
                if hasattr(record, "address"):
                    found.add(str(ip_address(record.address)))
                elif hasattr(record, "target"):
                    target = record.target.to_text(omit_final_dot=True)
        return found or set(self._behind(session, target, kind))

    def _behind(self, session: Session, target: str, kind: str) -> Iterator[str]:
        """Yield the addresses of an alias's target, which may lie in another zone."""
        if target:
            try:
                found = addresses(target, session.network.resolvers, session.deadline)
            except (UnansweredError, TimeUpError) as error:
                what = f"{self.name} leads to {target}, which {said_of(error, session.deadline)}"
                raise ProbeError(what, f"{kind} of {self.name}") from error
            yield from (address for address in found if _KINDS[ip_address(address).version] == kind)


def _listed(found: Collection[str]) -> str:
    return ", ".join(sorted(found)) or "nothing"
