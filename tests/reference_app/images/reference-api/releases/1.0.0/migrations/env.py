# SPDX-License-Identifier: GPL-3.0-or-later
"""Alembic's entry: migrates the database of DATABASE_URL, each migration in a transaction of its own."""

from __future__ import annotations

import logging

from alembic import context
from reference.environment import require
from reference.tables import Table, connect

require("DATABASE_URL")
logging.basicConfig(format="%(message)s")
logging.getLogger("alembic").setLevel(logging.INFO)
with connect().connect() as connection:
    context.configure(connection=connection, target_metadata=Table.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
