# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half of ``slipway.deploy.fetch_images``: which images the variables of all roles name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

from ansible_collections.slipway.deploy.plugins.plugin_utils._role_defaults import with_role_defaults

_MODULE = "slipway.deploy.fetch_images"
# What each role runs, in the order in which they run.
_LASTING = {
    "proxy": "[proxy_caddy_image if proxy_server == 'caddy' else proxy_nginx_image]",
    "postgres": "[postgres_image]",
    "redis": "[redis_image]",
    "object_storage": "[object_storage_image] if object_storage_kind == 'self_hosted' else []",
}
_RELEASED = "app_images.values() | unique"


class ActionModule(ActionBase):
    """Runs on the controller, once for each host."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result."""
        super().run(tmp, task_vars)
        variables = with_role_defaults(self._loader, self._templar, ["app", "proxy"], task_vars or {})
        roles = ["proxy", *self._list("app_backing", variables)]
        lasting = [image for role in roles for image in self._list(_LASTING.get(role, "[]"), variables)]
        arguments = {"_lasting": lasting, "_released": self._list(_RELEASED, variables)}
        return dict(self._execute_module(_MODULE, arguments, task_vars=task_vars))

    def _list(self, expression: str, variables: Mapping[str, Any]) -> list[str]:
        templar = self._templar.copy_with_new_env(available_variables=variables)
        try:
            return [str(item) for item in templar.evaluate_expression(trust_as_template(expression))]
        except AnsibleError:
            return []  # preflight tells of it, at its place
