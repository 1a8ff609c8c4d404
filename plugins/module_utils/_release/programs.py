# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run a program on the host: an argument list, no shell, a limit in time, its two outputs apart."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from .._configure.commands import SEARCH_PATH, find_program

_LAST_LINES = 8
_TRACE = re.compile(
    r"Traceback \(most recent call last\):|The above exception was|During handling of the above"
)
_FRAME = re.compile(r"\s+at \S")  # of Node


@dataclass(frozen=True)
class Finished:
    """A program that has ended; ``problem`` is empty when it ended well."""

    command: str
    problem: str = ""
    printed: str = ""
    """Its standard output."""
    reported: str = ""
    """Its standard error."""

    def __str__(self) -> str:
        """Return one phrase: the command, what went wrong with it, and the end of what it said."""
        said = " | ".join(last_lines(_without_frames(self.printed + "\n" + self.reported), _LAST_LINES))
        return f"`{self.command}` {self.problem}" + (f": {said}" if said else "")


def run(
    argv: Sequence[str],
    seconds: float,
    *,
    given: str = "",
    environment: Mapping[str, str] | None = None,
    into: IO[bytes] | None = None,
    holding: Iterable[int] = (),
) -> Finished:
    """Run ``argv`` for at most ``seconds``, then kill it and what it has started.

    ``given`` is its standard input, ``environment`` what it sees beside root's usual, ``into`` a file for its
    standard output. The descriptors ``holding`` stay open in it, so that a lock outlives a killed parent.
    """
    command = shlex.join(argv)
    program = find_program(argv[0])
    if program is None:
        return Finished(command, "cannot run, since the host has no such program")
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as reported:
        try:
            # The output must not go through Ansible's own run_command, which logs the arguments.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                [program, *argv[1:]],
                stdin=subprocess.PIPE,
                stdout=into or printed,
                stderr=reported,
                cwd="/",
                env={**(environment or {}), **_usual()},
                start_new_session=True,
                pass_fds=tuple(holding),
            )
        except OSError as error:
            return Finished(command, f"cannot run: {error.strerror}")
        problem = _wait(process, given.encode(), seconds)
        return Finished(command, problem, _text(printed), _text(reported))


def last_lines(text: str, count: int) -> list[str]:
    """Return the last lines of a text that are not empty."""
    return [line.rstrip() for line in text.splitlines() if line.strip()][-count:]


def _without_frames(text: str) -> str:
    """Leave out where in its own code a program has failed; what has failed is the line behind."""
    kept, inside = [], False
    for line in text.splitlines():
        inside = bool(_TRACE.match(line)) or (inside and line[:1] in ("", " "))
        if not inside and not _FRAME.match(line):
            kept.append(line)
    return "\n".join(kept)


def _usual() -> dict[str, str]:
    home = os.environ.get("HOME", "/root")
    return {"HOME": home, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PATH": SEARCH_PATH}


def _wait(process: subprocess.Popen[bytes], given: bytes, seconds: float) -> str:
    try:
        process.communicate(given, seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"did not end within {seconds:.0f} s"
    code = process.returncode
    if code == 0:
        return ""
    return f"ended with {code}" if code > 0 else f"was killed by signal {-code}"


def _text(stream: IO[Any]) -> str:
    stream.seek(0)
    return str(stream.read().decode(errors="replace"))
