# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where probes are sent from: the controller itself, or in the rehearsal a container outside the hosts."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from .._engine import connect, docker, engine_errors
from .._errors import SlipwayError

if TYPE_CHECKING:
    from .ports import Run


def controller(timeout: int) -> Run:
    """Run commands on the controller, each for at most ``timeout`` seconds."""

    def run(command: Sequence[str]) -> str:
        try:
            # This runs without a module object, so there is no run_command.
            done = subprocess.run(  # pylint: disable=ansible-bad-function
                command, capture_output=True, text=True, timeout=timeout, check=False
            )
        except FileNotFoundError as error:
            raise SlipwayError(
                f"{command[0]} is not installed", f"install it: apt-get install {command[0]}"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise SlipwayError(f"{command[0]} did not end within {timeout} s") from error
        return _checked(command, done.returncode, done.stdout, done.stderr)

    return run


def container(name: str, timeout: int) -> Run:
    """Run commands in a container of this machine, each for at most ``timeout`` seconds."""
    engine = connect()
    with engine_errors(f"Looking for the vantage point {name}"):
        try:
            found = engine.containers.get(name)
        except docker.errors.NotFound:
            raise SlipwayError(
                f"vantage: no container {name} is here", "run playbooks/rehearse_up.yml first"
            ) from None

    def run(command: Sequence[str]) -> str:
        with engine_errors(f"Running {command[0]} in {name}"):
            code, output = found.exec_run(["timeout", str(timeout), *command], demux=True)
        streams = cast("tuple[bytes | None, bytes | None]", output)
        stdout, stderr = ((stream or b"").decode(errors="replace") for stream in streams)
        return _checked(command, code or 0, stdout, stderr)

    return run


def _checked(command: Sequence[str], code: int, stdout: str, stderr: str) -> str:
    if code != 0:
        last = (stderr or stdout).strip().splitlines()[-1:] or ["nothing"]
        raise SlipwayError(f"{command[0]} ended with {code} and said: {last[0]}")
    return stdout
