# SPDX-License-Identifier: GPL-3.0-or-later
"""Run playbooks of the checkout against an environment on this machine, and look at its hosts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import docker

from support.collection import CHECKOUT

RUN_TIMEOUT_SECONDS = 1800


@dataclass(frozen=True)
class Run:
    """What a playbook run printed, and how it ended."""

    code: int
    output: str

    def changed(self) -> dict[str, int]:
        """Return the number of changed tasks by host, from the recap."""
        recap = self.output.rpartition("PLAY RECAP")[2]
        return {
            host: int(count) for host, count in re.findall(r"^(\S+) .*?changed=(\d+)", recap, re.MULTILINE)
        }


class Rehearsal:
    """One environment on this machine, described by the inventory at ``inventory``."""

    def __init__(self, inventory: str, environment: str) -> None:
        self.inventory, self.environment = inventory, environment
        self.engine = docker.from_env()

    def play(self, playbook: str, *arguments: str, **settings: str) -> Run:
        """Run a playbook by its path in the checkout; a failing run is returned, not raised.

        :param settings: variables of the environment.
        """
        command = [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "-i",
            self.inventory,
            playbook,
            *arguments,
        ]
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "default", **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_TIMEOUT_SECONDS,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def must_play(self, playbook: str, *arguments: str, **settings: str) -> Run:
        """Run a playbook that has to succeed."""
        run = self.play(playbook, *arguments, **settings)
        assert run.code == 0, run.output[-6000:]
        return run

    def on_host(self, host: str, *command: str) -> str:
        """Run a command on a host through the engine, past SSH and firewall; return what it printed."""
        code, output = self.engine.containers.get(f"slipway-{self.environment}-{host}").exec_run(
            list(command)
        )
        assert code == 0, output.decode()
        return output.decode()

    def things(self) -> list[str]:
        """Return the names of all containers, volumes and networks that carry the environment's label."""
        label = {"label": f"slipway.environment={self.environment}"}
        return [
            *(found.name for found in self.engine.containers.list(all=True, filters=label)),
            *(found.name for found in self.engine.volumes.list(filters=label)),
            *(found.name for found in self.engine.networks.list(filters=label)),
        ]

    def down(self) -> None:
        """Take the environment away."""
        self.must_play("playbooks/rehearse_down.yml")
