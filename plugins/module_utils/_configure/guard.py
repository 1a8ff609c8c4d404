# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Arm and disarm the guard: what undoes a change that nobody confirms."""

from __future__ import annotations

import inspect
import io
import zipfile

from .. import _errors
from .._errors import SlipwayError
from . import commands, journal, places, program, restore, states, units

_MAIN = "from slipway._configure.program import main\n\nraise SystemExit(main())\n"


def require() -> None:
    """Raise SlipwayError on a host that could not keep the promise of a guard."""
    if not units.SYSTEMD_RUNS.is_dir():
        raise SlipwayError("guard needs systemd, which does not run on this host", "leave guard out")


def arm(transaction: journal.Journal) -> None:
    """Make the host undo ``transaction`` by itself, after its ``guard`` seconds and at the next boot.

    Raises SlipwayError when that is not possible.
    """
    journal.write_private(journal.journal_directory(transaction.name) / units.PROGRAM, build_program(), 0o700)
    try:
        units.add_boot_unit(transaction.name)
        units.start_timer(transaction.name, transaction.guard)
    except BaseException:
        units.remove_boot_unit(transaction.name)
        raise


def disarm(name: str) -> None:
    """Take back what ``arm`` did; does nothing when it is not armed."""
    units.stop_timer(name)
    units.remove_boot_unit(name)


def build_program() -> bytes:
    """Return a zip that Python runs by itself: this package's own code for undoing, without Ansible."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__main__.py", _MAIN)
        archive.writestr("slipway/__init__.py", "")
        archive.writestr("slipway/_errors.py", inspect.getsource(_errors))
        archive.writestr("slipway/_configure/__init__.py", "")
        for module in (commands, journal, places, program, restore, states, units):
            name = module.__name__.rpartition(".")[2]
            archive.writestr(f"slipway/_configure/{name}.py", inspect.getsource(module))
    return content.getvalue()
