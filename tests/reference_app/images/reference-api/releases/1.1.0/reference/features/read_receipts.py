# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sent a message learns when it was read."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from reference.live import server
from reference.tables import Message, Sessions
from sqlalchemy import DateTime, update
from sqlalchemy.orm import mapped_column

Message.read_at = mapped_column(DateTime(timezone=True), nullable=True)


class Reading(BaseModel):
    """Everything that somebody has written to the reader was read."""

    sender: uuid.UUID


@server.event
async def read(sid: str, data: Any) -> dict[str, Any]:
    reader = (await server.get_session(sid))["id"]
    try:
        sender = Reading.model_validate(data).sender
    except ValueError:
        return {"error": "say whose messages were read"}
    at = datetime.now(UTC)
    if await asyncio.to_thread(_mark, sender, uuid.UUID(reader), at):
        await server.emit("read", {"reader": reader, "at": at.isoformat()}, room=str(sender))
    return {}


def _mark(sender: uuid.UUID, reader: uuid.UUID, at: datetime) -> int:
    unread = (Message.sender == sender) & (Message.recipient == reader) & Message.read_at.is_(None)
    with Sessions.begin() as session:
        return session.execute(update(Message).where(unread).values(read_at=at)).rowcount
