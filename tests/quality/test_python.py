# SPDX-License-Identifier: GPL-3.0-or-later
"""Python: lint, format and types."""

from __future__ import annotations

from support.collection import CHECKOUT
from support.tools import gate

PACKAGE = "ansible_collections.slipway.deploy.plugins"


def typed_packages() -> list[str]:
    """Every folder below ``plugins/`` that holds Python, as an importable name."""
    folders = sorted(folder for folder in (CHECKOUT / "plugins").iterdir() if any(folder.rglob("*.py")))
    return [f"{PACKAGE}.{folder.name}" for folder in folders]


def test_lint() -> None:
    gate("ruff", "check", "--quiet", ".")


def test_format() -> None:
    gate("ruff", "format", "--check", "--diff", "--quiet", ".")


def test_types() -> None:
    packages = [argument for name in typed_packages() for argument in ("--package", name)]
    gate("mypy", *packages)


def test_types_of_tools() -> None:
    gate("mypy", "tools")
