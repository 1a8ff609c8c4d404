# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of open ports: what each declaration opens, and which declarations are refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.slipway.deploy.plugins.filter.open_ports import FilterModule
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._firewall.ports import (
    Declaration,
    examine,
    open_ports,
)

DEFAULTS: dict[str, Any] = {
    "services": ["ssh", "http", "https"],
    "ssh_port": 22,
    "admin_networks": [],
    "turn_relay_ports": "49152-49999",
    "livekit_udp_ports": "7882",
    "extra_ports": [],
}
EVERYTHING = ["ssh", "http", "https", "turn", "turns", "livekit"]


def declare(**variables: Any) -> Declaration:
    return Declaration(**{**DEFAULTS, **variables})


def opened(**variables: Any) -> list[str]:
    return [f"{port.span}/{port.protocol} {port.name}" for port in open_ports(declare(**variables))]


def test_defaults_open_ssh_and_the_web() -> None:
    assert opened() == ["22/tcp ssh", "80/tcp http", "443/tcp https", "443/udp https"]


def test_every_service_opens_its_ports_once_in_order() -> None:
    assert opened(services=EVERYTHING) == [
        "22/tcp ssh",
        "80/tcp http",
        "443/tcp https",
        "3478/tcp turn",
        "5349/tcp turns",
        "7880/tcp livekit",
        "7881/tcp livekit",
        "443/udp https",
        "3478/udp turn",
        "5349/udp turns",
        "7882/udp livekit media",
        "49152-49999/udp turn relay",
    ]


def test_ranges_and_ssh_port_come_from_their_variables() -> None:
    assert opened(
        services=["ssh", "turns", "livekit"],
        ssh_port=2222,
        turn_relay_ports="30000-30100",
        livekit_udp_ports="50000-60000",
    ) == [
        "2222/tcp ssh",
        "5349/tcp turns",
        "7880/tcp livekit",
        "7881/tcp livekit",
        "5349/udp turns",
        "30000-30100/udp turn relay",
        "50000-60000/udp livekit media",
    ]


def test_plain_data_says_who_may_connect() -> None:
    networks = ["2001:db8::/32", "203.0.113.128/25", "203.0.113.0/25", "198.51.100.7"]
    ssh, http = [
        port.as_dict() for port in open_ports(declare(services=["http", "ssh"], admin_networks=networks))
    ]
    assert ssh == {
        "name": "ssh",
        "protocol": "tcp",
        "first": 22,
        "last": 22,
        "ipv4": ["198.51.100.7/32", "203.0.113.0/24"],
        "ipv6": ["2001:db8::/32"],
        "anyone": False,
    }
    assert http["ipv4"] == ["0.0.0.0/0"]
    assert http["ipv6"] == ["::/0"]
    assert http["anyone"] is True


def test_a_family_without_networks_is_closed() -> None:
    extra = {"port": 9100, "protocol": "tcp", "networks": ["192.0.2.0/24"]}
    port = open_ports(declare(services=[], extra_ports=[extra]))[0].as_dict()
    assert (port["ipv4"], port["ipv6"], port["anyone"]) == (["192.0.2.0/24"], [], False)


def test_same_port_on_both_protocols_is_no_overlap() -> None:
    extras = [{"port": "8443", "protocol": protocol, "comment": "admin"} for protocol in ("tcp", "udp")]
    assert opened(services=["ssh"], extra_ports=extras) == ["22/tcp ssh", "8443/tcp admin", "8443/udp admin"]


def extra(**entry: Any) -> dict[str, Any]:
    return {"extra_ports": [{"port": 8443, "protocol": "tcp", **entry}]}


