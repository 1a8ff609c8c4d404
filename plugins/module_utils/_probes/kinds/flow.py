# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``flow``: what a person does, step by step, with what one answer told used in the next request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..._preflight.formats import did_you_mean, shown
from ..entry import Entry
from ..failure import ProbeError
from ..kind import Kind
from ..placeholders import names_in
from ..session import Session
from .call import METHODS, Call
from .socketio import SocketIo
from .upload import Upload
from .websocket import WebSocket

# What else a person does with what an earlier step has told, a token mostly.
_STEPS: dict[str, type[Kind]] = {
    **dict.fromkeys(METHODS, Call),
    **{kind.key: kind for kind in (Upload, SocketIo, WebSocket)},
}


@dataclass(frozen=True)
class Step:
    """One step; with ``cleanup`` it is taken after a failure, too, if all that it ``needs`` is known."""

    kind: Kind
    cleanup: bool
    needs: frozenset[str]


@dataclass(frozen=True)
class Flow(Kind):
    """Takes the steps in order. After a failure, those that remove what was made are still taken."""

    key = "flow"
    steps: tuple[Step, ...]
    bearers: frozenset[str] = frozenset()

    @property
    def writes(self) -> bool:
        """One step that writes is enough."""
        return any(step.kind.writes for step in self.steps)

    @property
    def extra_seconds(self) -> float:
        """What its uploads need."""
        return sum(step.kind.extra_seconds for step in self.steps)

    @classmethod
    def read(cls, entry: Entry) -> Flow:
        """Read ``flow``, a list of steps."""
        data = entry.data["flow"]
        entry.claim("flow")
        if not isinstance(data, list) or not data:
            entry.problem(
                "flow", f"{shown(data)} is no list of steps", 'write each step on a line after "- "'
            )
            return cls(())
        bearers = {str(step["bearer"]) for step in data if isinstance(step, dict) and "bearer" in step}
        return cls(tuple(_steps(entry, data)), frozenset(bearers))

    def run(self, session: Session) -> str:
        """Take the steps."""
        session.secret_names |= self.bearers
        for number, step in enumerate(self.steps, start=1):
            try:
                step.kind.run(session)
            except ProbeError as failure:
                left = self._clean_up(session, self.steps[number:])
                observed = f"step {number} of {len(self.steps)}: {failure.observed}"
                raise ProbeError(observed, failure.wanted, *failure.more, *left) from failure
        return f"{len(self.steps)} steps as wanted"

    def _clean_up(self, session: Session, steps: Sequence[Step]) -> list[str]:
        """Remove what the steps before have made, and say what is left."""
        session.last_chance()
        left = []
        for step in steps:
            if step.cleanup and step.needs <= set(session.kept):
                try:
                    step.kind.run(session)
                except ProbeError as failure:
                    left.append(f"not removed: {failure.observed}")
        return left


def _steps(entry: Entry, data: Sequence[object]) -> Iterator[Step]:
    for index, item in enumerate(data):
        place = f"flow[{index}]"
        if not isinstance(item, dict):
            entry.problem(place, f"{shown(item)} is no step", "write it like {get: /api/notes, status: 200}")
            continue
        found = [key for key in item if key in _STEPS]
        if len(found) != 1:
            _say_what_lacks(entry, place, item, found)
            continue
        step = entry.inside(place, item)
        cleanup = step.truth("cleanup", found[0] == "delete")
        kind = _STEPS[found[0]].read(step)
        step.finish()
        bearer = {item["bearer"]} if isinstance(item.get("bearer"), str) else set()
        itself = {"hash", *kind.keep} if isinstance(kind, Upload) else set()
        yield Step(kind, cleanup, frozenset({*names_in(item), *bearer} - itself))


def _say_what_lacks(entry: Entry, place: str, item: dict[object, object], found: Sequence[str]) -> None:
    if found:
        entry.problem(place, f"has {' and '.join(found)}", "make a step of each")
        return
    for key in item:
        if mend := did_you_mean(str(key), _STEPS):
            entry.problem(f"{place}.{key}", "is no key here", mend)
            return
    entry.problem(place, "does not say what to do", f"give it one of {', '.join(_STEPS)}")
