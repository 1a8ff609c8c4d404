# SPDX-License-Identifier: GPL-3.0-or-later
"""Preflight as a person meets it: through ``ansible-playbook``, on this machine without SSH."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.tools import TOOLS, environment

ROLE_BY_ITSELF = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.import_role:
        name: slipway.deploy.base
        rolespec_validate: false
"""

Play = Callable[..., tuple[int, str]]

PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - slipway.deploy.preflight:
        roles: [firewall]
"""


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Return a function that runs the playbook with these arguments, and gives its exit code and output."""
    (tmp_path / "play.yml").write_text(PLAYBOOK)
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.yml").write_text("firewall_admin_networks: [203.0.113.0/24]\n")
    (tmp_path / "hosts.yml").write_text("all: {hosts: {web1: {ansible_connection: local}}}\n")

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [TOOLS / "ansible-playbook", "play.yml", "-i", "hosts.yml", *arguments],
            cwd=tmp_path,
            env=environment(SSH_CONNECTION="203.0.113.7 50000 198.51.100.4 22"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["run", "check mode"])
def test_good_variables_pass_and_change_nothing(play: Play, arguments: tuple[str, ...]) -> None:
    code, output = play(*arguments)
    assert code == 0, output
    assert "ok=1    changed=0" in output


def test_an_extra_variable_is_named_as_such_in_check_mode_too(play: Play) -> None:
    code, output = play("--check", "-e", "firewall_guard_seconds=soon")
    assert code == 2
    assert (
        "firewall_guard_seconds (extra variables (-e)): 'soon' is no whole number; "
        "write digits only, like 22."
    ) in output


def test_the_address_we_come_from_is_the_one_the_host_sees(play: Play) -> None:
    code, output = play("-e", '{"firewall_admin_networks": ["198.51.100.0/24"]}')
    assert code == 2
    assert "firewall_admin_networks (extra variables (-e)): " in output
    assert "203.0.113.7" in output


def test_a_role_that_checks_itself_tells_its_default_from_what_replaced_it(
    play: Play, tmp_path: Path
) -> None:
    (tmp_path / "play.yml").write_text(ROLE_BY_ITSELF)
    with (tmp_path / "group_vars" / "all.yml").open("a") as variables:
        variables.write("base_admin_keys:\nbase_timezone:\n")
    code, output = play("--check")
    assert code == 2
    assert "base_admin_keys (first set in group_vars/all.yml:2): needs a value" in output
    assert "base_timezone (set over the role's default): is empty" in output
