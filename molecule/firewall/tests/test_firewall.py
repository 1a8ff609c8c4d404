# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with the role's defaults: what passes and what does not, seen from a network namespace outside.

Docker is stood in for by what it does to packets: a namespace behind a bridge, ports translated to it. The
kernel's answers are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.firewall_standin import CLIENT, CONTAINER, DOWN, HOST, OUTSIDE, SERVER, UP

FAMILIES = (4, 6)
LISTED, UNLISTED = 80, 8080


@pytest.fixture(scope="module")
def ask(host: Any) -> Iterator[Any]:
    """Return a function that asks from a namespace what an address says on a port."""

    def run(space: str, kind: str, address: str, port: int) -> str:
        command = "ip netns exec %s python3 -c %s %s %s %s"
        return str(host.check_output(command, space, CLIENT, kind, address, str(port)))

    host.run("sh -c %s", DOWN)  # what a killed run has left
    host.check_output("env SERVER=%s sh -c %s", SERVER, UP)
    yield run
    host.check_output("sh -c %s", DOWN)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_published_port_that_is_declared_answers(ask: Any, family: int, kind: str) -> None:
    assert ask("outside", kind, HOST[family], 443) == "answers"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_published_port_that_is_not_declared_is_silent(ask: Any, family: int, kind: str) -> None:
    assert ask("outside", kind, HOST[family], UNLISTED) == "silent"


@pytest.mark.parametrize("family", FAMILIES)
def test_port_declared_for_tcp_is_silent_on_udp(ask: Any, family: int) -> None:
    assert ask("outside", "tcp", HOST[family], LISTED) == "answers"
    assert ask("outside", "udp", HOST[family], LISTED) == "silent"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_port_of_the_host_itself_is_silent(ask: Any, family: int, kind: str) -> None:
    assert ask("outside", kind, HOST[family], 9000) == "silent"


@pytest.mark.parametrize("family", FAMILIES)
def test_ssh_answers(ask: Any, family: int) -> None:
    assert ask("outside", "tcp", HOST[family], 22) == "answers"


@pytest.mark.parametrize("family", FAMILIES)
def test_container_is_silent_to_a_neighbour_that_routes_to_it(ask: Any, family: int) -> None:
    assert ask("outside", "tcp", CONTAINER[family], 80) == "silent"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_container_reaches_the_outside(ask: Any, family: int, kind: str) -> None:
    assert ask("container", kind, OUTSIDE[family], 80) == "answers"


@pytest.mark.parametrize("family", FAMILIES)
def test_ping_answers(ask: Any, family: int) -> None:
    assert ask("outside", "ping", HOST[family], 0) == "answers"


@pytest.mark.parametrize("family", FAMILIES)
def test_without_the_rules_all_of_it_answers(host: Any, ask: Any, family: int) -> None:
    """Or the silence above would prove nothing."""
    host.check_output("nft delete table inet slipway")
    try:
        assert ask("outside", "tcp", HOST[family], UNLISTED) == "answers"
        assert ask("outside", "udp", HOST[family], UNLISTED) == "answers"
        assert ask("outside", "tcp", HOST[family], 9000) == "answers"
        assert ask("outside", "tcp", CONTAINER[family], 80) == "answers"
    finally:
        host.check_output("systemctl restart slipway-firewall.service")


def test_stopping_the_unit_does_not_open_the_host(host: Any) -> None:
    host.check_output("systemctl stop slipway-firewall.service")
    host.check_output("nft list chain inet slipway input")
    host.check_output("systemctl start slipway-firewall.service")


def test_rules_are_loaded_before_the_network_at_boot(host: Any) -> None:
    assert host.service("slipway-firewall.service").is_enabled
    assert "network-pre.target" in host.check_output("systemctl show -P Before slipway-firewall.service")


def test_nothing_rejects_everything_before_the_rules_count(host: Any) -> None:
    if host.exists("iptables-save"):
        assert "-A INPUT -j REJECT" not in host.check_output("iptables-save -t filter")
