# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of a guard: ask over fresh connections until the host's verdict is final."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Sequence
from typing import Any

from .._errors import SlipwayError
from .journal import journal_directory

# Seconds that a host has, once its timer has fired, to restore its files and to be reached again.
RECOVERY_SECONDS = 90
_PAUSE_SECONDS = 1.0
_KEY = "slipway_guard"


def question(name: str, token: str, python: str) -> str:
    """Return the shell command that confirms the transaction, or tells what has become of it."""
    program = shlex.quote(str(journal_directory(name) / "revert.pyz"))
    nothing = shlex.quote(json.dumps({_KEY: {"state": "unknown"}}))
    confirm = f"{shlex.quote(python)} -I {program} {shlex.quote(name)} confirm {shlex.quote(token)}"
    return f"if test -e {program}; then {confirm}; else echo {nothing}; fi"


def read_answer(output: str) -> dict[str, Any] | None:
    """Return the host's answer from what the command has printed, greetings of a login around it or not."""
    for line in output.splitlines():
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and isinstance(answer.get(_KEY), dict):
            return dict(answer[_KEY])
    return None


def verdict(
    ask: Callable[[], dict[str, Any] | None],
    seconds: int,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any] | None:
    """Return the final answer of ``ask``, or None when none came in time.

    ``ask`` makes one attempt over a fresh connection: None is no answer, ``unfinished`` an unfinished one.
    Every attempt within the guard's ``seconds`` can still confirm; afterwards the host has to come back.
    """
    deadline = clock() + seconds + RECOVERY_SECONDS
    while True:
        answer = ask()
        if answer is not None and answer["state"] != "unfinished":
            return answer
        if clock() >= deadline:
            return None
        sleep(_PAUSE_SECONDS)


def refuse_unconfirmed(answer: dict[str, Any] | None, files: Sequence[str], seconds: int) -> None:
    """Raise SlipwayError unless ``answer`` confirms; it says what the host has done about ``files``."""
    if answer is not None and answer["state"] == "confirmed":
        return
    changed = f"the change of {', '.join(files) or 'no file'}"
    if answer is None:
        raise SlipwayError(
            f"{changed} could not be confirmed, and the host has not answered since",
            f"it restores the previous state by itself after {seconds} s; look at it on its console",
        )
    if answer["state"] == "unknown":
        raise SlipwayError(f"{changed} could not be confirmed, since the host has no note of it left")
    when = "when it was rebooted" if answer["by"] == "boot" else f"after {seconds} s"
    what = f"{changed} was not confirmed over a fresh connection, so the host restored the previous state"
    if answer["problems"]:
        raise SlipwayError(f"{what} {when}, but not wholly: {'; '.join(answer['problems'])}")
    raise SlipwayError(f"{what} by itself {when}", "make the change let the controller in")
