# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a verified application, as a user meets it; each test stands on the one before."""

from __future__ import annotations

import pytest

from support.rehearsal import Rehearsal


@pytest.fixture(scope="module")
def site():
    """The environment ``site``: the variables of inventories/local under a name of its own."""
    environment = Rehearsal("tests/inventories/site", "site")
    try:
        yield environment
    finally:
        environment.down()


def test_a_plan_for_what_does_not_exist_yet(site):
    site.must_play("playbooks/rehearse_up.yml")
    site.must_play("playbooks/site.yml", "--check", "--diff")


def test_the_first_run_ends_with_every_probe_passed(site):
    run = site.must_play("playbooks/rehearse.yml")
    assert "15 of 15 probes from outside" in run.output


def test_the_second_run_changes_nothing(site):
    assert set(site.must_play("playbooks/rehearse.yml").changed().values()) == {0}


def test_a_plan_on_the_converged_host_finds_nothing_to_do(site):
    assert set(site.must_play("playbooks/site.yml", "--check", "--diff").changed().values()) == {0}
