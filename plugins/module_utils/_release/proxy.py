# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Point the host's proxy at a slot; how it does that is the role proxy's concern."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from .._errors import SlipwayError
from .programs import last_lines, run

PROGRAM = Path("/usr/local/lib/slipway/point-proxy")
_SECONDS = 60


def require() -> None:
    """Raise SlipwayError on a host without the program."""
    if not PROGRAM.is_file():
        raise SlipwayError("app_routes need a proxy, and this host has none", "run role proxy first")


def point(app: str, upstreams: Mapping[str, str]) -> bool:
    """Make the proxy lead to these addresses, and return whether it did not before.

    Raises SlipwayError when it keeps the previous ones.
    """
    if not upstreams:
        return False
    finished = run([str(PROGRAM), app], _SECONDS, given=json.dumps(upstreams, sort_keys=True))
    if finished.problem:
        said = " | ".join(last_lines(finished.reported or finished.printed, 4)) or finished.problem
        raise SlipwayError(f"the proxy keeps leading to where it did: {said.removesuffix('.')}")
    return finished.printed.strip() != "unchanged"
