# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole output of a run, from its events. Knows nothing of Ansible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from .failure import Failure, grouped
from .history import SHOWN_HOSTS, History, Running
from .layout import Layout, counted, listed
from .phase import Phase
from .screen import Screen

# Without a terminal, a task that takes long is named; again after twice the time, and so on.
_REPEAT_SECONDS = 300.0
# Up to here, nobody asks how long a task takes.
_SHORT_SECONDS = 5.0


class Run(History):
    """Prints the phases of a run."""

    def __init__(self, screen: Screen, clock: Callable[[], float], plan: bool) -> None:
        super().__init__(clock, plan)
        self._screen = screen
        self._layout = Layout()

    def begin(self, environment: str, hosts: Sequence[str], phases: Sequence[str]) -> None:
        """Print the header."""
        super().begin(environment, hosts, phases)
        self._layout = Layout(phases)
        parts = [environment, "plan" if self.plan else "", listed(hosts, SHOWN_HOSTS)]
        self._screen.lines([" · ".join(filter(None, parts)), ""])

    def phase(self, key: str, name: str) -> None:
        """Show that a phase begins."""
        super().phase(key, name)
        self.tick()

    def task(self, host: str, task: str) -> None:
        """Show that a task begins."""
        super().task(host, task)
        self.tick()

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

    def close_phase(self, stopped: bool = False) -> Phase | None:
        """Print the line of the phase, and what stands below it."""
        phase = super().close_phase(stopped)
        if phase:
            columns = self._screen.columns
            lines = (
                self._failure_lines(phase.name, phase.seconds, phase.failures)
                if phase.failures
                else self._layout.row(phase.name, phase.seconds, phase.text(self.plan), columns)
            )
            for note in phase.notes:
                lines += self._layout.below(note, columns) if isinstance(note, str) else note
            self._screen.lines(lines)
        return phase

    def end(self, changed: Mapping[str, int], failed: Collection[str]) -> None:
        """Print the totals."""
        super().end(changed, failed)
        if unheard := self._unheard(failed):
            self._screen.lines(self._failure_lines("", None, [failure for _unused, failure in unheard]))
        hosts = [host for host, number in changed.items() if number]
        text = counted(sum(changed.values()), self.plan)
        if hosts:
            text += f" on {len(hosts)} {'host' if len(hosts) == 1 else 'hosts'}"
        if failed:
            text = f"failed on {listed(sorted(failed))}; {text}; -v shows everything that was said"
        numbers = ", ".join(f"{host} changed={number}" for host, number in sorted(changed.items()))
        columns = self._screen.columns
        self._screen.lines(
            [
                "",
                *self._layout.row("total", self.seconds, text, columns),
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

    def _waiting(self, running: Running, now: float) -> str:
        since, what = now - running.since, self._with_hosts(running)
        return f"waits {since:.0f} s for {what}" if since >= _SHORT_SECONDS else what
