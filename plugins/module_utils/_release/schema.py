# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The step of a release that brings schemas to the new images' state: read, dump, migrate, prove."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .._app.migration import Migration
from .._errors import SlipwayError
from .._migrations.container import OneOff
from .._migrations.proof import Proof, examine, migrate
from .._migrations.tool import State
from .._migrations.tools import tool_of
from .compose import Compose
from .dump import databases, dump
from .engine import Engine
from .plan import Plan
from .slots import SLOTS
from .state import Record

_PAUSE_SECONDS = 1.0
_REFUSED = re.compile(r"\bauthentication failed\b", re.IGNORECASE)


@dataclass(frozen=True)
class Migrated:
    """What came of it: a proof by service, and the dumps that were made before."""

    proofs: dict[str, Proof]
    dumps: tuple[Path, ...] = ()


def bring_up(
    plan: Plan, compose: Compose, engine: Engine, dumps: Path, serving: Record | None = None
) -> Migrated:
    """Run the app's migrations from the new images, each proven.

    A schema that is newer than an image stops it, but for one that serves on that schema already.

    Raises SlipwayError when one cannot begin, before any has; when one fails, with the dump to go back to.
    """
    app = plan.order.app
    wanted = [(migration, _run(migration, compose)) for migration in app.migrations]
    states = [_state(plan, migration, run, serving) for migration, run in wanted]
    made: list[Path] = []
    if any(state.pending for state in states) and "postgres" in app.backing:
        environments = [plan.environments[migration.service] for migration in app.migrations]
        made = [dump(engine, dumps, name, compose.holding) for name in databases(environments)]
    proofs = {}
    for (migration, run), before in zip(wanted, states, strict=True):
        try:
            proofs[migration.service] = migrate(tool_of(migration), migration.service, run, before)
        except SlipwayError as error:
            kept = f"the dump from before is {', '.join(map(str, made))}" if made else ""
            raise SlipwayError(error.what, "; ".join(part for part in (error.mend, kept) if part)) from error
    return Migrated(proofs, tuple(made))


def wait_for_orphans(app: str, migrations: Iterable[Migration], engine: Engine) -> None:
    """Wait for migrations that a killed run has left at work: stopping one half-way could do more harm.

    Raises SlipwayError when one takes longer than it may.
    """
    deadline = time.monotonic() + max((migration.timeout for migration in migrations), default=0)
    while orphans := [name for slot in SLOTS for name in engine.names(f"{app}-{slot}")]:
        if time.monotonic() >= deadline:
            raise SlipwayError(
                f"a killed run has left {', '.join(orphans)} at work on the host",
                f"look at it, and remove it with docker rm --force {orphans[0]}",
            )
        time.sleep(_PAUSE_SECONDS)


def _state(plan: Plan, migration: Migration, run: OneOff, serving: Record | None) -> State:
    service = migration.service
    serves = serving is not None and serving.images.get(service) == plan.images.get(service)
    try:
        return examine(tool_of(migration), service, run, serves=serves)
    except SlipwayError as error:
        if "postgres" in plan.order.app.backing and _REFUSED.search(error.what):
            mend = "run playbooks/backing.yml, which gives the database the inventory's postgres_password"
            raise SlipwayError(error.what, mend) from error
        raise


def _run(migration: Migration, compose: Compose) -> OneOff:
    service = f"{compose.project}-{migration.service}"
    return OneOff(compose, service, migration.directory, migration.timeout)
