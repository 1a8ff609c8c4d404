# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Undo a transaction from its journal."""

from __future__ import annotations

from pathlib import Path

from .._errors import SlipwayError
from .commands import run
from .journal import Journal
from .places import remove_created
from .states import put


def restore_files(journal: Journal) -> list[str]:
    """Put every file back as it was; return what did not work, one phrase each, having tried everything."""
    problems = []
    for path, state in journal.before.items():
        try:
            put(Path(path), state)
        except (OSError, SlipwayError) as error:
            problems.append(f"{path} could not be restored: {error}")
    remove_created(journal.created)
    return problems


def restore(journal: Journal) -> list[str]:
    """Put every file back, then let the services take notice; return what did not work."""
    problems = restore_files(journal)
    finished = (run(argv, journal.timeout) for argv in journal.apply)
    return problems + [str(command) for command in finished if command.problem]
