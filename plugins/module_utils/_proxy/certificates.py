# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which hosts have a certificate, seen on the server where the ACME client keeps it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .._errors import SlipwayError

_INTERVAL = 1.0  # seconds
_COMMAND_SECONDS = 30


def without(files: dict[str, Path]) -> list[str]:
    """Return the names whose file holds no certificate, or one that has expired."""
    return [name for name, file in files.items() if not _is_valid(file)]


def wait(files: dict[str, Path], seconds: float, log: Sequence[str]) -> None:
    """Wait until every name has a certificate; ``log`` is the command that prints what the ACME client said.

    :raises SlipwayError: when ``seconds`` have passed, with the client's own words.
    """
    deadline = time.monotonic() + seconds
    while missing := without(files):
        if time.monotonic() >= deadline:
            said = _said(log)
            reasons = [f"{name} ({reason(said, name)})" for name in missing]
            raise SlipwayError(
                f"no certificate within {seconds:.0f} s for {', '.join(reasons)}",
                "the proxy keeps trying; mend what the CA names, then run it again",
            )
        time.sleep(_INTERVAL)


def obtain(files: dict[str, Path], command: Sequence[str], seconds: float) -> None:
    """Run the ACME client, once, after which every name has a certificate.

    :raises SlipwayError: with the client's own words, which begin with the names.
    """
    done = _run(command, seconds)
    if missing := without(files):
        said = " | ".join((done.stdout + done.stderr).split("\n")).strip(" |.") or ", ".join(missing)
        raise SlipwayError(f"no certificate for {said}", "mend what the CA names, then run it again")


def reason(log: str, name: str) -> str:
    """Return the last error about this name in Caddy's log, which is a JSON object in each line."""
    last = "its log names no error"
    for line in log.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("identifier") == name and entry.get("error"):
            last = str(entry["error"])
    return last


def _is_valid(file: Path) -> bool:
    if not file.is_file():
        return False
    return _run(["openssl", "x509", "-in", str(file), "-noout", "-checkend", "0"]).returncode == 0


def _said(log: Sequence[str]) -> str:
    if not log:
        return ""
    done = _run(log)
    return done.stdout + done.stderr


def _run(command: Sequence[str], seconds: float = _COMMAND_SECONDS) -> subprocess.CompletedProcess[str]:
    try:
        # This runs without a module object, so there is no run_command.
        return subprocess.run(  # pylint: disable=ansible-bad-function
            command, capture_output=True, text=True, timeout=seconds, check=False
        )
    except FileNotFoundError as error:
        raise SlipwayError(
            f"{command[0]} is not installed", f"install it: apt-get install {command[0]}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise SlipwayError(f"{command[0]} did not end within {seconds:.0f} s") from error
