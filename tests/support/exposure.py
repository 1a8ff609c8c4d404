# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a host answers to the controller, which is outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.slipway.deploy.plugins.module_utils._probes.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._probes.redaction import Hidden
from ansible_collections.slipway.deploy.plugins.module_utils._probes.runner import Limits, Outcome, Runner
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import parse


def look(host: Any, port: int, state: str) -> list[Outcome]:
    """Probe a TCP port of each of the host's addresses."""
    addresses = host.ansible.get_variables()["server_addresses"]
    places = [f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address in addresses]
    probes = parse([{"name": place, "port": place, "state": state} for place in places])
    return Runner(Network(), Limits(timeout=10, total=60), "", Hidden()).run(probes)


@contextmanager
def unprotected(host: Any) -> Iterator[None]:
    """Have the host without its firewall, so that silence proves that nothing listens."""
    host.check_output("nft delete table inet slipway")
    try:
        yield
    finally:
        host.check_output("systemctl restart slipway-firewall.service")
