# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prisma says, after the templates of its messages in prisma 7.10: the program has not been run."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.prisma import Prisma
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.tool import State
from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import Finished

KNOWN = ["20260101000000_init", "20260102000000_notes", "20260103000000_files"]
HEAD = """Loaded Prisma config from prisma.config.ts.
Prisma schema loaded from prisma/schema.prisma.
Datasource "db": PostgreSQL database "app", schema "public" at "postgres:5432"

3 migrations found in prisma/migrations
"""


def state(printed: str, reported: str = "", problem: str = "ended with 1") -> State:
    def run(argv: Sequence[str]) -> Finished:
        if argv[0] == "node":
            return Finished("node", "", "slipway:" + json.dumps({"known": KNOWN, "applied": []}) + "\n")
        return Finished("npx prisma migrate status", problem, HEAD + printed, reported)

    return Prisma().state(run)


def test_up_to_date() -> None:
    assert state("\n\nDatabase schema is up to date!\n", problem="").applied == tuple(KNOWN)


def test_behind() -> None:
    behind = state(
        "Following migrations have not yet been applied:\n20260102000000_notes\n20260103000000_files\n\n"
        "To apply migrations in development run npx prisma migrate dev.\n"
    )
    assert (behind.applied, behind.pending) == (tuple(KNOWN[:1]), tuple(KNOWN[1:]))


def test_diverged() -> None:
    diverged = state(
        "",
        "Your local migration history and the migrations table from your database are different:\n\n"
        "The last common migration is: 20260101000000_init\n\n"
        "The migration have not yet been applied:\n20260103000000_files\n\n"
        "The migrations from the database are not found locally in prisma/migrations:\n20251231000000_old\n",
    )
    assert diverged.pending == ("20260103000000_files",)
    assert diverged.unknown == ("20251231000000_old",)


def test_failed() -> None:
    failed = state(
        "",
        "Following migration have failed:\n20260103000000_files\n\n"
        "During development if the failed migration(s) have not been deployed\n",
    )
    assert (failed.failed, failed.pending) == (("20260103000000_files",), ("20260103000000_files",))


def test_any_other_answer_is_a_failure() -> None:
    with pytest.raises(SlipwayError, match=r"reading the migrations of the database failed.*P1001"):
        state("", "Error: P1001: Can't reach database server at `postgres:5432`\n")
