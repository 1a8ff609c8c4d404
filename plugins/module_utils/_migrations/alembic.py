# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Alembic, by its own commands. The database notes the newest revisions alone; their ancestors count too."""

from __future__ import annotations

import re

from .._release.programs import Finished
from .tool import Run, State, Tool, answer

# A line of `alembic history`, newest first: PARENTS (DEPENDENCIES) -> REVISION (labels), message
_LINE = re.compile(r"^(?P<parents>[^()>]+|<base>)(?: \((?P<dependencies>[^)]*)\))? -> (?P<revision>[^\s,]+)")
_CURRENT = re.compile(r"^(?P<revision>[^\s:]+)(?: \([a-z ]+\))*$")
_LOST = re.compile(r"Can't locate revision identified by '(?P<revision>[^']+)'")

Graph = dict[str, tuple[str, ...]]


class Alembic(Tool):
    """Needs ``alembic`` on the image's PATH and ``alembic.ini`` in the directory."""

    def state(self, run: Run) -> State:
        """Read the history of the image and the current revisions of the database."""
        graph = _graph(answer(run(["alembic", "history"]), "reading the migrations of the image"))
        current = run(["alembic", "current"])
        if lost := _LOST.search(current.reported + current.printed):
            return State(tuple(graph), (lost["revision"],))
        newest = _revisions(answer(current, "reading the migrations of the database"))
        applied = _with_ancestors(newest, graph)
        strangers = [revision for revision in newest if revision not in graph]
        return State(tuple(graph), (*(name for name in graph if name in applied), *strangers))

    def migrate(self, run: Run) -> Finished:
        """Upgrade every branch to its head."""
        return run(["alembic", "upgrade", "heads"])


def _graph(history: str) -> Graph:
    """Return the parents and dependencies of each revision, oldest first."""
    lines = [match for line in reversed(history.splitlines()) if (match := _LINE.match(line))]
    return {line["revision"]: _names(line["parents"]) + _names(line["dependencies"]) for line in lines}


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip() not in ("", "<base>"))


def _revisions(current: str) -> list[str]:
    return [match["revision"] for line in current.splitlines() if (match := _CURRENT.match(line.strip()))]


def _with_ancestors(revisions: list[str], graph: Graph) -> set[str]:
    found: set[str] = set()
    pending = list(revisions)
    while pending:
        revision = pending.pop()
        if revision not in found:
            found.add(revision)
            pending.extend(graph.get(revision, ()))
    return found
