# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The program that a guard leaves on the host: ``revert.pyz NAME timer | boot | confirm TOKEN``.

It can be run by hand too: ``python3 /var/lib/slipway/configure/NAME/revert.pyz NAME timer`` undoes at once.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from . import units
from .journal import Journal, Outcome, forget, load_journal, load_outcome, only_one
from .restore import restore, restore_files

_LOCK_SECONDS = 600  # a run that is still at it has its own limits, and undoes what fails


def main() -> int:
    """Do what the arguments say; return the exit code."""
    name, task, *token = sys.argv[1:]
    with only_one(_LOCK_SECONDS):
        if task == "confirm":
            sys.stdout.write(json.dumps({"slipway_guard": confirm(name, token[0])}) + "\n")
            return 0
        outcome = undo(name, by=task)
    for problem in outcome.problems if outcome else ():
        sys.stderr.write(f"{problem}\n")
    return 1 if outcome and outcome.problems else 0


def undo(name: str, by: str) -> Outcome | None:
    """Undo the transaction ``name`` and note so; return None when there is nothing to undo.

    At boot nothing is applied: the services that read the files have not started yet, and a command that
    waits for one of them would wait for ever. The journal stays then, so that the next run applies.
    """
    journal = load_journal(name)
    if journal is None:
        units.remove_boot_unit(name)
        return None
    outcome = Outcome(journal.token, by, restore_files(journal) if by == "boot" else restore(journal))
    outcome.save(name)
    if by == "boot" or outcome.problems:
        journal.guard = 0
        journal.save()
    else:
        journal.close()
    units.remove_boot_unit(name)
    if by == "boot":
        units.reload_systemd()
    return outcome


def confirm(name: str, token: str) -> dict[str, object]:
    """End the guarded transaction of ``token`` and return its state.

    ``confirmed``; ``unfinished`` when its run was killed; ``reverted`` with ``by`` and ``problems`` when the
    host was faster; ``unknown`` when it has left nothing to confirm.
    """
    outcome = load_outcome(name)
    if outcome and outcome.token == token:
        return {"state": "reverted", **asdict(outcome)}
    journal = load_journal(name)
    if journal is None or journal.token != token or not journal.guard:
        return {"state": "unknown"}
    if not journal.applied:
        return {"state": "unfinished"}
    _end(journal)
    return {"state": "confirmed", "changed_files": sorted(journal.before)}


def _end(journal: Journal) -> None:
    journal.close()  # the one step that decides: after it a timer that fires finds nothing to undo
    units.stop_timer(journal.name)
    units.remove_boot_unit(journal.name)
    forget(journal.name)
