# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half of ``slipway.deploy.release``: renders the description and reads the Compose file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.slipway.deploy.plugins.module_utils._app.description import VARIABLES, App
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release.order import Order
from ansible_collections.slipway.deploy.plugins.plugin_utils._compose_file import read_compose_file
from ansible_collections.slipway.deploy.plugins.plugin_utils._rendering import Rendering
from ansible_collections.slipway.deploy.plugins.plugin_utils._role_defaults import with_role_defaults

_MODULE = "slipway.deploy.release"
_SECRET = ("app_secrets",)
_NEEDED = ("app_name", "app_domain", "app_version", "app_compose")
_DESCRIPTION = (*VARIABLES, "app_compose", "app_rules")


class ActionModule(ActionBase):
    """Runs on the controller, once for each host."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result; the description travels in an option that Ansible logs nowhere."""
        super().run(tmp, task_vars)
        try:
            order = self._order(task_vars or {})
        except SlipwayError as error:
            return {"failed": True, "msg": str(error)}
        arguments = {**self._task.args, "_order": order.packed()}
        return dict(self._execute_module(_MODULE, arguments, task_vars=task_vars))

    def _order(self, task_vars: dict[str, Any]) -> Order:
        variables = self._rendered(task_vars)
        if missing := [name for name in _NEEDED if not variables.get(name)]:
            raise SlipwayError(f"{missing[0]} has no value", "role app's README describes the application")
        written = variables["app_compose"]
        if not isinstance(written, Mapping):
            written = self._loader.path_dwim(str(written))
        file = read_compose_file(written)
        return Order(App.from_variables(variables), file.text, file.beside, variables.get("app_rules") or {})

    def _rendered(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Return the description as preflight has seen it, whatever roles have run before."""
        raw = with_role_defaults(self._loader, self._templar, ["app"], task_vars)
        rendering = Rendering(self._templar.copy_with_new_env(available_variables=raw).template, raw)
        rendered = {
            name: rendering.render(name, raw[name], name in _SECRET) for name in _DESCRIPTION if name in raw
        }
        if rendering.problems:
            problem = rendering.problems[0]
            raise SlipwayError(f"{problem.variable} {problem.what}", problem.mend)
        return rendered
