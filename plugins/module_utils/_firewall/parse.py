# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turn what a person wrote about ports and networks into values, or say what is wrong with it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .._errors import SlipwayError

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

ANYONE: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))

LAST_PORT = 65535


@dataclass(frozen=True, order=True)
class Span:
    """Ports from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def overlaps(self, other: Span) -> bool:
        """Whether a port lies in both."""
        return self.first <= other.last and other.first <= self.last


def parse_span(value: Any) -> Span:
    """Read a port (``8080``) or a range (``8000-8010``)."""
    found = re.fullmatch(r"([0-9]+)(?:-([0-9]+))?", str(value))
    if not found:
        raise SlipwayError(f"{value!r} is no port", "write it like 8080, or a range like 8000-8010")
    first, last = int(found[1]), int(found[2] or found[1])
    for port in (first, last):
        if not 1 <= port <= LAST_PORT:
            raise SlipwayError(f"port {port} is out of range", f"ports go from 1 to {LAST_PORT}")
    if last < first:
        raise SlipwayError(f"range {value} runs backwards", f"write {last}-{first}")
    return Span(first, last)


def parse_protocol(value: Any) -> str:
    """Read ``tcp`` or ``udp``."""
    if value not in ("tcp", "udp"):
        raise SlipwayError(
            f"protocol {value!r} is neither tcp nor udp", "write tcp or udp, one entry for each"
        )
    return str(value)


def parse_name(value: Any) -> str:
    """Read a comment that can stand between quotes in a rule."""
    text = str(value)
    if not re.fullmatch(r"[^\"\\]{1,100}", text) or not text.isprintable():
        raise SlipwayError(
            f"comment {text[:20]!r} cannot stand in a rule", "use at most 100 characters, no quotes"
        )
    return text


def parse_network(value: Any) -> Network:
    """Read a network (``203.0.113.0/24``, ``2001:db8::/32``) or one address."""
    text = str(value)
    try:
        # The name of an interface after the address means nothing in a rule.
        interface = ipaddress.ip_interface(text if "%" not in text else "")
    except ValueError:
        raise SlipwayError(
            f"{text!r} is no network", "write it like 203.0.113.0/24 or 2001:db8::/32"
        ) from None
    address, network = interface.ip, interface.network
    if address != network.network_address:
        mend = f"write {network}, or {address} for the host alone"
        raise SlipwayError(f"{text!r} is a host, not a network", mend)
    return network


def parse_networks(values: Sequence[Any]) -> tuple[tuple[Network, ...], list[tuple[int, SlipwayError]]]:
    """Return the networks, merged and ordered, and what is wrong by index. No network at all means anyone."""
    networks: list[Network] = []
    faults: list[tuple[int, SlipwayError]] = []
    for index, value in enumerate(values):
        try:
            networks.append(parse_network(value))
        except SlipwayError as error:
            faults.append((index, error))
    if not values:
        return ANYONE, faults
    ipv4 = ipaddress.collapse_addresses(net for net in networks if isinstance(net, ipaddress.IPv4Network))
    ipv6 = ipaddress.collapse_addresses(net for net in networks if isinstance(net, ipaddress.IPv6Network))
    return (*ipv4, *ipv6), faults
