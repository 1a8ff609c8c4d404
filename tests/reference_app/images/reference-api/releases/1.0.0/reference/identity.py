# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking."""

from __future__ import annotations

import os
import time
import uuid
from typing import Annotated, Any

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .tables import Person, Sessions

_ALGORITHM = "HS256"
_TOKEN_SECONDS = 24 * 3600


def token_for(person: Person) -> str:
    """Return what a person shows from now on instead of the password."""
    claims = {"sub": str(person.id), "exp": int(time.time()) + _TOKEN_SECONDS}
    return jwt.encode(claims, os.environ["JWT_SECRET"], _ALGORITHM)


def person_of(token: str) -> Person | None:
    """Return whom a token stands for; none when it is bad, too old, or the account is gone."""
    try:
        claims = jwt.decode(token, os.environ["JWT_SECRET"], algorithms=[_ALGORITHM])
    except jwt.InvalidTokenError:
        return None
    with Sessions() as session:
        return session.get(Person, uuid.UUID(claims["sub"]))


def describe(person: Person) -> dict[str, Any]:
    """Return what others may see of a person."""
    return {"id": str(person.id), "name": person.name}


def _current(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> Person:
    person = person_of(bearer.credentials) if bearer else None
    if person is None:
        raise HTTPException(401, "log in first", {"WWW-Authenticate": "Bearer"})
    return person


Current = Annotated[Person, Depends(_current)]
