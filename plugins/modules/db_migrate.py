#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module: migrate a database from a service's image, and prove it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: db_migrate
short_description: Migrate a database from a service's image, and prove it
version_added: 0.1.0
description:
  - Runs a migration tool in a new container of a service, with the service's image and environment.
  - The tool's exit code is not believed. The migrations that the image knows and those that the database has
    are read before and after, and unless both are the same in the end, the module fails.
  - Fails before it changes anything when the image holds no migrations, when the database has some that the
    image does not know, and when the tool would silently pass over some because they came in out of order.
  - The module M(slipway.deploy.release) does the same as a part of each release.
author:
  - slipway maintainers (@slipway)
requirements:
  - Docker Engine and Compose v2 on the host
attributes:
  check_mode:
    support: full
    description: Reads both sides, which takes a container, and migrates nothing.
  diff_mode:
    support: full
    description: Shows the applied migrations before and after.
  idempotent:
    support: full
    description: When nothing is pending, the tool is not run.
options:
  file:
    description:
      - The Compose project on the host, as JSON with a C(name). That of a release is C(compose.json) in
        C(/var/lib/slipway/release/APP/releases/ID/).
    type: path
    required: true
  service:
    description: The service whose image holds the tool and whose environment holds the database's address.
    type: str
    required: true
  tool:
    description:
      - V(alembic) needs C(alembic) and its C(alembic.ini).
      - V(django) needs C(python3) and C(manage.py).
      - V(prisma) needs C(node), Prisma and C(prisma/migrations). It was written from the messages of Prisma 7
        and has not been run with it.
      - V(drizzle) needs C(node), drizzle-kit 0.31 with its journal, C(pg) or C(postgres), and a Postgres
        database at C(DATABASE_URL).
      - V(command) needs O(commands).
    type: str
    choices: [alembic, prisma, drizzle, django, command]
    required: true
  directory:
    description: Where the tool runs inside the image, unless in the image's own working directory.
    type: str
    default: ""
  commands:
    description:
      - For O(tool=command), an argument list each for C(known), C(applied) and C(migrate). The first two
        print the name of a migration on each line.
    type: dict
    default: {}
  timeout:
    description: How many seconds each command may take before its container is removed.
    type: int
    default: 600
"""

EXAMPLES = r"""
- name: Migrate by hand
  slipway.deploy.db_migrate:
    file: /var/lib/slipway/release/gratonite/releases/3f2a9c01d4be/compose.json
    service: api
    tool: alembic
"""

RETURN = r"""
known:
  description: The migrations that the image knows, in the order in which they apply.
  returned: success
  type: list
  elements: str
applied:
  description: Those of them that the database had before.
  returned: success
  type: list
  elements: str
migrated:
  description: Those that were applied, or would be.
  returned: success
  type: list
  elements: str
summary:
  description: What was proven, for the callback P(slipway.deploy.phases#callback).
  returned: success
  type: str
  sample: 2 of 42 migrations
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._app.migration import (
    COMMANDS,
    TIMEOUT,
    TOOLS,
    Migration,
)
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.standalone import (
    answer,
    bring_up,
    service_of,
)
from ansible_collections.slipway.deploy.plugins.module_utils._release.redaction import Redaction

OPTIONS = {
    "file": {"type": "path", "required": True},
    "service": {"type": "str", "required": True},
    "tool": {"type": "str", "choices": list(TOOLS), "required": True},
    "directory": {"type": "str", "default": ""},
    "commands": {"type": "dict", "default": {}},
    "timeout": {"type": "int", "default": TIMEOUT},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    migration, redact = Migration.from_variables(module.params), Redaction()
    if migration.tool == "command" and set(migration.commands) != set(COMMANDS):
        module.fail_json(msg=f"tool command needs commands; give an argument list for {', '.join(COMMANDS)}.")
    try:
        run = service_of(Path(module.params["file"]), migration, redact)
        outcome = bring_up(migration, run, check_mode=module.check_mode)
    except SlipwayError as error:
        module.fail_json(msg=redact(str(error)))
    module.exit_json(**answer(migration, outcome))


if __name__ == "__main__":
    main()
