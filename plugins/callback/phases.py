# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Translates Ansible's events; what is printed when is decided in ``plugin_utils/_phases/``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: phases
type: stdout
short_description: One line per play, and of a failure the sentence that matters
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Prints one line for each play, with its seconds and what became of it.
  - What became of it is the number of changed tasks, or the C(summary) that a task of the play returned.
    The last one of each host counts.
  - A failure shows the task, the hosts and the message, without arguments, JSON or traceback. What several
    hosts said alike stands once. Failures that are ignored or rescued do not count.
  - On a terminal, the line of the running play names the task that is waited for. Without one there are
    plain lines only, and a task that takes longer than 15 seconds is named.
  - Messages of M(ansible.builtin.debug) that are text, and differences with C(--diff), stand under the
    play's line.
  - With C(-v) and more it is the callback P(ansible.builtin.default#callback), with everything that one
    shows. Warnings of tasks are left to it.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as stdout callback in C(ansible.cfg)
"""

import atexit
import os
import shutil
import sys
import time
from typing import Any

from ansible.plugins.callback.default import CallbackModule as Default
from ansible.utils.display import Display

from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.events import Events, is_plan
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.failure import message_of
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.run import Run
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.screen import Screen
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.ticker import Ticker

_TICK_SECONDS = 0.5
_DEBUG = ("debug", "ansible.builtin.debug", "ansible.legacy.debug")


class Phases(Events):
    """The quiet output. Its ticker and Ansible's two threads take turns by the lock of the events."""

    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "slipway.deploy.phases"

    def __init__(self) -> None:
        super().__init__()
        self._show = self._display.display
        is_terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._screen = Screen(self._line, self._write, _columns if is_terminal else None)
        self.history: Run = Run(self._screen, time.monotonic, is_plan())
        self._ticker: Ticker | None = None

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Print the header."""
        super().v2_playbook_on_start(playbook)
        self._take_over()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Print the totals."""
        self._hand_back()
        super().v2_playbook_on_stats(stats)

    def v2_on_file_diff(self, result: Any) -> None:
        """Keep differences for the place under their phase."""
        single = result.result
        differences = [
            self._get_diff(item["diff"])
            for item in single.get("results", [single])
            if isinstance(item, dict) and item.get("diff") and item.get("changed")
        ]
        shown = [difference.strip("\n") for difference in differences if difference.strip()]
        if shown:
            with self._lock:
                heading = f"    {self._name(result.task)} on {result.host.name}"
                self.history.note([heading, *shown, ""])

    def _hear(self, result: Any) -> None:
        super()._hear(result)
        message = result.result.get("msg")
        if result.task.action in _DEBUG and isinstance(message, str | list):
            self.history.note(message_of(result.result))

    # The terminal

    def _take_over(self) -> None:
        """Let the line that is drawn again give way to whatever else is printed, until the run ends."""
        process = os.getpid()

        def show(*arguments: Any, **options: Any) -> None:
            if os.getpid() != process:  # a worker: it sends what it says to us
                self._show(*arguments, **options)
                return
            with self._lock:
                self._screen.erase()
                self._show(*arguments, **options)

        self._display.display = show
        atexit.register(self._stopped)
        self._ticker = Ticker(self._tick, _TICK_SECONDS)
        self._ticker.start()

    def _hand_back(self) -> None:
        if self._ticker:
            self._ticker.stop()
            self._ticker = None
            atexit.unregister(self._stopped)
            self._display.display = self._show

    def _stopped(self) -> None:
        """Say where a run was that did not come to its end."""
        self._hand_back()
        with self._lock:
            self.history.close_phase(stopped=True)

    def _tick(self) -> None:
        with self._lock:
            if self._ticker:
                self.history.tick()

    def _line(self, line: str) -> None:
        self._show(line)
        sys.stdout.flush()

    def _write(self, text: str) -> None:
        self._show(text, screen_only=True, newline=False)
        sys.stdout.flush()


def _columns() -> int:
    return shutil.get_terminal_size().columns


# Ansible's own verbosity gives Ansible's own output.
CallbackModule: type[Any] = Default if Display().verbosity else Phases
