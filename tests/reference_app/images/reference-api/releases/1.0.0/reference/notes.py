# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes, found again by what they are about."""

from __future__ import annotations

import uuid
from typing import Annotated, Any
from zlib import crc32

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field
from sqlalchemy import Float, select

from .identity import Current
from .tables import Note, Sessions

router = APIRouter(prefix="/api/v1/notes")


class Text(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)


def embed(text: str) -> list[float]:
    """Return where a text lies: how often groups of three letters occur in it, as a model would do better."""
    letters = f"  {text.lower()} "
    vector = [0.0] * 32
    for start in range(len(letters) - 2):
        vector[crc32(letters[start : start + 3].encode()) % 32] += 1.0
    return vector


def describe(note: Note) -> dict[str, Any]:
    return {"id": str(note.id), "text": note.text, "created_at": note.created_at.isoformat()}


@router.post("", status_code=201)
def write(given: Text, person: Current) -> dict[str, Any]:
    note = Note(person_id=person.id, text=given.text, embedding=embed(given.text))
    with Sessions.begin() as session:
        session.add(note)
    return describe(note)


@router.get("")
def newest(person: Current) -> list[dict[str, Any]]:
    wanted = select(Note).where(Note.person_id == person.id).order_by(Note.created_at.desc()).limit(100)
    with Sessions() as session:
        return [describe(note) for note in session.scalars(wanted)]


@router.get("/similar")
def similar(
    text: Annotated[str, Query(min_length=1, max_length=1000)], person: Current
) -> list[dict[str, Any]]:
    distance = Note.embedding.op("<=>", return_type=Float())(embed(text))
    wanted = select(Note, distance).where(Note.person_id == person.id).order_by(distance).limit(5)
    with Sessions() as session:
        return [{**describe(note), "distance": round(far, 4)} for note, far in session.execute(wanted)]


@router.get("/{note_id}")
def read(note_id: uuid.UUID, person: Current) -> dict[str, Any]:
    with Sessions() as session:
        return describe(_own(session.get(Note, note_id), person.id))


@router.delete("/{note_id}", status_code=204, response_model=None)
def delete(note_id: uuid.UUID, person: Current) -> None:
    with Sessions.begin() as session:
        session.delete(_own(session.get(Note, note_id), person.id))


def _own(note: Note | None, person_id: uuid.UUID) -> Note:
    if note is None or note.person_id != person_id:
        raise HTTPException(404, "there is no such note")
    return note
