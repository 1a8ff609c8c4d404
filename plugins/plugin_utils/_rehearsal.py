# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the rehearsal's two action plugins share: engine, progress seen at once, one error funnel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.slipway.deploy.plugins.module_utils._engine import (
    DOCKER_IMPORT_ERROR,
    connect,
)
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

Work = Callable[[Any, dict[str, Any]], dict[str, Any]]


def show_progress(message: str) -> None:
    """Tell the person at the terminal what takes so long; standard output is left to callbacks."""
    Display().display(f"slipway: {message}", stderr=True)


class RehearsalAction(ActionBase):
    """Runs on the controller, whatever host the task is for; the engine is the controller's."""

    _supports_check_mode = True

    def run_work(
        self, specification: dict[str, Any], work: Work, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Check the task's arguments, call ``work`` with the engine's client and them, return the result."""
        result: dict[str, Any] = ActionBase.run(self, None, task_vars)
        _unused, arguments = self.validate_argument_spec(specification)
        if DOCKER_IMPORT_ERROR:
            return {
                **result,
                "failed": True,
                "msg": missing_required_lib("docker"),
                "exception": DOCKER_IMPORT_ERROR,
            }
        try:
            client = connect()
            try:
                return {**result, **work(client, arguments)}
            finally:
                client.close()
        except SlipwayError as error:
            return {**result, "failed": True, "msg": str(error)}


def outcome(steps: tuple[str, ...], **facts: Any) -> dict[str, Any]:
    """Return a result whose difference is the list of steps."""
    return {
        "changed": bool(steps),
        "steps": list(steps),
        "diff": {"before": "", "after": "".join(f"{step}\n" for step in steps)},
        **facts,
    }
