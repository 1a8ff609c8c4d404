# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an action inside the test's process, preflight mostly, on an inventory read from real files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugin_loader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

HOST = "web1"
HOST_ANSWER = """\
client=203.0.113.7
user=root
architecture=x86_64
free_root=20971520
free_var=20971520
memory=4194304
container=no
os_VERSION_ID="13"
os_VERSION_CODENAME=trixie
os_ID=debian
"""


class Bench:
    """An inventory in a folder of its own, and the answer that its only host gives when it is asked."""

    def __init__(self, folder: Path) -> None:
        self.inventory = folder / "inventory"
        self.variables = self.inventory / "group_vars" / "all.yml"
        self.variables.parent.mkdir(parents=True)
        (self.inventory / "hosts.yml").write_text(f"all:\n  hosts:\n    {HOST}:\n")
        self.host_answer = HOST_ANSWER
        self.questions = 0
        self.sent: dict[str, Any] = {}
        """By name: what a module was sent with; it answers that it has changed something."""

    def write(self, variables: str) -> None:
        """Have this YAML as the inventory's ``group_vars/all.yml``."""
        self.variables.write_text(variables)

    def answer(self, **lines: str) -> None:
        """Have the host answer these lines otherwise, the rest as before."""
        for name, value in lines.items():
            self.host_answer = re.sub(
                rf"^{name}=.*$", f"{name}={value}", self.host_answer, flags=re.MULTILINE
            )

    def preflight(self, *roles: str, connect: bool = True) -> dict[str, Any]:
        """Run the action for these roles and return its result."""
        return self.run("preflight", {"roles": list(roles), "connect": connect})

    def run(self, action_name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run an action of this collection and return its result."""
        loader = DataLoader()
        inventory = InventoryManager(loader=loader, sources=[str(self.inventory)])
        manager = VariableManager(loader=loader, inventory=inventory)
        host = inventory.get_host(HOST)
        assert host is not None
        task_vars = manager.get_vars(host=host)
        task = Task.load({f"slipway.deploy.{action_name}": arguments}, loader=loader)
        action = plugin_loader.action_loader.get(
            f"slipway.deploy.{action_name}",
            task=task,
            connection=Mock(),
            play_context=PlayContext(),
            loader=loader,
            templar=Templar(loader=loader, variables=task_vars),
            shared_loader_obj=plugin_loader,
        )
        action._low_level_execute_command = self._answer
        action._execute_module = self._send
        result: dict[str, Any] = action.run(task_vars=task_vars)
        return result

    def _answer(self, command: str, sudoable: bool) -> dict[str, Any]:
        assert not sudoable, "a question needs no privileges"
        self.questions += 1
        return {"rc": 0, "stdout": self.host_answer, "stderr": ""}

    def _send(self, name: str, arguments: dict[str, Any] | None = None, **_unused: Any) -> dict[str, Any]:
        self.sent[name] = arguments
        return {"changed": True}
