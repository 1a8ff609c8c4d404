# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure of a benchmark: a number with its unit and, where there is one, the aim it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """``aim`` is an upper bound in the same unit; None where the figure only informs."""

    name: str
    value: float
    unit: str
    aim: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figure for JSON, with the verdict."""
        return {**asdict(self), "met": self.aim is None or self.value <= self.aim}


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of text."""
    return "\n".join(
        f"{figure.name:<52} {figure.value:>8.2f} {figure.unit:<6}"
        + (
            ""
            if figure.aim is None
            else f" aim <= {figure.aim:g}{'' if figure.value <= figure.aim else '  MISSED'}"
        )
        for figure in figures
    )
