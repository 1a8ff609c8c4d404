# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run leaves to be proven: its history, its gates and how it ended. Knows nothing of Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._phases.failure import Failure
from .._phases.history import History
from .._phases.phase import Phase

PASSED, FAILED, INTERRUPTED, SKIPPED = "passed", "failed", "interrupted", "skipped"


@dataclass(frozen=True)
class Gate:
    """What had to hold, whether it did, and what was seen of it; ``host`` is the one whose task looked."""

    host: str
    gate: str
    passed: bool
    observed: str


class Record(History):
    """Keeps what the evidence tells of. One that was never told of an end is of an interrupted run."""

    def __init__(self, clock: Callable[[], float], plan: bool) -> None:
        super().__init__(clock, plan)
        self.begin("", [], [])

    def begin(self, environment: str, hosts: Sequence[str], phases: Sequence[str]) -> None:
        """Begin anew."""
        super().begin(environment, hosts, phases)
        self.environment = environment
        self.names = list(phases)
        self.started = datetime.now(timezone.utc)
        self.gates: list[tuple[Phase, Gate]] = []
        self._hosts = list(hosts)
        self._changed: Mapping[str, int] | None = None
        self._failed: set[str] = set()

    def heard(self, host: str, evidence: Any) -> None:
        """Take the gates of a result. Nothing but their three texts and truth values gets in."""
        for entry in evidence if isinstance(evidence, list) else []:
            if self._phase and isinstance(entry, Mapping) and isinstance(entry.get("passed"), bool):
                gate, observed = (str(entry.get(key, "")) for key in ("gate", "observed"))
                self.gates.append((self._phase, Gate(host, gate, entry["passed"], observed)))

    def failed(self, failure: Failure) -> None:
        """Remember the host, too: an interrupted run has no totals."""
        super().failed(failure)
        self._failed.add(failure.host)

    def end(self, changed: Mapping[str, int], failed: Collection[str]) -> None:
        """Keep the totals."""
        super().end(changed, failed)
        for phase, failure in self._unheard(failed):
            phase.failures.append(failure)
        self._changed, self._failed = changed, set(failed)

    @property
    def outcome(self) -> str:
        """Whether the run came to its end and everything held."""
        if self._changed is None:
            return INTERRUPTED
        return FAILED if self._failed or not all(gate.passed for _unused, gate in self.gates) else PASSED

    @property
    def hosts(self) -> list[tuple[str, int, bool]]:
        """Of each host its name, the number of changed tasks, and whether it failed."""
        changed = self._changed
        if changed is None:
            changed = sum((phase.changes for phase in self.phases), Counter())
        names = sorted({*self._hosts, *changed, *self._failed})
        return [(name, changed.get(name, 0), name in self._failed) for name in names]
