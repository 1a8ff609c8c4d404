# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role's molecule scenario, whole: plan, converge, converge again, plan, verify, reboot, verify."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.collection import CHECKOUT

SCENARIOS = sorted(path.parent.name for path in CHECKOUT.glob("molecule/*/molecule.yml"))
TIMEOUT_SECONDS = 1200


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario):
    molecule = Path(sys.executable).parent / "molecule"
    done = subprocess.run(
        [str(molecule), "test", "--scenario-name", scenario],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
