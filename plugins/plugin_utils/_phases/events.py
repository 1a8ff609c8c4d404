# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's events, as what a history is told: the part that the callbacks of this collection share."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase

from .failure import Failure, message_of, summary_of, unreachable_message_of
from .history import History
from .rescue import is_rescued


class Events(CallbackBase):
    """Tells ``history`` what happens, under a lock that others may hold to keep events away."""

    CALLBACK_VERSION = 2.0

    def __init__(self) -> None:
        super().__init__()
        self.history: History
        self._lock = threading.RLock()
        # By host: what the failed items of its running loop said.
        self._items: dict[str, list[str]] = defaultdict(list)
        # By the task's id: its name with the variables filled in, as only the start of the task has it.
        self._names: dict[str, str] = {}
        self._changed_before: Counter[str] = Counter()

    # The run

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Begin."""
        with self._lock:
            plays = playbook.get_plays()
            self.history.begin(environment(), _hosts(plays), [_phase_name(play) for play in plays])

    def v2_playbook_on_vars_prompt(self, *_: Any, **__: Any) -> None:
        """Leave the terminal to a question."""
        with self._lock:
            self.history.close_phase()

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Begin a phase."""
        with self._lock:
            self.history.phase(play._uuid, _phase_name(play))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Say so of the phase."""
        with self._lock:
            self.history.nothing_matches()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """End."""
        with self._lock:
            changed = Counter({host: stats.summarize(host)["changed"] for host in stats.processed})
            # Ansible counts on from one playbook of a command to the next.
            now, self._changed_before = changed - self._changed_before, changed
            self.history.end({host: now[host] for host in changed}, [*stats.failures, *stats.dark])

    # The tasks

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Learn the task's name."""
        self._names[task._uuid] = _task_name(task)

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """Learn the handler's name."""
        self._names[task._uuid] = _task_name(task)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Begin a task."""
        with self._lock:
            self._items.pop(host.name, None)
            self.history.task(host.name, self._name(task))

    def v2_runner_on_ok(self, result: Any) -> None:
        """Count a change and hear what was said."""
        with self._lock:
            self.history.done(result.host.name, result.is_changed())
            if "results" not in result.result:
                self._hear(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Take a loop's items one by one."""
        with self._lock:
            self._hear(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Wait no longer."""
        with self._lock:
            self.history.skipped(result.host.name)

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
                self.history.done(host, result.is_changed())
            elif is_rescued(result.task):
                self.history.rescued(failure)
            else:
                self.history.failed(failure)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Keep it for its phase, with the mend."""
        with self._lock:
            if result.task.ignore_unreachable:
                self.history.done(result.host.name)
                return
            message = unreachable_message_of(result.result)
            self.history.failed(
                Failure(self._name(result.task), self.host_label(result), message, unreachable=True)
            )

    def _hear(self, result: Any) -> None:
        """Take what a good result says, of a loop each item's."""
        self.history.summary(result.host.name, summary_of(result.result))

    def _name(self, task: Any) -> str:
        return self._names.get(task._uuid) or _task_name(task)


def is_plan() -> bool:
    """Whether this is Ansible's check mode."""
    return bool(context.CLIARGS.get("check"))


def environment() -> str:
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
