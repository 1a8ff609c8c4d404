# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run a command of a transaction: an argument list, no shell, a limit in time, one locale."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

# Root's own PATH: what a connection brings along differs between login, sudo and su.
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LAST_LINES = 6


@dataclass(frozen=True)
class Finished:
    """A command that has ended; ``problem`` is empty when it ended well."""

    command: str
    problem: str = ""
    output: str = ""

    def __str__(self) -> str:
        """Return one phrase: the command, what went wrong with it, and the end of its output."""
        lines = [line.rstrip() for line in self.output.splitlines() if line.strip()]
        said = " | ".join(lines[-_LAST_LINES:])
        return f"`{self.command}` {self.problem}" + (f": {said}" if said else "")


def find_program(name: str) -> str | None:
    """Return the absolute path of a program, or None; sshd and others insist on being called by it."""
    return shutil.which(name, path=SEARCH_PATH)


def run(argv: Sequence[str], seconds: int) -> Finished:
    """Run ``argv`` for at most ``seconds``, then kill it and what it has started.

    The output goes to a file instead of a pipe: a daemon started by the command keeps its output open, and
    nobody waits for it.
    """
    command = shlex.join(argv)
    program = find_program(argv[0])
    if program is None:
        return Finished(command, "cannot run, since the host has no such program")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    environment.update(LANG="C.UTF-8", LC_ALL="C.UTF-8", PATH=SEARCH_PATH)
    with tempfile.TemporaryFile() as output:
        try:
            # The guard runs this without Ansible, so there is no run_command.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                [program, *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            return Finished(command, f"cannot run: {error.strerror}")
        problem = _wait(process, seconds)
        output.seek(0)
        return Finished(command, problem, output.read().decode(errors="replace"))


def _wait(process: subprocess.Popen[bytes], seconds: int) -> str:
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"did not end within {seconds} s"
    if code == 0:
        return ""
    return f"ended with {code}" if code > 0 else f"was killed by signal {-code}"
