# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role's molecule scenario, whole: plan, converge, converge again, plan, verify, reboot, verify."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.collection import CHECKOUT
from support.rehearsal import Rehearsal

TIMEOUT_SECONDS = 1200


def environment_of(scenario: str) -> str:
    """Return the inventory that a scenario names, or the one of the scenarios with hosts of their own."""
    written = (CHECKOUT / "molecule" / scenario / "molecule.yml").read_text()
    return "prepared" if "tests/inventories/prepared" in written else "molecule"


def cost(scenario: str) -> tuple[bool, int, str]:
    """Order scenarios: the shared host takes longest to make, and a reboot longer than none."""
    written = yaml.safe_load((CHECKOUT / "molecule" / scenario / "molecule.yml").read_text())
    steps = written["scenario"].get("test_sequence", [])
    return environment_of(scenario) == "prepared", len(steps), scenario


SCENARIOS = sorted((path.parent.name for path in CHECKOUT.glob("molecule/*/molecule.yml")), key=cost)


@pytest.fixture(scope="module")
def used() -> Iterator[set[str]]:
    """Environments that scenarios use, taken away after the last of them, however it has ended."""
    environments: set[str] = set()
    yield environments
    for environment in environments:
        rehearsal = Rehearsal(f"tests/inventories/{environment}", environment)
        rehearsal.down()
        assert rehearsal.things() == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, used: set[str]) -> None:
    used.add(environment_of(scenario))
    molecule = Path(sys.executable).parent / "molecule"
    with subprocess.Popen(
        [str(molecule), "test", "--scenario-name", scenario],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _unused = process.communicate(timeout=TIMEOUT_SECONDS)
        except BaseException:  # its playbooks would go on while the hosts are taken away
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, output[-40000:]
