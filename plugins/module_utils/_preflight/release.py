# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the release role's variables must be beyond their types: ports that can exist, times to wait."""

from __future__ import annotations

from collections.abc import Iterator

from .given import Given
from .problem import Problem

LOWEST_PORT = 1024
HIGHEST_BASE = 65536 - 200  # both slots' ranges must fit
LONGEST_DRAIN = 3600


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    base = given.int("release_port_base") or 0
    if not LOWEST_PORT <= base <= HIGHEST_BASE:
        mend = f"write one from {LOWEST_PORT} to {HIGHEST_BASE}"
        yield Problem("release_port_base", f"{base} is no port that 200 can be counted from", mend)
    if (given.int("release_health_timeout") or 0) < 1:
        yield Problem(
            "release_health_timeout", "no container is healthy before it starts", "write at least 1"
        )
    drain = given.int("release_drain") or 0
    if not 0 <= drain <= LONGEST_DRAIN:
        yield Problem("release_drain", f"{drain} s is no time to wait", f"write 0 to {LONGEST_DRAIN}")
    if (given.int("release_keep") or 0) < 2:
        what = "the release that serves and the one before are the least to remember"
        yield Problem("release_keep", what, "write at least 2")