REFUSED = {
    "unknown service": (
        {"services": ["ssh", "htps"]},
        "firewall_services[1]: 'htps' is no known service; write https, "
        "or declare its port in firewall_extra_ports.",
    ),
    "empty service": (
        {"services": [""]},
        "firewall_services[0]: '' is no known service; known are ssh, http, https, turn, turns, livekit, "
        "or declare its port in firewall_extra_ports.",
    ),
    "no network": (
        {"admin_networks": ["office"]},
        "firewall_admin_networks[0]: 'office' is no network; write it like 203.0.113.0/24 or 2001:db8::/32.",
    ),
    "empty network": (
        {"admin_networks": ["192.0.2.0/24", ""]},
        "firewall_admin_networks[1]: '' is no network; write it like 203.0.113.0/24 or 2001:db8::/32.",
    ),
    "prefix too long": (
        {"admin_networks": ["192.0.2.0/33"]},
        "firewall_admin_networks[0]: '192.0.2.0/33' is no network; "
        "write it like 203.0.113.0/24 or 2001:db8::/32.",
    ),
    "host bits set": (
        {"admin_networks": ["203.0.113.9/24"]},
        "firewall_admin_networks[0]: '203.0.113.9/24' is a host, not a network; "
        "write 203.0.113.0/24, or 203.0.113.9 for the host alone.",
    ),
    "port zero": (
        {"ssh_port": 0},
        "firewall_ssh_port: port 0 is out of range; ports go from 1 to 65535.",
    ),
    "port too high": (
        extra(port="65530-65536"),
        "firewall_extra_ports[0].port: port 65536 is out of range; ports go from 1 to 65535.",
    ),
    "negative port": (
        extra(port=-1),
        "firewall_extra_ports[0].port: -1 is no port; write it like 8080, or a range like 8000-8010.",
    ),
    "truth value for a port": (
        extra(port=True),
        "firewall_extra_ports[0].port: True is no port; write it like 8080, or a range like 8000-8010.",
    ),
    "range backwards": (
        {"turn_relay_ports": "50000-49000"},
        "firewall_turn_relay_ports: range 50000-49000 runs backwards; write 49000-50000.",
    ),
    "empty range": (
        {"livekit_udp_ports": ""},
        "firewall_livekit_udp_ports: '' is no port; write it like 8080, or a range like 8000-8010.",
    ),
    "protocol": (
        extra(protocol="both"),
        "firewall_extra_ports[0].protocol: protocol 'both' is neither tcp nor udp; "
        "write tcp or udp, one entry for each.",
    ),
    "unknown key": (
        extra(source="192.0.2.0/24"),
        "firewall_extra_ports[0].source: source is unknown; "
        "a port has only port, protocol, networks, comment.",
    ),
    "comment that ends the string": (
        extra(comment='" drop'),
        "firewall_extra_ports[0].comment: comment '\" drop' cannot stand in a rule; "
        "use at most 100 characters, no quotes.",
    ),
    "extra network": (
        extra(networks=["fe80::1%eth0"]),
        "firewall_extra_ports[0].networks[0]: 'fe80::1%eth0' is no network; "
        "write it like 203.0.113.0/24 or 2001:db8::/32.",
    ),
    "not an entry": (
        {"extra_ports": [8443]},
        "firewall_extra_ports[0]: 8443 is no port; write {port: 8443, protocol: tcp}.",
    ),
    "relay and media overlap": (
        {"services": ["ssh", "turn", "livekit"], "livekit_udp_ports": "49900-50100"},
        "firewall_livekit_udp_ports: 49900-50100/udp overlaps 49152-49999/udp of turn relay; "
        "give each a range of its own.",
    ),
    "restricted port that a service opens to all": (
        extra(port=443, networks=["192.0.2.0/24"]),
        "firewall_extra_ports[0]: 443/tcp overlaps 443/tcp of https; give each a range of its own.",
    ),
    "ssh on the web's port": (
        {"ssh_port": 443},
        "firewall_ssh_port: 443/tcp overlaps 443/tcp of https; give each a range of its own.",
    ),
    "declared twice": (
        {"extra_ports": [{"port": 8443, "protocol": "tcp"}, {"port": "8443", "protocol": "tcp"}]},
        "firewall_extra_ports[1]: 8443/tcp is declared twice; remove one of them.",
    ),
}


@pytest.mark.parametrize(("variables", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refused(variables: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SlipwayError) as caught:
        open_ports(declare(**variables))
    assert str(caught.value) == sentence


def test_examine_tells_everything_at_once() -> None:
    _unused, problems = examine(declare(services=["sssh"], admin_networks=["x", "y"], ssh_port=70000))
    assert [problem.variable for problem in problems] == [
        "firewall_services[0]",
        "firewall_admin_networks[0]",
        "firewall_admin_networks[1]",
        "firewall_ssh_port",
    ]


def test_filter_gives_plain_data_and_sentences() -> None:
    filters = FilterModule().filters()
    variables = {name: value for name, value in DEFAULTS.items() if name != "services"}
    assert filters["open_ports"](["http"], **variables)[0]["first"] == 80
    with pytest.raises(AnsibleFilterError, match=r"firewall_services\[0\]: 'smtp' is no known service"):
        filters["open_ports"](["smtp"], **variables)
