# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment that benchmarks run in, and running a command with a clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
INVENTORY = CHECKOUT / "tests" / "inventories" / "bench"
BIN = Path(sys.executable).parent


@contextmanager
def network() -> Iterator[None]:
    """Have the rehearsal's network without images or hosts; take everything away afterwards."""
    try:
        timed(playbook("playbooks/rehearse_up.yml", "-e", '{"rehearsal_images": []}'))
        yield
    finally:
        timed(playbook("playbooks/rehearse_down.yml"))


def playbook(path: str, *arguments: str) -> list[str]:
    """Return the command that runs a playbook on the host of the benchmark."""
    return [str(BIN / "ansible-playbook"), path, "-i", str(INVENTORY), *arguments]


def timed(command: Sequence[str]) -> tuple[float, str]:
    """Run a command and return its seconds and output; stop when it fails."""
    started = time.perf_counter()
    environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "default"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.perf_counter() - started, done.stdout
