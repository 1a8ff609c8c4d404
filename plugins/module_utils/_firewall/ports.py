# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one list of open ports: for the host's nftables, the cloud's firewall and the probe from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from .._errors import SlipwayError
from .._preflight.problem import Problem
from .parse import ANYONE, Network, Span, parse_name, parse_networks, parse_protocol, parse_span
from .services import FIXED_PORTS, check_service

EXTRA_PORT_KEYS = ("port", "protocol", "networks", "comment")


@dataclass(frozen=True)
class OpenPort:
    """One opening: who may reach which ports.

    ``networks`` is never empty; a family without a network in it is closed. Openings never overlap.
    """

    name: str
    """The service, or the comment of an extra port: printable, at most 100 characters, no quotes."""
    protocol: str
    """``tcp`` or ``udp``."""
    span: Span
    """First and last port, both open."""
    networks: tuple[Network, ...] = ANYONE
    """IPv4 before IPv6, ordered, none inside another."""

    def overlaps(self, other: OpenPort) -> bool:
        """Whether a packet could belong to both, whoever sends it."""
        return self.protocol == other.protocol and self.span.overlaps(other.span)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data: ``name``, ``protocol``, ``first``, ``last``, ``ipv4``, ``ipv6``, ``anyone``."""
        return {
            "name": self.name,
            "protocol": self.protocol,
            "first": self.span.first,
            "last": self.span.last,
            "ipv4": [str(network) for network in self.networks if network.version == 4],
            "ipv6": [str(network) for network in self.networks if network.version == 6],
            "anyone": self.networks == ANYONE,
        }


@dataclass(frozen=True)
class Declaration:
    """What a person declares: the firewall role's variables of the same names, unchecked."""

    services: Sequence[Any]
    ssh_port: Any
    admin_networks: Sequence[Any]
    turn_relay_ports: Any
    livekit_udp_ports: Any
    extra_ports: Sequence[Any]


def open_ports(declaration: Declaration) -> list[OpenPort]:
    """Return what is open, ordered by protocol and port, without duplicates or overlaps.

    Raises SlipwayError for the first thing that is wrong; ``examine`` tells all of them.
    """
    ports, problems = examine(declaration)
    for problem in problems:
        raise SlipwayError(f"{problem.variable}: {problem.what}", problem.mend)
    return ports


def examine(declaration: Declaration) -> tuple[list[OpenPort], list[Problem]]:
    """Return what is open and everything that is wrong; the ports are whole only when nothing is wrong."""
    reader = _Reader()
    reader.read_services(declaration)
    for index, entry in enumerate(declaration.extra_ports):
        reader.read_extra(f"firewall_extra_ports[{index}]", entry)
    reader.refuse_overlaps()
    ports = sorted(reader.origins, key=lambda port: (port.protocol, port.span))
    return ports, reader.problems


class _Reader:
    """Collects openings with the variable each came from, and the problems met on the way."""

    def __init__(self) -> None:
        self.origins: dict[OpenPort, str] = {}
        self.problems: list[Problem] = []

    def read_services(self, declaration: Declaration) -> None:
        enabled = []
        for index, service in enumerate(declaration.services):
            try:
                enabled.append(check_service(service))
            except SlipwayError as error:
                self.note(f"firewall_services[{index}]", error)
        admins = self.networks("firewall_admin_networks", declaration.admin_networks)
        settings = {
            variable: self.span(variable, value)
            for variable, value in (
                ("firewall_ssh_port", declaration.ssh_port),
                ("firewall_turn_relay_ports", declaration.turn_relay_ports),
                ("firewall_livekit_udp_ports", declaration.livekit_udp_ports),
            )
        }
        for service in enabled:
            for protocol, port in FIXED_PORTS[service]:
                self.add("firewall_services", OpenPort(service, protocol, Span(port, port)))
        for service, name, protocol, variable, networks in (
            ("ssh", "ssh", "tcp", "firewall_ssh_port", admins),
            ("turn", "turn relay", "udp", "firewall_turn_relay_ports", ANYONE),
            ("turns", "turn relay", "udp", "firewall_turn_relay_ports", ANYONE),
            ("livekit", "livekit media", "udp", "firewall_livekit_udp_ports", ANYONE),
        ):
            span = settings[variable]
            if service in enabled and span and networks:
                self.add(variable, OpenPort(name, protocol, span, networks))

    def read_extra(self, variable: str, entry: Any) -> None:
        if not isinstance(entry, Mapping):
            self.problems.append(
                Problem(variable, f"{entry!r} is no port", "write {port: 8443, protocol: tcp}")
            )
            return
        known = ", ".join(EXTRA_PORT_KEYS)
        for key in [key for key in entry if key not in EXTRA_PORT_KEYS]:
            self.problems.append(
                Problem(f"{variable}.{key}", f"{key} is unknown", f"a port has only {known}")
            )
        span = self.span(f"{variable}.port", entry.get("port"))
        networks = self.networks(f"{variable}.networks", entry.get("networks") or ())
        try:
            protocol = parse_protocol(entry.get("protocol"))
        except SlipwayError as error:
            self.note(f"{variable}.protocol", error)
            return
        try:
            name = parse_name(entry.get("comment") or "extra port")
        except SlipwayError as error:
            self.note(f"{variable}.comment", error)
            return
        if span and networks:
            # Two entries that say the same are a slip of the pen, so the second is not merged into the first.
            port = OpenPort(name, protocol, span, networks)
            if port in self.origins:
                self.problems.append(
                    Problem(variable, f"{_text(port)} is declared twice", "remove one of them")
                )
            self.add(variable, port)

    def span(self, variable: str, value: Any) -> Span | None:
        try:
            return parse_span(value)
        except SlipwayError as error:
            self.note(variable, error)
            return None

    def networks(self, variable: str, values: Any) -> tuple[Network, ...]:
        """Return the networks, anyone when none is given, nothing when one is wrong."""
        networks, faults = parse_networks(values)
        for index, error in faults:
            self.note(f"{variable}[{index}]", error)
        return () if faults else networks

    def refuse_overlaps(self) -> None:
        """One port has one declaration: else a port meant for few would silently be open to all."""
        for (earlier, _unused), (later, variable) in combinations(self.origins.items(), 2):
            if earlier.overlaps(later):
                what = f"{_text(later)} overlaps {_text(earlier)} of {earlier.name}"
                self.problems.append(Problem(variable, what, "give each a range of its own"))

    def add(self, variable: str, port: OpenPort) -> None:
        self.origins.setdefault(port, variable)

    def note(self, variable: str, error: SlipwayError) -> None:
        self.problems.append(Problem(variable, error.what, error.mend))


def _text(port: OpenPort) -> str:
    return f"{port.span}/{port.protocol}"
