# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half, and the only one, of ``slipway.deploy.rehearsal_network``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.down import down
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.up import Wanted, up
from ansible_collections.slipway.deploy.plugins.plugin_utils._rehearsal import (
    RehearsalAction,
    outcome,
    show_progress,
)

SPECIFICATION = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "environment": {"type": "str", "required": True},
    "zone": {"type": "str", "default": "rehearsal.example"},
    "images_directory": {"type": "path", "required": True},
    "state_directory": {"type": "path", "required": True},
    "timeout": {"type": "int", "default": 60},
}


class ActionModule(RehearsalAction):
    """Brings the rehearsal's network and services up, or takes everything of the environment away."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        return self.run_work(SPECIFICATION, self._work, task_vars)

    def _work(self, client: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        check_mode = self._task.check_mode
        state_directory = Path(arguments["state_directory"])
        if arguments["state"] == "absent":
            steps = down(client, arguments["environment"], state_directory, check_mode, show_progress)
            removed = f"would remove {len(steps)} things" if check_mode else f"{len(steps)} things removed"
            return outcome(steps, summary=removed if steps else "nothing was there")
        wanted = Wanted(
            environment=arguments["environment"],
            zone=arguments["zone"],
            images_directory=Path(arguments["images_directory"]),
            state_directory=state_directory,
            timeout=arguments["timeout"],
        )
        done = up(client, wanted, check_mode, show_progress)
        facts = dict(done.facts)
        found = {"summary": f"{', '.join(facts['services'])} on {facts['ipv4_subnet']}"} if facts else {}
        return outcome(done.steps, rehearsal=facts, **found)
