# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeps what a run proves; what gets in and how it is written is in ``plugin_utils/_evidence/``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: evidence
type: notification
short_description: A folder for each run with what was done, seen and proven
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Writes a folder C(TIMESTAMP-ENVIRONMENT-VERSION) for each run with a task of this collection. The
    environment is the name of the inventory's folder, the version is C(app_version).
  - In it are C(index.html) for people, C(evidence.json) for programs, C(summary.md) for a pull request,
    C(junit.xml) for CI, and C(SHA256SUMS).
  - Failed and interrupted runs and check mode have their evidence, too. A folder is complete or not there,
    and none is ever removed.
  - Gates are what results have under the key C(evidence), a list of dictionaries with the texts C(gate) and
    C(observed) and the truth value C(passed).
  - Arguments, variables and results of tasks do not get in. Neither does what a task with C(no_log) has said.
  - Where nothing can be written, that is a warning, and the run goes on.
options:
  enabled:
    description: Whether evidence is written.
    type: bool
    default: true
    env:
      - name: SLIPWAY_EVIDENCE
    ini:
      - section: callback_evidence
        key: enabled
  directory:
    description: Where the folders are made, seen from the current directory.
    type: str
    default: evidence
    env:
      - name: SLIPWAY_EVIDENCE_DIRECTORY
    ini:
      - section: callback_evidence
        key: directory
requirements:
  - enabled in C(ansible.cfg), in C(callbacks_enabled)
"""

import atexit
import os
import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.template import Templar

from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.bundle import PAGE, write
from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.document import document
from ansible_collections.slipway.deploy.plugins.plugin_utils._evidence.record import Record
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.events import Events, is_plan
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.layout import Layout

_OURS = "slipway.deploy."


class CallbackModule(Events):
    """Listens like the callback that prints, and writes at the end."""

    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "slipway.deploy.evidence"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.history: Record = Record(time.monotonic, is_plan())
        self._playbook: Any = None
        self._has_ours = False
        self._process = os.getpid()
        # Before the callback that prints does so: then it comes after, and its last phase is told before.
        atexit.register(self._stopped)

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Begin anew."""
        super().v2_playbook_on_start(playbook)
        self._playbook, self._has_ours = playbook, False

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write."""
        super().v2_playbook_on_stats(stats)
        self._write()

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """See whether this is a run of ours."""
        super().v2_runner_on_start(host, task)
        self._has_ours = self._has_ours or task.action.startswith(_OURS)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Take what was observed, above all when it is not what was wanted."""
        super().v2_runner_item_on_failed(result)
        self.history.heard(result.host.name, result.result.get("evidence"))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Take what was observed."""
        self.history.heard(result.host.name, result.result.get("evidence"))
        super().v2_runner_on_failed(result, ignore_errors)

    def _hear(self, result: Any) -> None:
        super()._hear(result)
        self.history.heard(result.host.name, result.result.get("evidence"))

    def _stopped(self) -> None:
        """Write of a run that did not come to its end."""
        if self._playbook and os.getpid() == self._process:
            self.history.close_phase(stopped=True)
            self._write()

    def _write(self) -> None:
        playbook, self._playbook = self._playbook, None
        if not self._has_ours or not self.get_option("enabled"):
            return
        name, version = _app(playbook)
        evidence = document(self.history, Path(playbook._file_name).stem, name, version)
        try:
            folder = write(Path(self.get_option("directory")).expanduser().absolute(), evidence)
        except OSError as error:
            self._display.warning(f"no evidence was written ({error.strerror}: {error.filename})")
            return
        place = folder / PAGE
        shown = str(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place)
        # The last line of the table that the callback phases prints.
        for line in Layout(self.history.names).row("evidence", None, shown):
            self._display.display(line)


def _app(playbook: Any) -> tuple[str, str]:
    """Return the app's name and version as the first host has them, empty where that is not to be known."""
    plays = playbook.get_plays()
    manager = plays[0].get_variable_manager()
    hosts = manager._inventory.get_hosts() if manager._inventory else []
    try:
        variables = manager.get_vars(host=hosts[0] if hosts else None)
        templar = Templar(loader=manager._loader, variables=variables)
        name, version = (templar.template(variables.get(name, "")) for name in ("app_name", "app_version"))
    except AnsibleError:
        return "", ""
    return str(name or ""), str(version or "")
