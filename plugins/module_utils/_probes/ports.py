# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which ports of a host answer, seen from outside, against the list of those that may.

A port *answers* when it is open, or closed by the host itself: either shows that the packet came through.
A firewall that drops is silent. So the ports that answer must equal the declared ones whether or not anything
listens on them yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Literal
from xml.etree import ElementTree

from .._errors import SlipwayError

Protocol = Literal["tcp", "udp"]
# Runs a command at the vantage point and returns its standard output.
Run = Callable[[Sequence[str]], str]

LAST_PORT = 65535

# nmap's words for "a packet came back"; "open|filtered" and "filtered" mean that none did.
_ANSWERS = {"open", "closed", "unfiltered"}
# A dropped probe is only known by its timeout, so all of TCP goes in one fast sweep. For UDP a host tells of
# a closed port about once a second (Linux: net.ipv4.icmp_ratelimit), so few are asked, slowly and often.
_SWEEP: dict[Protocol, tuple[str, ...]] = {
    "tcp": ("--min-rate=10000", "--max-retries=1", "--initial-rtt-timeout=100ms", "--max-rtt-timeout=200ms"),
    "udp": ("--max-rate=8", "--max-retries=4"),
}
# A server of HTTP/3 is silent unless spoken to in QUIC. A long header of a version that is reserved for this
# (RFC 9000, 15), padded to what a first datagram must have (14.1), is answered with the versions it has (6).
_QUIC_QUESTION = (bytes.fromhex("c0 1a2a3a4a 08") + b"slipway." + bytes([8]) + b"outside.").ljust(1200, b"\0")
# What a sweep missed of the declared ports is asked again: a lost packet is no closed port. In the sweep,
# nmap speaks what it knows to be usual on a port.
_PATIENT: dict[Protocol, tuple[str, ...]] = {
    "tcp": ("--max-rate=1", "--max-retries=10"),
    "udp": ("--max-rate=1", "--max-retries=10", f"--data={_QUIC_QUESTION.hex()}"),
}


@dataclass(frozen=True)
class Opening:
    """Ports ``first`` to ``last`` of a protocol, open to ``networks`` (of both families)."""

    protocol: Protocol
    first: int
    last: int
    networks: tuple[str, ...]

    @classmethod
    def from_dict(cls, port: Mapping[str, Any]) -> Opening:
        """Read one entry of the filter ``slipway.deploy.open_ports``."""
        return cls(port["protocol"], port["first"], port["last"], (*port["ipv4"], *port["ipv6"]))

    def admits(self, source: str) -> bool:
        """Whether a packet from ``source`` may pass."""
        address = ip_address(source)
        return any(
            address in network
            for network in map(ip_network, self.networks)
            if network.version == address.version
        )


@dataclass(frozen=True)
class Verdict:
    """What one scan of one address saw: ``answering`` against ``expected``."""

    address: str
    protocol: Protocol
    answering: frozenset[int]
    expected: frozenset[int]

    @property
    def undeclared(self) -> list[int]:
        """Ports that answer although nobody declared them."""
        return sorted(self.answering - self.expected)

    @property
    def silent(self) -> list[int]:
        """Ports that are declared and do not answer."""
        return sorted(self.expected - self.answering)

    def sentences(self) -> list[str]:
        """Say what is wrong, nothing when all is as declared."""
        said = []
        if self.undeclared:
            said.append(
                f"{self.protocol} {spans(self.undeclared)} of {self.address} answers from outside but is not "
                "declared; declare it in firewall_extra_ports, or find what opened it"
            )
        if self.silent:
            said.append(
                f"{self.protocol} {spans(self.silent)} of {self.address} is declared but does not answer "
                "from outside; look for another firewall on the way, at the provider or on the host"
            )
        return said


def summary(verdicts: Sequence[Verdict]) -> str:
    """Say how many ports answer, when all do as declared."""
    counts = []
    for protocol in dict.fromkeys(verdict.protocol for verdict in verdicts):
        answering = set().union(*(v.answering for v in verdicts if v.protocol == protocol))
        counts.append(f"{len(answering)} {protocol.upper()}")
    addresses = len({verdict.address for verdict in verdicts})
    return f"{', '.join(counts)} ports answer, as declared, of {addresses} addresses"


