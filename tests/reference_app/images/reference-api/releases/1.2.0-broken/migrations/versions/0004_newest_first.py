# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails half-way, as one that was tried on another schema: the index is there, the rest is not."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("messages_by_time", "messages", ["created_at"], postgresql_concurrently=True)
    op.execute("ALTER TABLE messages ALTER COLUMN red_at SET DEFAULT now()")
