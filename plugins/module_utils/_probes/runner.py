# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs probes side by side, each with a deadline and all of them with one, again while there is patience."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .deadline import Deadline, TimeUpError
from .failure import ProbeError
from .network import Network
from .redaction import Hidden
from .session import Session
from .specification import Probe

_AT_ONCE = 8
_PAUSE_SECONDS = 1


@dataclass(frozen=True)
class Limits:
    """Seconds: one probe's, those of all, and how long a probe that fails is tried again."""

    timeout: float
    total: float
    patience: float = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a probe: what was seen, and what a person reads of a failure."""

    name: str
    passed: bool
    observed: str
    lines: tuple[str, ...]
    seconds: float
    tries: int


class Runner:
    """Runs probes from here; ``base`` is the app's own address, for steps that name a path alone."""

    def __init__(self, network: Network, limits: Limits, base: str, hidden: Hidden) -> None:
        self._network, self._limits, self._base, self._hidden = network, limits, base, hidden

    def run(self, probes: Sequence[Probe]) -> list[Outcome]:
        """Run the probes and return what became of them, in their order."""
        # What is wrong with the CA file must be told once and not by every probe.
        _unused = self._network.trust
        everything, patience = Deadline(self._limits.total), Deadline(self._limits.patience)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda probe: self._outcome(probe, everything, patience), probes))

    def _outcome(self, probe: Probe, everything: Deadline, patience: Deadline) -> Outcome:
        started, tries = time.monotonic(), 0
        while True:
            tries += 1
            try:
                observed = self._hidden.clean(self._run(probe, everything))
                return Outcome(probe.name, True, observed, (), time.monotonic() - started, tries)
            except ProbeError as failure:
                lines = tuple(map(self._hidden.clean, failure.lines))
            if patience.passed or everything.passed:
                return Outcome(probe.name, False, lines[0], lines, time.monotonic() - started, tries)
            time.sleep(_PAUSE_SECONDS)

    def _run(self, probe: Probe, everything: Deadline) -> str:
        wanted = probe.timeout or self._limits.timeout + probe.kind.extra_seconds
        try:
            deadline = Deadline(min(wanted, everything.remaining()))
        except TimeUpError:
            observed = f"not looked at: the {everything.seconds:g} s for all probes were over"
            raise ProbeError(observed, "an answer in time") from None
        session = Session(self._network, deadline, self._base, self._hidden)
        try:
            return probe.kind.run(session)
        except TimeUpError as error:
            raise ProbeError(f"no whole answer within {error.seconds:g} s", "an answer in time") from error
