# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half of ``slipway.deploy.packages``: a host that has them all is asked by one plain command."""

from __future__ import annotations

import shlex
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.slipway.deploy.plugins.module_utils._packages.apt import OPTIONS, absent, question

_MODULE = "slipway.deploy.packages"


class ActionModule(ActionBase):
    """Sends the module, which takes six times as long as the question, only where something is to do."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what the module would, when nothing is missing, and what it says when something is."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        names = self.validate_argument_spec(OPTIONS)[1]["names"]
        if names and self._has_all(names):
            return {**result, "changed": False, "installed": [], "diff": {"before": "", "after": ""}}
        return dict(self._execute_module(_MODULE, task_vars=task_vars))

    def _has_all(self, names: list[str]) -> bool:
        answer = self._low_level_execute_command(shlex.join(question(names)), sudoable=False)
        return not absent(names, answer["stdout"])
