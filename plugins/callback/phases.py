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
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase
from ansible.plugins.callback.default import CallbackModule as Default
from ansible.utils.display import Display

from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.failure import (
    Failure,
    message_of,
    summary_of,
    unreachable_message_of,
)
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.rescue import is_rescued
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.run import Run
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.screen import Screen
from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.ticker import Ticker

_TICK_SECONDS = 0.5
_DEBUG = ("debug", "ansible.builtin.debug", "ansible.legacy.debug")


class Phases(CallbackBase):
    """The quiet output. Its ticker and Ansible's two threads take turns by ``_lock``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "slipway.deploy.phases"

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._show = self._display.display
        # By host: what the failed items of its running loop said.
        self._items: dict[str, list[str]] = defaultdict(list)
        # By the task's id: its name with the variables filled in, as only the start of the task has it.
        self._names: dict[str, str] = {}
        is_terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        screen = Screen(self._line, self._write, _columns if is_terminal else None)
        self._screen = screen
        self._run = Run(screen, time.monotonic, bool(context.CLIARGS.get("check")))
        self._ticker: Ticker | None = None

    # The run

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Print the header."""
        with self._lock:
            plays = playbook.get_plays()
            self._run.begin(_environment(), _hosts(plays), [_phase_name(play) for play in plays])
        self._take_over()

    def v2_playbook_on_vars_prompt(self, *_: Any, **__: Any) -> None:
        """Leave the terminal to a question."""
        with self._lock:
            self._run.close_phase()

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Begin a phase."""
        with self._lock:
            self._run.phase(play._uuid, _phase_name(play))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Say so in the phase's line."""
        with self._lock:
            self._run.nothing_matches()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Print the totals."""
        self._hand_back()
        with self._lock:
            changed = {host: stats.summarize(host)["changed"] for host in stats.processed}
            self._run.end(changed, [*stats.failures, *stats.dark])

    # The tasks

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Learn the task's name."""
        self._names[task._uuid] = _task_name(task)

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """Learn the handler's name."""
        self._names[task._uuid] = _task_name(task)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Show what is waited for."""
        with self._lock:
            self._items.pop(host.name, None)
            self._run.task(host.name, self._name(task))

    def v2_runner_on_ok(self, result: Any) -> None:
        """Count a change, take a summary, keep a message."""
        host = result.host.name
        with self._lock:
            self._run.done(host, result.is_changed())
            if "results" not in result.result:
                self._say(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Take a loop's items one by one."""
        with self._lock:
            self._say(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Wait no longer."""
        with self._lock:
            self._run.done(result.host.name)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Keep what an item said until its loop has ended."""
        message = message_of(result.result)
        # An item may be a secret; the label is what its author wants to be seen.
        label = result.task.loop_control and result.task.loop_control.label
        if label and not result.result.get("_ansible_no_log") and "censored" not in result.result:
            message = f"{result.result.get('_ansible_item_label', label)}: {message}"
        with self._lock:
            self._items[result.host.name].append(message)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Keep a failure for its phase, unless somebody takes care of it."""
        host = result.host.name
        with self._lock:
            failure = Failure(
                self._name(result.task),
                host,
                message_of(result.result, self._items.pop(host, [])),
                summary_of(result.result),
            )
            if ignore_errors:
                self._run.done(host, result.is_changed())
            elif is_rescued(result.task):
                self._run.rescued(failure)
            else:
                self._run.failed(failure)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Keep it for its phase, with the mend."""
        with self._lock:
            if result.task.ignore_unreachable:
                self._run.done(result.host.name)
                return
            message = unreachable_message_of(result.result)
            self._run.failed(
                Failure(self._name(result.task), self.host_label(result), message, unreachable=True)
            )

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
                self._run.note([heading, *shown, ""])

    def _say(self, result: Any) -> None:
        self._run.summary(result.host.name, summary_of(result.result))
        message = result.result.get("msg")
        if result.task.action in _DEBUG and isinstance(message, str | list):
            self._run.note(message_of(result.result))

    def _name(self, task: Any) -> str:
        return self._names.get(task._uuid) or _task_name(task)

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
            self._run.close_phase(stopped=True)

    def _tick(self) -> None:
        with self._lock:
            if self._ticker:
                self._run.tick()

    def _line(self, line: str) -> None:
        self._show(line)
        sys.stdout.flush()

    def _write(self, text: str) -> None:
        self._show(text, screen_only=True, newline=False)
        sys.stdout.flush()


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _environment() -> str:
    """Return the names of the inventories' folders; an inventory that is a list of hosts has none."""
    sources = [
        Path(source).resolve() for source in context.CLIARGS.get("inventory") or () if "," not in source
    ]
    return " + ".join(dict.fromkeys((path if path.is_dir() else path.parent).name for path in sources))


def _hosts(plays: list[Any]) -> list[str]:
    """Return the hosts of the plays; the controller counts only where there is no other."""
    names: dict[str, None] = {}
    for play in plays:
        inventory = play.get_variable_manager()._inventory
        # A pattern with variables is known when its play begins.
        patterns = [play.hosts] if isinstance(play.hosts, str) else play.hosts
        for pattern in patterns:
            if inventory and "{{" not in pattern:
                names.update(dict.fromkeys(host.name for host in inventory.get_hosts(pattern)))
    return [name for name in names if name != "localhost"] or list(names)


def _phase_name(play: Any) -> str:
    name: str = play.get_name()
    return name.strip().lower()


def _task_name(task: Any) -> str:
    name: str = task.get_name(include_role_fqcn=False)
    return name.strip().replace(" : ", ": ", 1)


# Ansible's own verbosity gives Ansible's own output.
CallbackModule: type[Any] = Default if Display().verbosity else Phases
