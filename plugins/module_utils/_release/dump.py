# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A dump of the database before it is migrated: quick to have, and no backup: nobody has restored it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .._errors import SlipwayError
from . import disk
from .engine import Engine
from .programs import last_lines, run
from .state import make_directory

PROJECT = "slipway-postgres"  # the role postgres's Compose project
KEPT = 3
_SECONDS = 1800
_HOST = "postgres"  # the database's name on Docker's network
_SCHEMES = ("postgres", "postgresql")
# Over the container's own socket as its superuser: no password is needed, nor is one in an argument.
_DUMP = 'exec pg_dump --format=custom --username="${POSTGRES_USER:-postgres}" --dbname="$1"'


def databases(environments: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the databases of the host's own Postgres that the environments lead to."""
    found: dict[str, None] = {}
    for environment in environments:
        for value in environment.values():
            scheme, _colon, _rest = value.partition("://")
            if scheme.partition("+")[0] not in _SCHEMES:
                continue
            try:
                address = urlsplit(value)
                ours = address.hostname == _HOST
            except ValueError:
                continue
            if ours and address.path.strip("/"):
                found[unquote(address.path.strip("/"))] = None
    return list(found)


def dump(engine: Engine, directory: Path, database: str, holding: Iterable[int] = ()) -> Path:
    """Write a dump for ``pg_restore`` below the directory and return its path; older ones go.

    Raises SlipwayError when the database is not there or cannot be read wholly.
    """
    containers = engine.containers(PROJECT, running=True)
    if not containers:
        raise SlipwayError(
            "the host's Postgres does not run, so there is no dump before migrating", "run role postgres"
        )
    make_directory(directory)
    for litter in directory.glob(".*"):
        litter.unlink()
    name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}-{_safe(database)}.dump"
    temporary = directory / f".{name}"
    words = ["docker", "exec", str(containers[0]["Id"]), "sh", "-c", _DUMP, "sh", database]
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        finished = run(words, _SECONDS, into=stream, holding=holding)
        stream.flush()
        os.fsync(stream.fileno())
    if finished.problem or not temporary.stat().st_size:
        temporary.unlink()
        said = " | ".join(last_lines(finished.reported, 3)) or finished.problem or "it is empty"
        mend = disk.MEND if disk.FULL.search(said) else ""
        raise SlipwayError(f"the dump of {database} before migrating failed: {said.removesuffix('.')}", mend)
    temporary.rename(directory / name)
    for old in sorted(directory.glob(f"*-{_safe(database)}.dump"))[:-KEPT]:
        old.unlink()
    return directory / name


def _safe(database: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in database)
