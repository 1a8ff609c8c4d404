# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which addresses a rehearsal's network takes: ranges for tests and documentation, nobody's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

# RFC 2544, section C.2.2: for tests of devices, never routed.
_IPV4_RANGE = IPv4Network("198.18.0.0/15")
# RFC 3849: for documentation. One /64 beside each /24, told apart by the fourth group.
_IPV6_RANGE = IPv6Network("2001:db8::/48")
_COUNT = 2 ** (24 - _IPV4_RANGE.prefixlen)


def free_subnets(environment: str, taken: Iterable[str]) -> Iterator[tuple[IPv4Network, IPv6Network]]:
    """Yield pairs of a /24 and a /64 that touch none of the networks in ``taken``.

    The first of them depends on the environment's name alone while nothing is taken, so that the same
    environment usually gets its addresses again.
    """
    others = [ip_network(subnet, strict=False) for subnet in taken]
    start = int.from_bytes(hashlib.sha256(environment.encode()).digest()[:4], "big")
    for step in range(_COUNT):
        index = (start + step) % _COUNT
        ipv4 = IPv4Network((int(_IPV4_RANGE.network_address) + index * 256, 24))
        ipv6 = IPv6Network((int(_IPV6_RANGE.network_address) + (index << 64), 64))
        if not any(_overlap(subnet, other) for subnet in (ipv4, ipv6) for other in others):
            yield ipv4, ipv6


def _overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)
