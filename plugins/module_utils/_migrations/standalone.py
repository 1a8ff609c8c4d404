# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Migrate a service of a Compose project that is on the host already, apart from any release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._app.environment import container_environment
from .._app.migration import Migration
from .._app.service import name_in
from .._errors import SlipwayError
from .._release.compose import Compose
from .._release.redaction import Redaction
from .container import OneOff
from .proof import examine, migrate
from .tool import Run, State
from .tools import tool_of


@dataclass(frozen=True)
class Outcome:
    """The state before and after; in check mode, what it would be."""

    before: State
    after: State


def service_of(file: Path, migration: Migration, redact: Redaction) -> OneOff:
    """Return a way to run the tool, and have ``redact`` learn the secrets of the service's environment.

    Raises SlipwayError when the project has no such service.
    """
    try:
        project = json.loads(file.read_bytes())
        name, services = str(project["name"]), project["services"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SlipwayError(
            f"{file} on the host is no Compose project in JSON with a name", "give the file of a release"
        ) from error
    named = [key for key in (name_in(name, migration.service), migration.service) if key in services]
    if not named:
        raise SlipwayError(f"{file} has no service {migration.service}", f"it has {', '.join(services)}")
    redact.learn(container_environment(project, named[0]))
    return OneOff(Compose(name, file), named[0], migration.directory, migration.timeout)


def bring_up(migration: Migration, run: Run, *, check_mode: bool) -> Outcome:
    """Apply what is pending and prove it, or only read.

    Raises SlipwayError unless all that is known is applied.
    """
    tool = tool_of(migration)
    before = examine(tool, migration.service, run)
    if check_mode:
        return Outcome(before, State(before.known, before.known))
    return Outcome(before, migrate(tool, migration.service, run, before).after)


def answer(migration: Migration, outcome: Outcome) -> Mapping[str, Any]:
    """Return what the module returns."""
    newly = list(outcome.before.pending)
    known = len(outcome.after.known)
    proven = f"{len(newly)} of {known} migrations" if newly else f"{known} migrations known and applied"
    return {
        "changed": bool(newly),
        "known": list(outcome.before.known),
        "applied": list(outcome.before.applied),
        "migrated": newly,
        "summary": proven,
        "diff": {
            "before_header": migration.service,
            "after_header": migration.service,
            "before": "".join(f"{name}\n" for name in outcome.before.applied),
            "after": "".join(f"{name}\n" for name in outcome.after.applied),
        },
    }
