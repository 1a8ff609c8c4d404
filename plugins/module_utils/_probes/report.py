# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is told of a run of probes: one line, and of each that failed what was seen and what was wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .runner import Outcome


def summary(outcomes: Sequence[Outcome], passed_over: Sequence[str]) -> str:
    """Sum up in one line."""
    passed = sum(outcome.passed for outcome in outcomes)
    text = f"{passed} of {len(outcomes)} probes" + (" from outside" if passed == len(outcomes) else "")
    return f"{text}; passed over, as they write: {', '.join(passed_over)}" if passed_over else text


def message(outcomes: Sequence[Outcome]) -> str:
    """Return the lines of every probe that failed, below its name."""
    return "\n".join(
        line
        for outcome in outcomes
        if not outcome.passed
        for line in (outcome.name, *(f"  {line}" for line in outcome.lines))
    )


def evidence(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return one gate for each probe."""
    return [
        {"gate": outcome.name, "passed": outcome.passed, "observed": outcome.observed} for outcome in outcomes
    ]


def results(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return everything that is known of each probe."""
    return [
        {
            "name": outcome.name,
            "passed": outcome.passed,
            "observed": outcome.observed,
            "seconds": round(outcome.seconds, 2),
            "tries": outcome.tries,
        }
        for outcome in outcomes
    ]
