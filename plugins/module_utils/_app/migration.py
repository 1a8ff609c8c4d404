# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the schema of one service is brought to the release's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOOLS = ("alembic", "prisma", "drizzle", "django", "command")
COMMANDS = ("known", "applied", "migrate")
TIMEOUT = 600


@dataclass(frozen=True)
class Migration:
    """One entry of ``app_migrations``."""

    service: str
    """The released service whose image holds the tool and whose environment holds the database's address."""
    tool: str
    """One of ``TOOLS``."""
    directory: str = ""
    """Where the tool runs inside the image; empty for the image's own working directory."""
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For the tool ``command``: an argument list for each of ``COMMANDS``."""
    compatible: bool = False
    """Whether the release that serves now keeps working on the new schema."""
    timeout: int = TIMEOUT
    """Seconds that each command of the tool may take."""

    @classmethod
    def from_variables(cls, entry: Mapping[str, Any]) -> Migration:
        """Make a migration of an entry of ``app_migrations``."""
        commands = {name: words for name, words in (entry.get("commands") or {}).items() if words}
        return cls(
            service=str(entry["service"]),
            tool=str(entry["tool"]),
            directory=str(entry.get("directory") or ""),
            commands={name: tuple(str(word) for word in words) for name, words in commands.items()},
            compatible=bool(entry.get("compatible")),
            timeout=int(entry.get("timeout") or TIMEOUT),
        )
