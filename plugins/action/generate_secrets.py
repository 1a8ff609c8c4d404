# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controller half, and the only one, of ``slipway.deploy.generate_secrets``."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.slipway.deploy.plugins.module_utils._app.values import fingerprint
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.places import relative
from ansible_collections.slipway.deploy.plugins.module_utils._secrets import Shape
from ansible_collections.slipway.deploy.plugins.plugin_utils._secrets import (
    hosts_of_play,
    needed,
    refuse_plain,
)
from ansible_collections.slipway.deploy.plugins.plugin_utils._secrets_file import SecretsFile


class ActionModule(ActionBase):
    """Generates what no host of the play has a value for and the file has none of either."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec({"file": {"type": "path", "required": True}})[1]
        try:
            return {**result, **self._work(Path(arguments["file"]), task_vars or {})}
        except SlipwayError as error:
            return {**result, "failed": True, "msg": str(error)}

    def _work(self, path: Path, task_vars: dict[str, Any]) -> dict[str, Any]:
        shapes: dict[str, Shape] = {}
        unread: set[str] = set()
        for variables in hosts_of_play(task_vars).values():
            of_host = needed(variables, self._templar.template)
            shapes.update(of_host)
            unread.update(name for name in of_host if name not in variables)

        vault_secrets = self._loader._vault.secrets
        file = SecretsFile(path, vault_secrets)
        stored = file.read()
        made = sorted(unread - stored.keys())
        if not vault_secrets:
            refuse_plain(made, task_vars)
        encrypts = file.is_plain_with_vault
        changed = bool(made) or encrypts
        if changed and not self._task.check_mode:
            with file.locked():
                stored = file.read()  # another run may have been quicker
                made = sorted(unread - stored.keys())
                values = {name: shapes[name].text(secrets.token_bytes(shapes[name].size)) for name in made}
                file.add(values)
                stored = {**stored, **values}
        used = {name: stored[name] for name in sorted(stored.keys() & shapes)}
        kept = [name for name in used if name not in made]
        return {
            "changed": changed,
            "made": made,
            "kept": kept,
            "unread": sorted(unread),
            "placeholders": {name: shapes[name].placeholder(name) for name in unread - stored.keys()},
            "fingerprints": {
                name: fingerprint(name, stored[name]) for name in sorted(stored.keys() & shapes)
            },
            "summary": self._summary(made, kept, path, encrypts),
            "diff": {
                "before_header": str(path),
                "after_header": str(path),
                "before": listing(kept),
                "after": listing([*kept, *made]),
            },
        }

    def _summary(self, made: list[str], kept: list[str], path: Path, encrypts: bool) -> str:
        would = "would be " if self._task.check_mode else ""
        parts = [f"{len(made)} {would}made in {relative(path)}"] if made else []
        if kept:
            parts.append(f"{len(kept)} kept{f', {would}encrypted now' if encrypts else ''}")
        return ", ".join(parts) or "none needed"


def listing(names: Iterable[str]) -> str:
    """Return the names, one a line."""
    return "".join(f"{name}\n" for name in sorted(names))
