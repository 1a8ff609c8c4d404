# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host as the foreign firewalls see it: files, commands, units."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .._errors import SlipwayError

# A firewall command waits for others' locks, never for a network.
COMMAND_TIMEOUT = 120  # seconds


class Host:
    """Reads and changes the machine this runs on; ``root`` lets a test put its files elsewhere."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def read(self, path: str) -> str:
        """Return a file's text, empty when there is no such file."""
        try:
            return self._at(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def replace(self, path: str, text: str, test: list[str] | None = None) -> None:
        """Write a file atomically with the owner and mode it has.

        The command ``test``, if there is such a program, must accept the new text on its standard input
        first; raises SlipwayError when it does not.
        """
        target = self._at(path)
        if test and self.has(test[0]):
            self.run(test, stdin=text)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            status = target.stat()
            os.chown(name, status.st_uid, status.st_gid)
            shutil.copymode(target, name)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def has(self, program: str) -> bool:
        """Whether the program is there."""
        return shutil.which(program) is not None

    def run(self, command: list[str], stdin: str | None = None) -> str:
        """Run a command, return its output; raises SlipwayError when it fails or takes too long."""
        try:
            # This runs without a module object, so there is no run_command.
            done = subprocess.run(  # pylint: disable=ansible-bad-function
                command,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=COMMAND_TIMEOUT,
                check=True,
                env={**os.environ, "LC_ALL": "C"},
            )
        except subprocess.CalledProcessError as error:
            said = (error.stderr or error.stdout).strip().splitlines()
            raise SlipwayError(
                f"{' '.join(command)} failed: {said[-1] if said else 'it said nothing'}"
            ) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SlipwayError(f"{' '.join(command)} failed: {error}") from error
        return done.stdout

    def units_in_use(self, *units: str) -> set[str]:
        """Return those of the systemd units that run or would start at boot."""
        query = ["systemctl", "show", "--property=Id,ActiveState,UnitFileState", *units]
        in_use = set()
        for block in self.run(query).strip().split("\n\n"):
            state = dict(line.split("=", 1) for line in block.splitlines())
            if (
                state["ActiveState"] in ("active", "activating", "reloading")
                or state["UnitFileState"] == "enabled"
            ):
                in_use.add(state["Id"])
        return in_use

    def _at(self, path: str) -> Path:
        return self._root / path.lstrip("/")
