# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment, as the container got it."""

from __future__ import annotations

import os


def require(*names: str) -> None:
    """End the program with one sentence when a variable is missing or empty."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"reference: the environment lacks {', '.join(missing)}; set it for this container")


def number(name: str, default: int) -> int:
    """Return a variable as a number."""
    return int(os.environ.get(name) or default)
