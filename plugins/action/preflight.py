# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half of ``slipway.deploy.preflight``: everything but the one look at the host happens here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.host import QUESTION, Host, read_host
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.places import Places, relative
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.problem import Problem
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.redaction import (
    redacted,
    secret_texts,
)
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.specs import (
    Comparison,
    unknown_variables,
    with_defaults,
)
from ansible_collections.slipway.deploy.plugins.plugin_utils import _role_defaults
from ansible_collections.slipway.deploy.plugins.plugin_utils._rendering import Rendering
from ansible_collections.slipway.deploy.plugins.plugin_utils._secrets import planned, refuse_plain

COLLECTION = Path(__file__).resolve().parents[2]
CHECKS = "ansible_collections.slipway.deploy.plugins.module_utils._preflight"
COLLECTION_PREFIX = "slipway.deploy."
SPECIFICATION = "meta/argument_specs.yml"
SECRETS = "secrets"  # without a vault password, this role refuses hosts beyond this machine
TOLD_OF_HOST = ("distribution", "version", "codename", "memory")

AskHost = Callable[[], Host | None]


@dataclass(frozen=True)
class Role:
    """A role of this collection as far as preflight reads it."""

    name: str
    options: Mapping[str, Any]
    defaults: Mapping[str, Any]
    defaults_file: Path


@dataclass(frozen=True)
class Outcome:
    """What checking one role gave: sentences, and how many things were compared."""

    sentences: list[str]
    checks: int


class ActionModule(ActionBase):
    """Reads specifications and variables; changes nothing anywhere."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the roles named by the task against the variables of this host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            {
                "roles": {"type": "list", "elements": "str", "required": True},
                "connect": {"type": "bool", "default": True},
            }
        )[1]
        ask_host = cache(self._look_at_host if arguments["connect"] else lambda: None)
        try:
            roles = [self._load_role(name) for name in arguments["roles"]]
            variables = _role_defaults.with_role_defaults(
                self._loader, self._templar, [role.name for role in roles], task_vars or {}
            )
            if not self._task._role:  # a role that runs needs the secrets themselves
                templar = self._templar.copy_with_new_env(available_variables=variables)
                variables.update(planned(variables, templar.template))
            outcomes = [self._check(role, variables, task_vars or {}, ask_host) for role in roles]
        except SlipwayError as error:
            return {**result, "failed": True, "msg": str(error)}
        # Two roles may find the same fault with the host.
        sentences = list(dict.fromkeys(sentence for outcome in outcomes for sentence in outcome.sentences))
        checks = sum(outcome.checks for outcome in outcomes)
        result.update(changed=False, checks=checks)
        if ask_host.cache_info().currsize and (host := ask_host()):
            result["host"] = {name: getattr(host, name) for name in TOLD_OF_HOST}
        if sentences:
            heading = [f"{len(sentences)} problems to mend first:"] if len(sentences) > 1 else []
            result.update(failed=True, msg="\n".join(heading + sentences))
        elif not self._task._role:  # a role that checks itself is on its way to something that matters more
            result["summary"] = f"{checks} {'check' if checks == 1 else 'checks'}"
        return result

    def _load_role(self, name: str) -> Role:
        """Read a role's specification and defaults; raises SlipwayError when there is no such role."""
        short = name.removeprefix(COLLECTION_PREFIX)
        if short not in role_names():
            what = f"this collection has no role {name!r} with an argument specification"
            raise SlipwayError(what, f"it has {', '.join(role_names())}")
        specification = self._loader.load_from_file(str(_role_defaults.ROLES / short / SPECIFICATION))
        options = specification["argument_specs"]["main"].get("options") or {}
        defaults = _role_defaults.defaults_of(self._loader, short)
        return Role(short, options, defaults, _role_defaults.defaults_file(short))

    def _check(
        self, role: Role, raw: dict[str, Any], task_vars: dict[str, Any], ask_host: AskHost
    ) -> Outcome:
        templar = self._templar.copy_with_new_env(available_variables=raw)
        rendering = Rendering(templar.template, raw)
        rendered = rendering.variables(role.options, raw)
        defaults = Rendering(templar.template, raw).variables(role.options, role.defaults)

        comparison = Comparison(unset_mend(task_vars.get("inventory_dir")))
        options = with_defaults(role.options, defaults)
        unrendered = {problem.root for problem in rendering.problems}
        values = comparison.options({n: s for n, s in options.items() if n not in unrendered}, rendered)
        unknown = unknown_variables(role.name, role.options, sorted(map(str, task_vars)), role_names())
        problems = [*rendering.problems, *comparison.problems, *unknown]

        broken = {problem.root for problem in problems}
        places = Places(raw, rendered, role.defaults, role.defaults_file)
        sound = Comparison("").options(role.options, defaults)
        given = Given(
            {**values, **{name: sound.get(name) for name in broken}},
            ask_host,
            broken,
            task_vars.get("inventory_dir"),
        )
        sentences = [problem.sentence(places.place(problem.variable)) for problem in problems]
        try:
            if role.name == SECRETS and not self._loader._vault.secrets:
                refuse_plain(sorted(planned(task_vars, templar.template)), task_vars)
            for problem in check_of(role)(given):
                if problem.root not in broken:
                    sentences.append(problem.sentence(places.place(problem.variable)))
        except SlipwayError as error:
            sentences.append(f"role {role.name}: {error}")
        secrets = secret_texts(role.options, rendered)
        return Outcome([redacted(sentence, secrets) for sentence in sentences], comparison.checks)

    def _look_at_host(self) -> Host:
        """Run the one read-only command; an unreachable host is Ansible's to report."""
        answer = self._low_level_execute_command(QUESTION, sudoable=False)
        return read_host(answer["stdout"])


def check_of(role: Role) -> Callable[[Given], Iterable[Problem]]:
    """Return the role's own check function, one that finds nothing when the role has none."""
    if not (COLLECTION / "plugins" / "module_utils" / "_preflight" / f"{role.name}.py").is_file():
        return lambda _: ()
    check: Callable[[Given], Iterable[Problem]] = import_module(f"{CHECKS}.{role.name}").check
    return check


def role_names() -> list[str]:
    """Return the short names of this collection's roles that have an argument specification."""
    return sorted(path.parents[1].name for path in _role_defaults.ROLES.glob(f"*/{SPECIFICATION}"))


def unset_mend(inventory_dir: str | None) -> str:
    """Say where a variable that has no value is best set."""
    if not inventory_dir:
        return "set it in an inventory or with -e"
    return f"set it below {relative(Path(inventory_dir).resolve() / 'group_vars')}"
