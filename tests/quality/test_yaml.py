# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML: style, and Ansible's content rules."""

from __future__ import annotations

from support.tools import gate


def test_style() -> None:
    gate("yamllint", "--strict", ".")


def test_ansible_content() -> None:
    gate("ansible-lint", "-q", "--strict", "--offline")
