# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the firewall's variables."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import firewall
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.host import Host

GOOD: dict[str, Any] = {
    "firewall_services": ["ssh", "http", "https"],
    "firewall_extra_ports": [],
    "firewall_admin_networks": [],
    "firewall_ssh_port": 22,
    "firewall_turn_relay_ports": "49152-49999",
    "firewall_livekit_udp_ports": "7882",
    "firewall_container_interfaces": ["docker0", "docker_gwbridge", "br-*"],
    "firewall_guard_seconds": 60,
}


def problems(client: str | None = "203.0.113.9", **variables: Any) -> list[tuple[str, str, str]]:
    blank = {field.name: None for field in dataclasses.fields(Host)}
    host = Host(**{**blank, "client_address": client})  # type: ignore[arg-type]
    given = Given({**GOOD, **variables}, lambda: host)
    return [(problem.variable, problem.what, problem.mend) for problem in firewall.check(given)]


def test_good_input_is_silent() -> None:
    assert problems() == []


@pytest.mark.parametrize("networks", [["203.0.113.0/24"], ["2001:db8::/32", "203.0.113.9"], ["0.0.0.0/0"]])
def test_admin_network_that_holds_us_is_silent(networks: list[str]) -> None:
    assert problems(firewall_admin_networks=networks) == []


def test_admin_networks_without_us_would_lock_us_out() -> None:
    assert problems(firewall_admin_networks=["198.51.100.0/24", "2001:db8::/32"]) == [
        (
            "firewall_admin_networks",
            "none of these networks holds 203.0.113.9, the address we come from",
            "add 203.0.113.9, or connect from one of them",
        )
    ]


def test_admin_networks_are_compared_within_the_family_we_come_from() -> None:
    assert (
        problems(client="2001:db8::5", firewall_admin_networks=["0.0.0.0/0"])[0][0]
        == "firewall_admin_networks"
    )


def test_a_connection_that_is_no_ssh_cannot_be_locked_out() -> None:
    assert problems(client=None, firewall_admin_networks=["198.51.100.0/24"]) == []


def test_ssh_cannot_be_left_out() -> None:
    assert problems(firewall_services=["https"]) == [
        ("firewall_services", "without ssh nobody could reach the host any more", "add ssh")
    ]


@pytest.mark.parametrize("name", ["", "*", "e*", "eth0; drop", "a-name-far-too-long", "br-*x"])
def test_interface_that_is_none(name: str) -> None:
    assert problems(firewall_container_interfaces=["docker0", name]) == [
        (
            "firewall_container_interfaces[1]",
            f"{name!r} is no name of a bridge",
            "write it like docker0 or br-*",
        )
    ]


def test_guard_too_short_to_be_passed() -> None:
    assert problems(firewall_guard_seconds=5) == [
        (
            "firewall_guard_seconds",
            "a new connection needs longer than that to prove itself",
            "write at least 10",
        )
    ]


def test_all_problems_are_told_at_once() -> None:
    told = problems(firewall_services=["http"], firewall_ssh_port=0, firewall_admin_networks=["nowhere"])
    assert [variable for variable, _unused, _unused in told] == [
        "firewall_admin_networks[0]",
        "firewall_ssh_port",
        "firewall_services",
    ]
