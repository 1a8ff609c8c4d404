# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the firewall role's variables must be beyond their types: ports that make sense, and a way back in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from .._firewall.parse import parse_networks
from .._firewall.ports import Declaration, examine
from .given import Given
from .problem import Problem

SHORTEST_GUARD = 10  # seconds; a slow network's SSH handshake with a busy host takes some of them


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    _unused, problems = examine(
        Declaration(
            services=given.list("firewall_services"),
            ssh_port=given.get("firewall_ssh_port"),
            admin_networks=given.list("firewall_admin_networks"),
            turn_relay_ports=given.get("firewall_turn_relay_ports"),
            livekit_udp_ports=given.get("firewall_livekit_udp_ports"),
            extra_ports=given.list("firewall_extra_ports"),
        )
    )
    yield from problems
    yield from _interfaces(given)
    if (given.int("firewall_guard_seconds") or 0) < SHORTEST_GUARD:
        what = "a new connection needs longer than that to prove itself"
        yield Problem("firewall_guard_seconds", what, f"write at least {SHORTEST_GUARD}")
    yield from _lock_outs(given)


def _interfaces(given: Given) -> Iterator[Problem]:
    for index, name in enumerate(given.list("firewall_container_interfaces")):
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,15}|[A-Za-z0-9_.-]{2,14}\*", name):
            what = f"{name!r} is no name of a bridge"
            yield Problem(f"firewall_container_interfaces[{index}]", what, "write it like docker0 or br-*")


def _lock_outs(given: Given) -> Iterator[Problem]:
    if "ssh" not in given.list("firewall_services"):
        yield Problem("firewall_services", "without ssh nobody could reach the host any more", "add ssh")
        return
    networks, faults = parse_networks(given.list("firewall_admin_networks"))
    if faults or not given.list("firewall_admin_networks") or given.client_address is None:
        return
    client = ipaddress.ip_address(given.client_address)
    if not any(client in network for network in networks):
        what = f"none of these networks holds {client}, the address we come from"
        yield Problem("firewall_admin_networks", what, f"add {client}, or connect from one of them")
