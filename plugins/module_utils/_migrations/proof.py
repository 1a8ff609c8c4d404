# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Migrate and prove it: not by the tool's exit code, but by what image and database say before and after."""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import SlipwayError
from .._release.programs import Finished
from .tool import Run, State, Tool

_SHOWN = 8


@dataclass(frozen=True)
class Proof:
    """The state before and after; the same when nothing was pending."""

    before: State
    after: State

    @property
    def newly(self) -> tuple[str, ...]:
        """What this run has applied."""
        return self.before.pending


def examine(tool: Tool, service: str, run: Run, *, serves: bool = False) -> State:
    """Return the state before anything changes; raises SlipwayError when migrating could not end well.

    An image that ``serves`` on a newer schema, left by a release that failed after migrating, may go on.
    """
    state = tool.state(run)
    if serves and state.unknown:
        return State(state.known, (*state.known, *state.unknown))
    if not state.known:
        raise SlipwayError(
            f"the image of {service} holds no migrations",
            "copy them into the image, or correct app_migrations",
        )
    if state.unknown:
        raise SlipwayError(
            f"the database of {service} has migrations that its image does not know: {listed(state.unknown)}",
            "release an image that has them",
        )
    if state.failed:
        raise SlipwayError(
            f"migrations of {service} have begun and never ended: {listed(state.failed)}",
            "repair the schema and tell the tool so",
        )
    if tool.skips_out_of_order and state.out_of_order:
        raise SlipwayError(
            f"the tool of {service} would pass over migrations that are older than one already applied: "
            f"{listed(state.out_of_order)}",
            "generate them anew, so that they come last",
        )
    return state


def migrate(tool: Tool, service: str, run: Run, before: State) -> Proof:
    """Apply what is pending and read again; raises SlipwayError unless everything known is applied."""
    if not before.pending:
        return Proof(before, before)
    finished = tool.migrate(run)
    after = _state_after(tool, run, finished)
    wrong = _wrong(service, after)
    if finished.problem and wrong:
        raise SlipwayError(f"migrating {service} failed, {finished}", wrong)
    if finished.problem:
        raise SlipwayError(f"every migration of {service} is applied, and still {finished}")
    if wrong:
        raise SlipwayError(
            f"the tool of {service} reported success, and {wrong}", "read what it says by hand"
        )
    return Proof(before, after)


def listed(names: tuple[str, ...]) -> str:
    """Return names for a sentence, the first few of many."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _state_after(tool: Tool, run: Run, finished: Finished) -> State:
    try:
        return tool.state(run)
    except SlipwayError as error:
        if finished.problem:
            raise SlipwayError(f"migrating failed, {finished}", f"afterwards, {error.what}") from error
        raise


def _wrong(service: str, state: State) -> str:
    if state.pending:
        applied = f"{len(state.known) - len(state.pending)} of {len(state.known)} are applied"
        return f"{applied}; missing: {listed(state.pending)}"
    if state.unknown:
        return f"the database of {service} has what the image does not know: {listed(state.unknown)}"
    return ""
