# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be wrong with the variables of the role ``server``, beyond their types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .formats import is_address
from .given import Given
from .problem import Problem

EXISTING = "existing"


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the addresses of a machine that is there, or the key for one to be made."""
    yield from _addresses(given)
    if given.str("server_provider") != EXISTING:
        yield from _key(given)


def _addresses(given: Given) -> Iterator[Problem]:
    addresses = given.list("server_addresses")
    if given.str("server_provider") == EXISTING and not addresses:
        what = "nobody but you knows the public addresses of an existing machine"
        yield Problem("server_addresses", what, "list them, like [203.0.113.7, 2001:db8::7]")
    for index, address in enumerate(addresses):
        if not is_address(address):
            what = f"{address!r} is no address"
            yield Problem(f"server_addresses[{index}]", what, "write it like 203.0.113.7 or 2001:db8::7")


def _key(given: Given) -> Iterator[Problem]:
    key = Path(given.str("server_ssh_key")).expanduser()
    for path in (key, key.with_name(f"{key.name}.pub")):
        if not path.is_file():
            yield Problem(
                "server_ssh_key",
                f"there is no file {path}",
                f"name another key, or make this one with ssh-keygen -t ed25519 -f {key}",
            )
            return
