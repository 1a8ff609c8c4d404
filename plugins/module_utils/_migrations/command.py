# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Any other tool: three commands of the person's own, two of which print a migration's name on each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._release.programs import Finished
from .tool import Run, State, Tool, answer


class Command(Tool):
    """Needs ``known``, ``applied`` and ``migrate``."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._commands = commands

    def state(self, run: Run) -> State:
        """Run the two commands that tell."""
        known = answer(run(self._commands["known"]), "reading the migrations of the image")
        applied = answer(run(self._commands["applied"]), "reading the migrations of the database")
        return State(_names(known), _names(applied))

    def migrate(self, run: Run) -> Finished:
        """Run the command that migrates."""
        return run(self._commands["migrate"])


def _names(printed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in printed.splitlines() if line.strip()))
