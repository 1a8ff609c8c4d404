# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure of a benchmark: a number with its unit and, where there is one, the aim it is held against."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """``aim`` is an upper bound in the same unit; None where the figure only informs.

    ``load`` is the machine's load average of the minute before: a figure of a busy machine says so.
    """

    name: str
    value: float
    unit: str
    aim: float | None = None
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))

    def as_dict(self) -> dict[str, Any]:
        """Return the figure for JSON, with the verdict."""
        return {**asdict(self), "met": self.aim is None or self.value <= self.aim}

    def as_line(self) -> str:
        """Return the figure for people."""
        aim = "" if self.aim is None else f"  aim <= {self.aim:g}"
        missed = "" if self.as_dict()["met"] else "  MISSED"
        return f"{self.name:<46} {self.value:>8.2f} {self.unit:<6} load {self.load:>4.1f}{aim}{missed}"
