# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Prisma, by its own status and the folder in the image. After Prisma 7's messages; never run with it."""

from __future__ import annotations

import re

from .._errors import SlipwayError
from .._release.programs import Finished
from .marked import read_marked
from .tool import Run, State, Tool, answer

_SCRIPT = """
const fs = require("fs");
const folder = "prisma/migrations";
const there = fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
const known = there.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
console.log("slipway:" + JSON.stringify({ known, applied: [] }));
"""
_PRISMA = ("npx", "--no-install", "prisma", "migrate")
_PENDING, _UNKNOWN, _FAILED = "pending", "unknown", "failed"
_HEADINGS = (
    (_PENDING, re.compile(r"migrations? have not yet been applied:$")),
    (_UNKNOWN, re.compile(r"migrations? from the database are not found locally")),
    (_FAILED, re.compile(r"migrations? have failed:$")),
)
_UP_TO_DATE = "Database schema is up to date"


class Prisma(Tool):
    """Needs ``node`` and Prisma in the image, and ``prisma/migrations`` in the directory."""

    def state(self, run: Run) -> State:
        """Read the folder, then what ``prisma migrate status`` says is missing on either side."""
        known = read_marked(answer(run(["node", "-e", _SCRIPT]), "reading the migrations of the image")).known
        status = run([*_PRISMA, "status"])  # it ends with 1 when something is pending
        sections = _sections(status.printed + "\n" + status.reported)
        if not sections and _UP_TO_DATE not in status.printed:
            raise SlipwayError(f"reading the migrations of the database failed, {status}")
        absent = {*sections.get(_PENDING, ()), *sections.get(_FAILED, ())}
        applied = [name for name in known if name not in absent]
        return State(known, (*applied, *sections.get(_UNKNOWN, ())), failed=tuple(sections.get(_FAILED, ())))

    def migrate(self, run: Run) -> Finished:
        """Deploy what is pending; Prisma asks nothing and resets nothing."""
        return run([*_PRISMA, "deploy"])


def _sections(said: str) -> dict[str, list[str]]:
    """Return the names under each heading; a section ends with an empty line."""
    found: dict[str, list[str]] = {}
    names: list[str] | None = None
    for line in map(str.strip, said.splitlines()):
        heading = next((name for name, pattern in _HEADINGS if pattern.search(line)), None)
        if heading:
            names = found.setdefault(heading, [])
        elif not line:
            names = None
        elif names is not None and line not in names:
            names.append(line)
    return found
