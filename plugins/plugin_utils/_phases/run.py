# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole output of a run, from its events. Knows nothing of Ansible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from .failure import Failure, grouped
from .layout import Layout, counted, listed
from .phase import Phase
from .screen import Screen

# Without a terminal, a task that takes longer than this is named; again after twice the time, and so on.
_LONG_SECONDS = 15.0
_REPEAT_SECONDS = 300.0
# Up to here, nobody asks how long a task takes.
_SHORT_SECONDS = 5.0
_SHOWN_HOSTS = 3


@dataclass
class _Running:
    task: str
    since: float
    named_after: float = _LONG_SECONDS


class Run:
    """Prints the phases of a run; ``clock`` counts seconds, ``plan`` is Ansible's check mode."""

    def __init__(self, screen: Screen, clock: Callable[[], float], plan: bool) -> None:
        self._screen, self._clock, self._plan = screen, clock, plan
        self._layout = Layout()
        self._started = clock()
        self._phase: Phase | None = None
        self._running: dict[str, _Running] = {}
        self._reported: set[str] = set()
        self._rescued: list[Failure] = []

    def begin(self, environment: str, hosts: Sequence[str], phases: Sequence[str]) -> None:
        """Print the header; ``phases`` are the names of those to come."""
        self._layout = Layout(phases)
        self._started = self._clock()
        parts = [environment, "plan" if self._plan else "", listed(hosts, _SHOWN_HOSTS)]
        self._screen.lines([" · ".join(filter(None, parts)), ""])

    def phase(self, key: str, name: str) -> None:
        """Begin a phase; one with the key of the phase before is its next batch of hosts."""
        if self._phase and self._phase.key == key:
            return
        self.close_phase()
        self._phase = Phase(key, name, self._clock())
        self.tick()

    def nothing_matches(self) -> None:
        """The phase has no hosts."""
        if self._phase:
            self._phase.matched = False

    def task(self, host: str, task: str) -> None:
        """Begin a task on a host."""
        self._running[host] = _Running(task, self._clock())
        self.tick()

    def done(self, host: str, changed: bool = False) -> None:
        """End the task that runs on a host."""
        self._running.pop(host, None)
        if self._phase and changed:
            self._phase.changes[host] += 1

    def summary(self, host: str, summary: str) -> None:
        """Sum the phase up for a host; the last one counts."""
        if self._phase and summary:
            self._phase.summaries[host] = summary

    def failed(self, failure: Failure) -> None:
        """End a task that failed; it is printed with its phase."""
        self.done(failure.host)
        if self._phase:
            self._phase.failures.append(failure)

    def rescued(self, failure: Failure) -> None:
        """End a task that failed inside a block with a rescue."""
        self.done(failure.host)
        self._rescued.append(failure)

    def note(self, note: list[str] | str) -> None:
        """Keep, once, what stands below the phase's line: a text, or lines that are printed as they are."""
        if self._phase and note not in self._phase.notes:
            self._phase.notes.append(note)

    def tick(self) -> None:
        """Show what is waited for: on a terminal always, else only what takes long."""
        if not self._phase:
            return
        now = self._clock()
        seconds = now - self._phase.started
        if self._screen.is_terminal:
            text = self._waiting(self._oldest(), now) if self._running else ""
            self._screen.draw(self._layout.row(self._phase.name, seconds, text)[0])
            return
        for running in self._running.values():
            if now - running.since >= running.named_after:
                while now - running.since >= running.named_after:
                    running.named_after += min(running.named_after, _REPEAT_SECONDS)
                self._screen.lines(self._layout.row(self._phase.name, seconds, self._waiting(running, now)))

    def close_phase(self, stopped: bool = False) -> None:
        """Print the line of the phase, and what stands below it."""
        phase, self._phase = self._phase, None
        if not phase:
            return
        now, columns = self._clock(), self._screen.columns
        seconds = now - phase.started
        waited_for = self._with_hosts(self._oldest()) if self._running else ""
        self._running.clear()
        if phase.failures:
            self._reported.update(failure.host for failure in phase.failures)
            lines = self._failure_lines(phase.name, seconds, phase.failures)
        elif stopped:
            text = f"stopped at {waited_for}" if waited_for else "stopped"
            lines = self._layout.row(phase.name, seconds, text, columns)
        else:
            lines = self._layout.row(phase.name, seconds, phase.text(self._plan), columns)
        for note in phase.notes:
            lines += self._layout.below(note, columns) if isinstance(note, str) else note
        self._screen.lines(lines)

    def end(self, changed: Mapping[str, int], failed: Collection[str]) -> None:
        """Print the totals: changed tasks of each host, and the hosts that failed or were not reached."""
        self.close_phase()
        # A rescue that had no task left after --tags has rescued nobody.
        unheard = [item for item in self._rescued if item.host in set(failed) - self._reported]
        if unheard:
            self._screen.lines(self._failure_lines("", None, unheard))
        hosts = [host for host, number in changed.items() if number]
        text = counted(sum(changed.values()), self._plan)
        if hosts:
            text += f" on {len(hosts)} {'host' if len(hosts) == 1 else 'hosts'}"
        if failed:
            text = f"failed on {listed(sorted(failed))}; {text}; -v shows everything that was said"
        numbers = ", ".join(f"{host} changed={number}" for host, number in sorted(changed.items()))
        columns = self._screen.columns
        self._screen.lines(
            [
                "",
                *self._layout.row("total", self._clock() - self._started, text, columns),
                *(self._layout.row("hosts", None, numbers, columns) if changed else ()),
            ]
        )

    def _failure_lines(self, name: str, seconds: float | None, failures: Sequence[Failure]) -> list[str]:
        lines: list[str] = []
        columns = self._screen.columns
        for heading, message in grouped(failures):
            lines += (
                self._layout.below(heading, columns)
                if lines
                else self._layout.row(name, seconds, heading, columns)
            )
            lines += self._layout.below(message, columns)
        return lines

    def _oldest(self) -> _Running:
        return min(self._running.values(), key=lambda running: running.since)

    def _waiting(self, running: _Running, now: float) -> str:
        since, what = now - running.since, self._with_hosts(running)
        return f"waits {since:.0f} s for {what}" if since >= _SHORT_SECONDS else what

    def _with_hosts(self, running: _Running) -> str:
        hosts = [host for host, other in self._running.items() if other.task == running.task]
        return f"{running.task} on {listed(hosts, _SHOWN_HOSTS)}"
