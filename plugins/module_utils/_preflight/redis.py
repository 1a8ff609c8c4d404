# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the redis role's variables must be beyond their types."""

from __future__ import annotations

from collections.abc import Iterator

from .backing import check_data_directory, check_image, check_memory, check_secret
from .given import Given
from .problem import Problem
from .supported import MIB

LEAST_MEMORY = 16 * MIB  # the empty server takes some of them


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    yield from check_image(given, "redis_image")
    yield from check_secret(given, "redis_password")
    yield from check_data_directory(given, "redis_data_directory")
    yield from check_memory(given, "redis_memory", LEAST_MEMORY)
    size = given.int("redis_memory") or 0
    if given.host and size > given.host.memory // 2:
        what = f"{size // MIB} MiB are more than half of the host's {given.host.memory // MIB} MiB"
        yield Problem("redis_memory", what, "write less, the server copies itself now and then")
