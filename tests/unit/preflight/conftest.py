# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the preflight tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.preflight import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An empty inventory in the current directory, as a person has it."""
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)
