# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One phase of a run, that is one play: what its tasks did, and the line that says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .failure import Failure
from .layout import counted, listed


@dataclass
class Phase:
    """``key`` tells plays apart, of which several may have the same name.

    ``started`` and ``seconds`` are in seconds; ``stopped`` says where the run ended that came no further.
    """

    key: str
    name: str
    started: float
    seconds: float = 0.0
    stopped: str = ""
    changes: Counter[str] = field(default_factory=Counter)
    summaries: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    # What stands below the line: ready to print, or a text to be laid out.
    notes: list[list[str] | str] = field(default_factory=list)
    matched: bool = True
    ran: bool = False

    def text(self, plan: bool) -> str:
        """Return what became of a phase without failures."""
        if self.stopped:
            return self.stopped
        if not self.matched:
            return "no host matches"
        if not self.ran:
            return "left out of the plan" if plan else "nothing to do"
        if not self.summaries:
            return counted(self.changes.total(), plan)
        hosts: dict[str, list[str]] = {}
        for host, summary in sorted(self.summaries.items()):
            hosts.setdefault(summary, []).append(host)
        if len(hosts) == 1:
            return next(iter(hosts))
        return "\n".join(f"{listed(names)}: {summary}" for summary, names in hosts.items())
