# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that the README and requirements.txt promise: the oldest Python, and each lower bound itself."""

from __future__ import annotations

import pytest

from support.collection import CHECKOUT
from support.tools import environment, gate

LINK = ".venv-oldest"


@pytest.mark.slow
def test_lower_bounds() -> None:
    set_up = f". tools/setup.sh; setup_environment tests/requirements.txt {LINK} oldest"
    gate("sh", "-euc", set_up, minutes=15)
    programs = CHECKOUT / LINK / "bin"
    ours = environment(PATH=f"{programs}:{environment()['PATH']}")
    tests = ("tests/unit", "tests/playbooks")
    gate(f"{programs}/python", "-m", "pytest", "-q", "-n", "3", *tests, env=ours, minutes=15)
