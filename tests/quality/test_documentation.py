# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of modules and roles, and the changelog that users read."""

from __future__ import annotations

import sys
from pathlib import Path

from support.collection import CHECKOUT
from support.tools import gate


def test_plugins_and_roles() -> None:
    gate(
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs",
        "dependent",
        ".",
    )


def test_changelog() -> None:
    gate("antsibull-changelog", "lint")


def test_reference_pages_are_current(tmp_path: Path) -> None:
    gate(sys.executable, "tools/reference.py", str(tmp_path))
    committed = {path.name: path.read_text() for path in (CHECKOUT / "docs" / "reference").glob("*.md")}
    current = {path.name: path.read_text() for path in tmp_path.glob("*.md")}
    differing = sorted(
        name for name in committed.keys() | current.keys() if committed.get(name) != current.get(name)
    )
    assert not differing, f"run ./slipway docs; these pages of docs/reference differ: {', '.join(differing)}"
