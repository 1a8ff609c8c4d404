# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Django, asked through its own loader, since ``showmigrations`` hides what only the database knows."""

from __future__ import annotations

from .._release.programs import Finished
from .marked import read_marked
from .tool import Run, State, Tool, answer

# A squashed migration counts as applied once all that it replaces are; the loader works that out.
_SCRIPT = """
import json
from django.db import connection
from django.db.migrations.loader import MigrationLoader
loader = MigrationLoader(connection)
known = []
for leaf in sorted(loader.graph.leaf_nodes()):
    known += [node for node in loader.graph.forwards_plan(leaf) if node not in known]
replaced = {name for node in known for name in loader.graph.nodes[node].replaces}
there = set(known) | set(loader.disk_migrations) | {tuple(name) for name in replaced}
applied = [node for node in known if node in loader.applied_migrations]
strange = sorted(node for node in loader.applied_migrations if node not in there)
names = lambda nodes: [".".join(node) for node in nodes]
print("slipway:" + json.dumps({"known": names(known), "applied": names(applied + strange)}))
"""


class Django(Tool):
    """Needs ``python3`` on the image's PATH and ``manage.py`` in the directory."""

    def state(self, run: Run) -> State:
        """Read both sides of the default database."""
        printed = answer(run(["python3", "manage.py", "shell", "-c", _SCRIPT]), "reading the migrations")
        return read_marked(printed)

    def migrate(self, run: Run) -> Finished:
        """Apply the migrations of every app."""
        return run(["python3", "manage.py", "migrate", "--noinput"])
