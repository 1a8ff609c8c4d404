# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the checks sum a phase up depends on who asked for them."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
from ansible.playbook.task import Task

from support.preflight import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_preflight_of_its_own_sums_its_phase_up(bench: Bench) -> None:
    bench.write("firewall_admin_networks: [203.0.113.0/24]\n")
    result = bench.preflight("firewall")
    assert result["summary"] == f"{result['checks']} checks"


def test_a_failure_is_no_summary(bench: Bench) -> None:
    bench.write("firewall_guard_seconds: soon\n")
    assert "summary" not in bench.preflight("firewall")


def test_a_role_that_checks_itself_leaves_the_summary_to_what_it_does(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write("firewall_admin_networks: [203.0.113.0/24]\n")
    load = Task.load
    monkeypatch.setattr(Task, "load", lambda *given, **named: load(*given, role=Mock(), **named))
    assert "summary" not in bench.preflight("firewall")
