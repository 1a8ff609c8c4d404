# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which name servers speak for a zone: those are what the world asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._errors import SlipwayError
from .exchange import Server
from .library import dns
from .names import lies_in, normal


def known_to(server: Server, zone: str) -> Mapping[str, Sequence[str]]:
    """Return the zone's name servers, name and addresses, as one of them knows them."""
    return {name: _addresses_at(server, name, zone) for name in server.values(zone, "NS").texts}


def known_to_the_world(zone: str) -> Mapping[str, Sequence[str]]:
    """Return the zone's name servers, name and addresses, by this machine's resolver.

    :raises SlipwayError: when nobody speaks for the zone.
    """
    try:
        names = sorted(normal(str(record.target)) for record in dns.resolver.resolve(zone, "NS"))
    except dns.exception.DNSException as error:
        raise SlipwayError(
            f"no name server is found for the zone {zone} ({str(error).rstrip('.')})",
            "let dns_zone be a zone that its registrar has delegated, or name a server of it in dns_server",
        ) from error
    return {name: _addresses(name) for name in names}


def _addresses_at(server: Server, name: str, zone: str) -> list[str]:
    if lies_in(name, zone):
        return [value for rdtype in ("A", "AAAA") for value in server.values(name, rdtype).texts]
    return _addresses(name)


def _addresses(name: str) -> list[str]:
    try:
        return sorted(dns.resolver.resolve_name(name).addresses(), key=lambda text: (":" in text, text))
    except dns.exception.DNSException:
        return []
