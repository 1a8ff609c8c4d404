# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be wrong with the variables of the role ``server``, beyond their types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .given import Given
from .problem import Problem


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong: without both halves of the key nobody gets into a new server."""
    key = Path(given.str("server_ssh_key")).expanduser()
    for path in (key, key.with_name(f"{key.name}.pub")):
        if not path.is_file():
            yield Problem(
                "server_ssh_key",
                f"there is no file {path}",
                f"name another key, or make this one with ssh-keygen -t ed25519 -f {key}",
            )
            return
