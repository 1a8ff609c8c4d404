# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Renders variables leaf by leaf, so that a template that fails is named by its exact place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable

from ansible_collections.slipway.deploy.plugins.module_utils._preflight.formats import did_you_mean
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.problem import Problem


class Rendering:
    """Renders values with ansible-core's templating and gathers a problem for each template that fails."""

    def __init__(self, template: Callable[[Any], Any], known: Iterable[str]) -> None:
        self.problems: list[Problem] = []
        self._template = template
        self._known = known

    def variables(self, options: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the values that are options of a role, rendered."""
        return {
            name: self.render(name, values[name], bool(spec.get("no_log")))
            for name, spec in options.items()
            if name in values
        }

    def render(self, path: str, value: Any, secret: bool) -> Any:
        """Return the value with its templates rendered; a leaf that fails is ``None`` and a problem more."""
        if isinstance(value, Mapping):
            return {key: self.render(f"{path}.{key}", item, secret) for key, item in value.items()}
        if isinstance(value, list):
            return [self.render(f"{path}[{index}]", item, secret) for index, item in enumerate(value)]
        try:
            return self._template(value)
        except AnsibleUndefinedVariable as error:
            self.problems.append(self._undefined(path, str(error)))
        except AnsibleError as error:
            reason = "" if secret else f" ({str(error).splitlines()[0].rstrip('.')})"
            self.problems.append(Problem(path, f"cannot be rendered{reason}", "correct the expression"))
        return None

    def _undefined(self, path: str, message: str) -> Problem:
        name = re.match(r"'(\w+)' is undefined", message)
        if not name:
            return Problem(
                path, f"refers to what is not defined ({message.rstrip('.')})", "correct the expression"
            )
        what = f"refers to the variable '{name[1]}', which is not defined"
        return Problem(
            path, what, did_you_mean(name[1], self._known) or "define it or write the value itself"
        )
