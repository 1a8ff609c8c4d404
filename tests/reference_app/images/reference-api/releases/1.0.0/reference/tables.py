# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the database. Migrations alone change it there."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Engine, ForeignKey, Text, create_engine, func, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from sqlalchemy.types import UserDefinedType

Sessions = sessionmaker(expire_on_commit=False)


def connect() -> Engine:
    """Return an engine for DATABASE_URL, whatever driver the URL names, and use it for all sessions."""
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=20,
        max_overflow=20,
        pool_timeout=10,
        connect_args={"connect_timeout": 5},
    )
    Sessions.configure(bind=engine)
    return engine


class Vector(UserDefinedType[list[float]]):
    """A column of the extension pgvector."""

    cache_ok = True

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def get_col_spec(self, **_unused: Any) -> str:
        return f"vector({self.dimensions})"

    def bind_processor(self, _dialect: Any) -> Callable[[Any], str]:
        return json.dumps

    def result_processor(self, _dialect: Any, _type: Any) -> Callable[[Any], list[float]]:
        return json.loads


class Table(DeclarativeBase):
    """What all tables have."""

    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Person(Table):
    __tablename__ = "people"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)


class Note(Table):
    __tablename__ = "notes"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    embedding: Mapped[list[float]] = mapped_column(Vector(32))


class File(Table):
    __tablename__ = "files"
    hash: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]


class Message(Table):
    __tablename__ = "messages"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    sender: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    recipient: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    picture: Mapped[str | None] = mapped_column(Text)
