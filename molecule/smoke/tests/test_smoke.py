# SPDX-License-Identifier: GPL-3.0-or-later
"""A host behind its firewall, seen by the probes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.exposure import look, unprotected

PORT = 8099


@pytest.fixture(scope="module")
def _listening(host: Any) -> Iterator[None]:
    host.check_output(
        "systemd-run --quiet --collect --unit=smoketest python3 -m http.server %s --bind ::", str(PORT)
    )
    host.check_output(f"for _ in $(seq 50); do ss -lnt | grep -q ':{PORT} ' && exit; sleep 0.1; done; exit 1")
    yield
    host.check_output("systemctl stop smoketest")


def test_ssh_is_reached_over_both_families(host: Any) -> None:
    outcomes = look(host, 22, "open")
    assert len(outcomes) == 2
    assert all(outcome.passed for outcome in outcomes), [outcome.lines for outcome in outcomes]


@pytest.mark.usefixtures("_listening")
def test_what_listens_behind_the_firewall_is_closed(host: Any) -> None:
    assert all(outcome.passed for outcome in look(host, PORT, "closed"))


@pytest.mark.usefixtures("_listening")
def test_without_the_firewall_it_is_seen_to_be_open(host: Any) -> None:
    """Or the silence above would prove nothing."""
    with unprotected(host):
        outcomes = look(host, PORT, "closed")
    assert not any(outcome.passed for outcome in outcomes)
    assert all("accepted the connection" in outcome.lines[0] for outcome in outcomes)
