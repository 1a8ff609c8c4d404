# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half, and the only one, of ``slipway.deploy.rehearsal_images``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.stock import Stock
from ansible_collections.slipway.deploy.plugins.plugin_utils._rehearsal import (
    RehearsalAction,
    outcome,
    show_progress,
)

SPECIFICATION = {
    "environment": {"type": "str", "required": True},
    "images_directories": {"type": "list", "elements": "path", "required": True},
    "images": {"type": "list", "elements": "str", "required": True},
}


class ActionModule(RehearsalAction):
    """Fills the rehearsal's registry."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        return self.run_work(SPECIFICATION, self._work, task_vars)

    def _work(self, client: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        directories = [Path(directory) for directory in arguments["images_directories"]]
        stock = Stock(client, directories, self._task.check_mode, show_progress)
        steps = stock.fill(arguments["environment"], arguments["images"])
        published = "would publish" if self._task.check_mode else "published"
        images = "1 image" if len(steps) == 1 else f"{len(steps)} images"
        # Nothing new is nothing to tell: the network's summary stands.
        return outcome(steps, **({"summary": f"{published} {images}"} if steps else {}))
