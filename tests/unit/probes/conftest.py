# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the probes' tests: a public name with everything behind it, on this machine's loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._probes.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._probes.redaction import Hidden
from ansible_collections.slipway.deploy.plugins.module_utils._probes.runner import Limits, Outcome, Runner
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import parse
from support.outside import LOOPBACK, Authority, Site, Zone, serving, serving_zone

NAME = "app.example"

Look = Callable[..., Outcome]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def zone() -> Iterator[Zone]:
    """Where the name leads to both loopback addresses."""
    with serving_zone(Zone({NAME: list(LOOPBACK)})) as served:
        yield served


@pytest.fixture
def site(authority: Authority) -> Iterator[Site]:
    """A web server with a certificate for the name."""
    with serving(NAME, authority.context(NAME)) as served:
        yield served


@pytest.fixture
def network(zone: Zone, authority: Authority) -> Network:
    return Network([zone.address], str(authority.file))


@pytest.fixture
def look(network: Network) -> Look:
    """Run one probe by its data; ``timeout``, ``patience`` and ``base`` are the run's."""

    def run(
        data: dict[str, Any], timeout: float = 5, patience: float = 0, total: float = 60, base: str = ""
    ) -> Outcome:
        runner = Runner(network, Limits(timeout, total, patience), base, Hidden())
        (outcome,) = runner.run(parse([{"name": "it is as it should be", **data}]))
        return outcome

    return run


@pytest.fixture
def ca_file(authority: Authority) -> Path:
    return authority.file
