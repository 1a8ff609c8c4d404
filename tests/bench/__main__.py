# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's speed beside its yardsticks: printed as a table, written as JSON.

Every ratio is taken in one run on one machine, the two sides in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import bring_up, no_change
from .figures import Figure, table
from .hosts import network

RESULT = Path("evidence/bench.json")


def main() -> int:
    """Run all benchmarks; return the exit code."""
    with network():
        figures: list[Figure] = [*bring_up.figures(), *no_change.figures()]
    print(table(figures))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([figure.as_dict() for figure in figures], indent=2) + "\n")
    print(f"\nas JSON: {RESULT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
