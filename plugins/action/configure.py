# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half of ``slipway.deploy.configure``: renders templates, and confirms a guarded change."""

from __future__ import annotations

import base64
import secrets
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template
from ansible.utils.display import Display

from ansible_collections.slipway.deploy.plugins.module_utils._configure.confirmation import (
    question,
    read_answer,
    refuse_unconfirmed,
    verdict,
)
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

display = Display()

_MODULE = "slipway.deploy.configure"
_HIDDEN = "(hidden because it is sensitive)"


class ActionModule(ActionBase):
    """Runs on the controller, once for each host."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result; sensitive contents are nowhere in it."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        try:
            arguments = self._arguments(task_vars)
            if self._task.check_mode or not _seconds(arguments):
                return dict(self._execute_module(_MODULE, arguments, task_vars=task_vars))
            return self._run_guarded(arguments, task_vars)
        except SlipwayError as error:
            return {"failed": True, "msg": str(error)}

    def _run_guarded(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run the module and confirm its change; without a result of it, ask what has become of it."""
        lost: AnsibleConnectionFailure | None = None
        result: dict[str, Any] = {}
        try:
            result = self._execute_module(_MODULE, arguments, task_vars=task_vars)
        except AnsibleConnectionFailure as error:
            lost = error
        python = result.pop("_python", None)
        if result and python is None and not result.get("failed"):
            return result  # nothing has changed
        answer = verdict(partial(self._ask, arguments, python or "python3"), _seconds(arguments))
        if answer == {"state": "unknown"} and python is None:
            if lost:
                raise lost
            return result  # it failed before it changed anything, or after it had undone everything
        files = result.get("changed_files") or [str(file.get("path")) for file in arguments["files"]]
        refuse_unconfirmed(answer, files, _seconds(arguments))
        return result or {"changed": True, "changed_files": files, "applied": True}

    def _ask(self, arguments: dict[str, Any], python: str) -> dict[str, Any] | None:
        """Try to confirm over a fresh connection; an open one outlives the rules that let it in."""
        try:
            self._connection.reset()
            command = question(arguments["name"], arguments["_token"], python)
            return read_answer(self._low_level_execute_command(command)["stdout"])
        except AnsibleError as error:
            display.vvv(f"no answer over a fresh connection yet: {error}")
            return None

    def _arguments(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        files = self._task.args.get("files") or []
        if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
            raise SlipwayError(
                "files of slipway.deploy.configure is a list of mappings", "see its documentation"
            )
        rendered = [self._with_content(file, task_vars) for file in files]
        return {
            **self._task.args,
            "files": [_without_secret(file) for file in rendered],
            "_sensitive": {
                str(file.get("path")): base64.b64encode(file["content"].encode()).decode()
                for file in rendered
                if _is_secret(file)
            },
            "_token": secrets.token_hex(8),
        }

    def _with_content(self, file: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        template = file.get("template")
        if template is None:
            return file
        path = PurePosixPath(template)
        if path.is_absolute() or ".." in path.parts:
            raise SlipwayError(
                f"the template {template} is not below templates/", "write its path from there"
            )
        if file.get("content") is not None or file.get("state", "present") != "present":
            raise SlipwayError(f"the template {template} cannot go with content or state", "keep one of them")
        rest = {key: value for key, value in file.items() if key != "template"}
        destination = f"/{str(path).removesuffix('.j2')}"
        return {"path": destination, **rest, "content": self._render(template, task_vars)}

    def _render(self, template: str, task_vars: dict[str, Any]) -> str:
        source = self._find_needle("templates", template)
        places = [
            *task_vars.get("ansible_search_path", []),
            self._loader.get_basedir(),
            str(Path(source).parent),
        ]
        templar = self._templar.copy_with_new_env(
            searchpath=[path for place in places for path in (f"{place}/templates", place)],
            available_variables=task_vars,
        )
        text = templar.template(
            trust_as_template(self._loader.get_text_file_contents(source)),
            escape_backslashes=False,
            overrides={"trim_blocks": True, "lstrip_blocks": True},
        )
        if not isinstance(text, str):
            raise SlipwayError(f"the template {template} renders to a {type(text).__name__}, not to text")
        return text


def _is_secret(file: dict[str, Any]) -> bool:
    return boolean(file.get("sensitive", False), strict=False) and isinstance(file.get("content"), str)


def _without_secret(file: dict[str, Any]) -> dict[str, Any]:
    """Return the entry without its content: the host's journal and a result at -vvv show all entries."""
    return {**file, "content": _HIDDEN} if _is_secret(file) else file


def _seconds(arguments: dict[str, Any]) -> int:
    """Return the guard's seconds; what is no number is left for the module to refuse."""
    try:
        return int(arguments.get("guard") or 0)
    except (TypeError, ValueError):
        return 0
