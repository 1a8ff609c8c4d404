# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML: style, and Ansible's content rules."""

from __future__ import annotations

import pytest

from support.tools import gate, project_files

WHAT_USERS_RUN = {"playbooks", "roles"}


def test_style() -> None:
    gate("yamllint", "--strict", ".")


def test_what_users_run() -> None:
    ansible_lint(WHAT_USERS_RUN)


@pytest.mark.slow
def test_everything_else() -> None:
    """The plugins' examples, scenarios and inventories, where mistakes are made more seldom."""
    with_yaml = {path.parts[0] for path in project_files() if path.suffix == ".yml"}
    ansible_lint({"plugins", *with_yaml} - WHAT_USERS_RUN)


def ansible_lint(places: set[str]) -> None:
    gate("ansible-lint", "-q", "--strict", "--offline", *sorted(places))
