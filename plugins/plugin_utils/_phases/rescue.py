# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a failed task is inside a block with a rescue; Ansible reports the failure before it says so."""

from __future__ import annotations

from typing import Any


def is_rescued(task: Any) -> bool:
    """Walk up from a task through blocks, includes and roles.

    A task of the rescue or always part itself has nobody to rescue it there.
    """
    child, parent = task, task._parent
    while parent is not None:
        if getattr(parent, "rescue", None) and child._uuid in {item._uuid for item in parent.block}:
            return True
        child, parent = parent, parent._parent
    return False
