# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment that benchmarks run in, its hosts, and running a command with a clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import yaml

from .memory import Memory

CHECKOUT = Path(__file__).resolve().parents[2]
INVENTORY = CHECKOUT / "tests" / "inventories" / "bench"
BIN = Path(sys.executable).parent
HOST = "bench-1"
PUBLISHED = ["postgres", "redis", "caddy", "versitygw", "reference-api:1.0.0", "reference-web:1.0.0"]
# Stages on the way to a figure are no evidence.
SETTINGS = {"ANSIBLE_STDOUT_CALLBACK": "default", "SLIPWAY_EVIDENCE": "off"}


@contextmanager
def network() -> Iterator[None]:
    """Have the rehearsal's network with a full registry, without hosts; take everything away afterwards."""
    try:
        timed(playbook("playbooks/rehearse_up.yml", "-e", json.dumps({"rehearsal_images": PUBLISHED})))
        yield
    finally:
        timed(playbook("playbooks/rehearse_down.yml"))


def playbook(path: str, *arguments: str) -> list[str]:
    """Return the command that runs a playbook on the host of the benchmark."""
    return [str(BIN / "ansible-playbook"), path, "-i", str(INVENTORY), *arguments]


def server(name: str, **options: Any) -> list[str]:
    """Return the command that has a server of the environment."""
    arguments = json.dumps({"environment": INVENTORY.name, "name": name, **options})
    command = [str(BIN / "ansible"), "localhost", "-i", str(INVENTORY)]
    return [*command, "-m", "slipway.deploy.server", "-a", arguments]


def connection() -> dict[str, Any]:
    """Return how Ansible reaches the host of the benchmark."""
    known: dict[str, Any] = yaml.safe_load((INVENTORY / "host_vars" / HOST / "server.yml").read_text())
    return known


def ssh() -> list[str]:
    """Return the beginning of a command that runs something on the host of the benchmark."""
    known = connection()
    options = ["-i", known["ansible_ssh_private_key_file"], *known["ansible_ssh_common_args"].split()]
    return ["ssh", *options, f"{known['ansible_user']}@{known['ansible_host']}"]


def timed(
    command: Sequence[str], memory: Memory | None = None, given: str | None = None
) -> tuple[float, str]:
    """Run a command and return its seconds and output; stop when it fails."""
    started = time.perf_counter()
    running = subprocess.Popen(
        command,
        env={**os.environ, **SETTINGS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    with running, memory.follow(running.pid) if memory else nullcontext():
        output, errors = running.communicate(given)
    if running.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{output[-3000:]}{errors[-3000:]}")
    return time.perf_counter() - started, output