def expected(openings: Iterable[Opening], protocol: Protocol, source: str) -> frozenset[int]:
    """Return the ports that must answer a probe from ``source``."""
    return frozenset(
        port
        for opening in openings
        if opening.protocol == protocol and opening.admits(source)
        for port in range(opening.first, opening.last + 1)
    )


def udp_sample(openings: Sequence[Opening]) -> frozenset[int]:
    """Return both ends of every declared UDP range and their neighbours outside."""
    return frozenset(
        port
        for opening in openings
        if opening.protocol == "udp"
        for port in (opening.first - 1, opening.first, opening.last, opening.last + 1)
        if 1 <= port <= LAST_PORT
    )


def probe(run: Run, address: str, openings: Sequence[Opening]) -> list[Verdict]:
    """Scan every TCP port and the edges of the declared UDP ranges of one address.

    :raises SlipwayError: when the vantage point has no address of that family, or nmap fails.
    """
    source = source_address(run, address)
    asked: dict[Protocol, frozenset[int]] = {
        "tcp": frozenset(range(1, LAST_PORT + 1)),
        "udp": udp_sample(openings),
    }
    return [
        _compare(run, address, protocol, ports, expected(openings, protocol, source) & ports)
        for protocol, ports in asked.items()
        if ports
    ]


def _compare(
    run: Run, address: str, protocol: Protocol, ports: frozenset[int], wanted: frozenset[int]
) -> Verdict:
    answering = scan(run, address, protocol, ports, _SWEEP[protocol])
    if missed := wanted - answering:
        answering |= scan(run, address, protocol, missed, _PATIENT[protocol])
    return Verdict(address, protocol, answering, wanted)


def source_address(run: Run, address: str) -> str:
    """Return the address from which the vantage point reaches ``address``.

    :raises SlipwayError: when it has no route.
    """
    found = re.search(r" src (\S+)", run(["ip", "route", "get", address]))
    if not found:
        raise SlipwayError(
            f"the vantage point has no route to {address}", "give it an address of that family"
        )
    return found[1]


def scan(
    run: Run, address: str, protocol: Protocol, ports: Iterable[int], pace: Sequence[str]
) -> frozenset[int]:
    """Return which of ``ports`` answer, asked at ``pace`` (nmap's options).

    :raises SlipwayError: when nmap's output cannot be read.
    """
    family = ["-6"] if ip_address(address).version == 6 else []
    kind = "-sS" if protocol == "tcp" else "-sU"
    output = run(
        ["nmap", *family, kind, "-n", "-Pn", *pace, "-p", spans(sorted(ports), ","), "-oX", "-", address]
    )
    try:
        tree = ElementTree.fromstring(output)  # noqa: S314  # nmap's own output, not an attacker's
    except ElementTree.ParseError as error:
        raise SlipwayError(f"nmap's report on {address} cannot be read: {error}") from error
    return frozenset(_answering(tree))


def _answering(tree: ElementTree.Element) -> Iterable[int]:
    for port in tree.iter("port"):
        state = port.find("state")
        if state is not None and state.get("state") in _ANSWERS:
            yield int(port.attrib["portid"])
    # nmap lists rare states port by port and sums up the common one, with its ports in "extrareasons".
    for extra in tree.iter("extraports"):
        if extra.get("state") in _ANSWERS:
            for reason in extra.iter("extrareasons"):
                yield from numbers(reason.get("ports", ""))


def numbers(text: str) -> Iterable[int]:
    """Read nmap's notation: ``22,80,8000-8010``."""
    for part in filter(None, text.split(",")):
        first, _unused, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def spans(ports: Sequence[int], separator: str = ", ") -> str:
    """Write sorted ports the short way: ``22, 80, 8000-8010``."""
    written: list[list[int]] = []
    for port in ports:
        if written and written[-1][1] == port - 1:
            written[-1][1] = port
        else:
            written.append([port, port])
    return separator.join(str(first) if first == last else f"{first}-{last}" for first, last in written)
