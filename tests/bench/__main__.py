# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's speed beside its yardsticks: printed as a table, written as JSON.

Every ratio is taken in one run on one machine, so that a busy machine slows both sides; the load average that
stands beside each figure says how busy it was.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import bring_up, main_job
from .figures import Figure
from .hosts import network

RESULT = Path("evidence/bench.json")


def main() -> int:
    """Run all benchmarks; return the exit code."""
    figures: list[Figure] = []
    with network():
        for benchmark in (bring_up, main_job):
            for figure in benchmark.figures():
                print(figure.as_line(), flush=True)
                figures.append(figure)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([figure.as_dict() for figure in figures], indent=2) + "\n")
    print(f"\nas JSON: {RESULT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
