# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell scripts: they must run in any POSIX shell, since a fresh server has no other."""

from __future__ import annotations

from pathlib import Path

from support.collection import CHECKOUT
from support.tools import gate, project_files


def shell_scripts() -> list[str]:
    """Files named ``*.sh`` and executables whose first line asks for a shell."""
    return [
        str(path) for path in project_files() if path.suffix == ".sh" or asks_for_a_shell(CHECKOUT / path)
    ]


def asks_for_a_shell(path: Path) -> bool:
    if path.suffix or not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline()
    return first.startswith(b"#!") and first.rstrip().endswith(b"sh")


def test_scripts() -> None:
    gate("shellcheck", "--external-sources", *shell_scripts())
