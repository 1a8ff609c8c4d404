# SPDX-License-Identifier: GPL-3.0-or-later
"""Real hosts for whole runs: an environment of its own, taken away at the end whatever happened."""

from __future__ import annotations

import pytest

from support.rehearsal import Rehearsal


@pytest.fixture(scope="module")
def rehearsal():
    """The environment ``e2e``, described as a user would describe it: two hosts of different habits."""
    environment = Rehearsal("tests/inventories/e2e", "e2e")
    try:
        yield environment
    finally:
        environment.down()
