# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What happens in a run, from its events: for the screen and for the evidence. Knows nothing of Ansible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from .failure import Failure
from .layout import listed
from .phase import Phase

SHOWN_HOSTS = 3


@dataclass
class Running:
    """A task that runs on a host; a log names it when it has taken ``named_after`` seconds."""

    task: str
    since: float
    named_after: float = 15.0


class History:
    """The phases of a run; ``clock`` counts seconds, ``plan`` is Ansible's check mode."""

    def __init__(self, clock: Callable[[], float], plan: bool) -> None:
        self.plan = plan
        self.phases: list[Phase] = []
        self._clock = clock
        self._started = clock()
        self._phase: Phase | None = None
        self._running: dict[str, Running] = {}
        # In which phase a block with a rescue took a failure.
        self._rescued: list[tuple[Phase, Failure]] = []

    @property
    def seconds(self) -> float:
        """For how long the run has been going on."""
        return self._clock() - self._started

    def begin(self, environment: str, hosts: Sequence[str], phases: Sequence[str]) -> None:
        """Begin; ``phases`` are the names of those to come. Of several playbooks each begins anew."""
        self.phases.clear()
        self._rescued.clear()
        self._started = self._clock()

    def phase(self, key: str, name: str) -> None:
        """Begin a phase; one with the key of the phase before is its next batch of hosts."""
        if self._phase and self._phase.key == key:
            return
        self.close_phase()
        self._phase = Phase(key, name, self._clock())

    def nothing_matches(self) -> None:
        """The phase has no hosts."""
        if self._phase:
            self._phase.matched = False

    def task(self, host: str, task: str) -> None:
        """Begin a task on a host."""
        self._running[host] = Running(task, self._clock())

    def done(self, host: str, changed: bool = False) -> None:
        """End the task that runs on a host."""
        self._running.pop(host, None)
        if self._phase:
            self._phase.ran = True
            self._phase.changes[host] += changed

    def skipped(self, host: str) -> None:
        """End a task that had nothing to do on a host."""
        self._running.pop(host, None)

    def summary(self, host: str, summary: str) -> None:
        """Sum the phase up for a host; the last one counts."""
        if self._phase and summary:
            self._phase.summaries[host] = summary

    def failed(self, failure: Failure) -> None:
        """End a task that failed."""
        self.done(failure.host)
        if self._phase:
            self._phase.failures.append(failure)

    def rescued(self, failure: Failure) -> None:
        """End a task that failed inside a block with a rescue."""
        self.done(failure.host)
        if self._phase:
            self._rescued.append((self._phase, failure))

    def close_phase(self, stopped: bool = False) -> Phase | None:
        """End the phase, if there is one; ``stopped`` when the run came no further."""
        phase, self._phase = self._phase, None
        if phase:
            phase.seconds = self._clock() - phase.started
            if stopped:
                phase.stopped = (
                    f"stopped at {self._with_hosts(self._oldest())}" if self._running else "stopped"
                )
            self._running.clear()
            self.phases.append(phase)
        return phase

    def end(self, changed: Mapping[str, int], failed: Collection[str]) -> None:
        """End: changed tasks of each host, and the hosts that failed or were not reached."""
        self.close_phase()

    def _unheard(self, failed: Collection[str]) -> list[tuple[Phase, Failure]]:
        """Return failures that count although they were taken for rescued.

        A rescue that had no task left after --tags has rescued nobody.
        """
        told = {failure.host for phase in self.phases for failure in phase.failures}
        return [(phase, failure) for phase, failure in self._rescued if failure.host in set(failed) - told]

    def _oldest(self) -> Running:
        return min(self._running.values(), key=lambda running: running.since)

    def _with_hosts(self, running: Running) -> str:
        hosts = [host for host, other in self._running.items() if other.task == running.task]
        return f"{running.task} on {listed(hosts, SHOWN_HOSTS)}"
