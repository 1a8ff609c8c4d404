# SPDX-License-Identifier: GPL-3.0-or-later
"""What two people have written to each other."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import and_, or_, select

from .identity import Current
from .tables import Message, Sessions

router = APIRouter(prefix="/api/v1/messages")


class Sending(BaseModel):
    """A message as it arrives: words, a picture by its hash, or both."""

    to: uuid.UUID
    text: str = Field(default="", max_length=4000)
    picture: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _says_something(self) -> Sending:
        if not (self.text.strip() or self.picture):
            raise ValueError("an empty message")
        return self


def keep(sender: uuid.UUID, sending: Sending) -> dict[str, Any]:
    """Write a message down and return it as everybody gets it."""
    kept = Message(sender=sender, recipient=sending.to, text=sending.text, picture=sending.picture)
    with Sessions.begin() as session:
        session.add(kept)
    return describe(kept)


def describe(message: Message) -> dict[str, Any]:
    """Return all that is known of a message, with the columns that later releases add."""
    values = {column.key: getattr(message, column.key) for column in Message.__mapper__.column_attrs}
    return {key: value if value is None else _plain(value) for key, value in values.items()}


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@router.get("")
def conversation(other: Annotated[uuid.UUID, Query(alias="with")], person: Current) -> list[dict[str, Any]]:
    pair = or_(
        and_(Message.sender == person.id, Message.recipient == other),
        and_(Message.sender == other, Message.recipient == person.id),
    )
    with Sessions() as session:
        newest = session.scalars(select(Message).where(pair).order_by(Message.created_at.desc()).limit(100))
        return [describe(message) for message in newest][::-1]
