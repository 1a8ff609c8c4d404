# SPDX-License-Identifier: GPL-3.0-or-later
"""When a message was read; releases that do not know it go on writing messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("messages", sa.Column("read_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("messages", "read_at")
