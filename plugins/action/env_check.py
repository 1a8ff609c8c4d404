# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half, and the only one, of ``slipway.deploy.env_check``: no secret has to go anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.slipway.deploy.plugins.module_utils._app import rules
from ansible_collections.slipway.deploy.plugins.module_utils._app.description import VARIABLES, App
from ansible_collections.slipway.deploy.plugins.module_utils._app.environment import Environment, rendered
from ansible_collections.slipway.deploy.plugins.module_utils._app.values import fingerprint
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.places import Places
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.redaction import (
    redacted,
    secret_texts,
)
from ansible_collections.slipway.deploy.plugins.plugin_utils._rendering import Rendering
from ansible_collections.slipway.deploy.plugins.plugin_utils._role_defaults import (
    defaults_file,
    defaults_of,
    with_role_defaults,
)

ROLE = "app"
OPTIONS = {name: {"no_log": name == "app_secrets"} for name in (*VARIABLES, "app_rules")}


class ActionModule(ActionBase):
    """Reads variables; changes nothing anywhere."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Hold the environment of the project's containers against the rules."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec({"project": {"type": "dict", "required": True}})[1]
        try:
            return {**result, **self._check(arguments["project"], task_vars or {})}
        except SlipwayError as error:
            return {**result, "failed": True, "msg": str(error)}

    def _check(self, project: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        raw = with_role_defaults(self._loader, self._templar, [ROLE], task_vars)
        rendering = Rendering(self._templar.copy_with_new_env(available_variables=raw).template, raw)
        values = rendering.variables(OPTIONS, raw)
        problems = list(rendering.problems)
        app, environments = None, {}
        if not problems:
            app = App.from_variables(values)
            deployed = [name for name in (*app.images, *app.keeps) if name in project.get("services", {})]
            environments = rendered(project, app.environment, deployed)
            problems = list(rules.examine(values["app_rules"], deployed))
            problems = problems or list(rules.check(values["app_rules"], environments, app))
        places = Places(raw, values, defaults_of(self._loader, ROLE), defaults_file(ROLE))
        secrets = secret_texts(OPTIONS, values)
        sentences = [
            redacted(problem.sentence(places.place(problem.variable)), secrets) for problem in problems
        ]
        observed = "; ".join(sentences) or kept(values["app_rules"], environments)
        result: dict[str, Any] = {
            "changed": False,
            "evidence": [{"gate": "environment", "passed": not sentences, "observed": observed}],
        }
        if sentences:
            return {**result, "failed": True, "msg": "\n".join(sentences)}
        return {**result, "summary": observed, "fingerprints": fingerprints(app, environments)}


def kept(held: rules.Rules, environments: Mapping[str, Environment]) -> str:
    """Say how much was compared."""
    variables = sum(map(len, environments.values()))
    return (
        f"{variables} variables of {len(environments)} services, {sum(map(len, held.values()))} with a rule"
    )


def fingerprints(app: App | None, environments: Mapping[str, Environment]) -> dict[str, dict[str, str]]:
    """Return the fingerprint of every secret by service and name."""
    secret_names = app.secret_names if app else {}
    return {
        service: {name: fingerprint(name, environments[service][name]) for name in names}
        for service, names in secret_names.items()
        if service in environments
    }
