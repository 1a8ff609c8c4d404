# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that people send, kept in the object storage under the hash of their content."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from fastapi import APIRouter, HTTPException, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from . import storage
from .identity import Current
from .tables import File, Sessions

router = APIRouter(prefix="/api/v1/files")
_LARGEST = 25 * 1024 * 1024
_SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_PIECE = 64 * 1024


@router.post("", status_code=201)
def upload(file: UploadFile, person: Current) -> dict[str, Any]:
    size = file.size or 0
    if size > _LARGEST:
        raise HTTPException(413, f"a file may have {_LARGEST} bytes")
    name = hashlib.file_digest(file.file, "sha256").hexdigest()
    content_type = file.content_type or "application/octet-stream"
    file.file.seek(0)
    storage.client.upload_fileobj(file.file, storage.BUCKET, name, {"ContentType": content_type})
    with Sessions.begin() as session:
        session.merge(File(hash=name, person_id=person.id, content_type=content_type, size=size))
    return {"hash": name, "size": size, "content_type": content_type}


# Whoever knows the hash has seen the content, and an <img> cannot log in: reading needs no token.
@router.get("/{name}")
def download(name: str) -> StreamingResponse:
    with Sessions() as session:
        file = session.scalar(select(File).where(File.hash == name).limit(1))
    if file is None:
        raise HTTPException(404, "there is no such file")
    body = storage.client.get_object(Bucket=storage.BUCKET, Key=name)["Body"]
    return StreamingResponse(
        body.iter_chunks(_PIECE),
        media_type=file.content_type,
        headers={
            "Content-Length": str(file.size),
            "Content-Disposition": "inline" if file.content_type in _SHOWN else "attachment",
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.delete("/{name}", status_code=204, response_model=None)
def delete(name: str, person: Current) -> None:
    if not _remove(name, person.id):
        raise HTTPException(404, "there is no such file")


def remove_all_of(person_id: uuid.UUID) -> None:
    """Remove a person's files, from the storage too unless somebody else sent the same."""
    with Sessions() as session:
        names = list(session.scalars(select(File.hash).where(File.person_id == person_id)))
    for name in names:
        _remove(name, person_id)


def _remove(name: str, person_id: uuid.UUID) -> bool:
    with Sessions.begin() as session:
        file = session.get(File, (name, person_id))
        if file is None:
            return False
        session.delete(file)
        session.flush()
        if session.scalar(select(File.hash).where(File.hash == name).limit(1)) is None:
            storage.client.delete_object(Bucket=storage.BUCKET, Key=name)
    return True
