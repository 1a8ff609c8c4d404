# SPDX-License-Identifier: GPL-3.0-or-later
"""A host behind its firewall, seen by the probes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._probes.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._probes.redaction import Hidden
from ansible_collections.slipway.deploy.plugins.module_utils._probes.runner import Limits, Outcome, Runner
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import parse

PORT = 8099

Look = Callable[..., list[Outcome]]


@pytest.fixture(scope="module")
def look(host: Any) -> Look:
    """Look at a port of each of the host's addresses."""
    addresses = host.ansible.get_variables()["server_addresses"]

    def run(port: int, state: str) -> list[Outcome]:
        data = [
            {"name": address, "port": f"[{address}]:{port}" if ":" in address else f"{address}:{port}"}
            for address in addresses
        ]
        runner = Runner(Network(), Limits(timeout=10, total=60), "", Hidden())
        return runner.run(parse([{**probe, "state": state} for probe in data]))

    return run


@pytest.fixture(scope="module")
def _listening(host: Any) -> Iterator[None]:
    host.check_output(
        "systemd-run --quiet --collect --unit=smoketest python3 -m http.server %s --bind ::", str(PORT)
    )
    host.check_output(f"for _ in $(seq 50); do ss -lnt | grep -q ':{PORT} ' && exit; sleep 0.1; done; exit 1")
    yield
    host.check_output("systemctl stop smoketest")


def test_ssh_is_reached_over_both_families(look: Look) -> None:
    outcomes = look(22, "open")
    assert len(outcomes) == 2
    assert all(outcome.passed for outcome in outcomes), [outcome.lines for outcome in outcomes]


@pytest.mark.usefixtures("_listening")
def test_what_listens_behind_the_firewall_is_closed(look: Look) -> None:
    assert all(outcome.passed for outcome in look(PORT, "closed"))


@pytest.mark.usefixtures("_listening")
def test_without_the_firewall_it_is_seen_to_be_open(host: Any, look: Look) -> None:
    """Or the silence above would prove nothing."""
    host.check_output("nft delete table inet slipway")
    try:
        outcomes = look(PORT, "closed")
    finally:
        host.check_output("systemctl restart slipway-firewall.service")
    assert not any(outcome.passed for outcome in outcomes)
    assert all("accepted the connection" in outcome.lines[0] for outcome in outcomes)
