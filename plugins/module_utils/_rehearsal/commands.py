# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Commands in the services' containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._engine import engine_errors
from .._errors import SlipwayError

if TYPE_CHECKING:
    from docker.models.containers import Container

_SHOWN_CHARACTERS = 800


def run_in(container: Container, command: list[str], doing: str, timeout: int) -> str:
    """Run a command as root in a container for at most ``timeout`` seconds, and return what it printed.

    :param doing: what the error says was being done.
    :raises SlipwayError: with the end of its output, when it fails.
    """
    with engine_errors(doing):
        # demux: output and errors come apart, as a pair of which either may be None.
        answer: Any = container.exec_run(["timeout", str(timeout), *command], demux=True, user="root")
    output, errors = ((part or b"").decode(errors="replace") for part in answer.output)
    if answer.exit_code:
        said = (errors or output).strip()[-_SHOWN_CHARACTERS:] or f"it ended with {answer.exit_code}"
        raise SlipwayError(f"{doing} failed: {said}", f"look at docker logs {container.name}")
    return str(output)
