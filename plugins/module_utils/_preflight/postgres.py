# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the postgres role's variables must be beyond their types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible.module_utils.common.text.formatters import human_to_bytes

from .backing import check_data_directory, check_image, check_secret
from .given import Given
from .problem import Problem
from .supported import MIB

LEAST_MEMORY = 256 * MIB  # a hundred connections, and something to share between them
SHARES = range(5, 81)  # percent; beyond, the host and the app have none
CONNECTIONS = range(10, 1001)  # some are the superuser's; beyond, a pooler serves better

# Identifiers are put in quotes, so this keeps to what needs none in a URL.
_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,62}")
_EXTENSION = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_OWN_DATABASES = ("postgres", "template0", "template1")
_OWN_ROLES = ("postgres", "public", "none")


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    yield from check_image(given, "postgres_image")
    yield from check_secret(given, "postgres_password")
    yield from check_data_directory(given, "postgres_data_directory")
    yield from _name(given, "postgres_user", _OWN_ROLES)
    yield from _name(given, "postgres_database", _OWN_DATABASES)
    for index, extension in enumerate(given.list("postgres_extensions")):
        if not _EXTENSION.fullmatch(extension):
            what = f"{extension!r} is no name of an extension"
            yield Problem(f"postgres_extensions[{index}]", what, "write it like vector or pg_trgm")
    if given.int("postgres_max_connections") not in CONNECTIONS:
        what = f"{given.int('postgres_max_connections')} is too little or too much"
        mend = f"write a number from {CONNECTIONS[0]} to {CONNECTIONS[-1]}"
        yield Problem("postgres_max_connections", what, mend)
    yield from _memory(given)


def _name(given: Given, variable: str, reserved: tuple[str, ...]) -> Iterator[Problem]:
    name = given.str(variable)
    if not _NAME.fullmatch(name):
        mend = "begin with a small letter and use small letters, digits, _ and -, at most 63"
        yield Problem(variable, f"{name!r} is no name that needs no quotes", mend)
    elif name in reserved or name.startswith("pg_"):
        yield Problem(variable, f"{name} is PostgreSQL's own", "choose another name")


def _memory(given: Given) -> Iterator[Problem]:
    written = given.str("postgres_memory")
    memory = given.host.memory if given.host else None
    if share := re.fullmatch(r"(\d{1,3})%", written):
        if int(share[1]) not in SHARES:
            mend = f"write a share from {SHARES[0]}% to {SHARES[-1]}%"
            yield Problem("postgres_memory", f"{written} is too little or too much", mend)
            return
        size = None if memory is None else memory * int(share[1]) // 100
    else:
        try:
            size = human_to_bytes(written)
        except ValueError:
            mend = "write a share like 25%, or a size like 1G"
            yield Problem("postgres_memory", f"{written!r} is neither a share nor a size", mend)
            return
    if size is None:
        return
    if size < LEAST_MEMORY:
        what = f"{written} of this host is {size // MIB} MiB" if share else f"{size // MIB} MiB"
        mend = f"write more, at least {LEAST_MEMORY // MIB}M"
        yield Problem("postgres_memory", f"{what}, too little for PostgreSQL", mend)
    elif memory is not None and size > memory * SHARES[-1] // 100:
        what = f"{written} is more than {SHARES[-1]}% of the host's {memory // MIB} MiB"
        yield Problem("postgres_memory", what, "write less, or get a bigger host")
