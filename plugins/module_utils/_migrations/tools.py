# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which file of this package speaks for which tool."""

from __future__ import annotations

from .._app.migration import Migration
from .alembic import Alembic
from .command import Command
from .django import Django
from .drizzle import Drizzle
from .prisma import Prisma
from .tool import Tool


def tool_of(migration: Migration) -> Tool:
    """Return the tool of an entry of ``app_migrations``, which role ``app`` has checked."""
    if migration.tool == "command":
        return Command(migration.commands)
    tools: dict[str, Tool] = {
        "alembic": Alembic(),
        "django": Django(),
        "drizzle": Drizzle(),
        "prisma": Prisma(),
    }
    return tools[migration.tool]
