# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering, logging in, and leaving with everything one has brought."""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from . import files, limit
from .identity import Current, describe, token_for
from .tables import Person, Sessions

router = APIRouter(prefix="/api/v1")
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Credentials(BaseModel):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    password: str = Field(min_length=8, max_length=200)
    name: str = Field(default="", max_length=60)


@router.post("/auth/register", status_code=201)
def register(given: Credentials, request: Request) -> dict[str, Any]:
    limit.count("register", request)
    email = given.email.lower()
    person = Person(
        email=email, name=given.name or email.partition("@")[0], password_hash=_hasher.hash(given.password)
    )
    try:
        with Sessions.begin() as session:
            session.add(person)
    except IntegrityError as error:
        raise HTTPException(409, "this address is registered already") from error
    return _welcome(person)


@router.post("/auth/login")
def login(given: Credentials, request: Request) -> dict[str, Any]:
    limit.count("login", request)
    with Sessions() as session:
        person = session.scalar(select(Person).where(Person.email == given.email.lower()))
    if person is None or not _is_password(person, given.password):
        raise HTTPException(401, "address or password is wrong")
    return _welcome(person)


@router.get("/account")
def account(person: Current) -> dict[str, Any]:
    return {**describe(person), "email": person.email}


@router.delete("/account", status_code=204, response_model=None)
def leave(person: Current) -> None:
    files.remove_all_of(person.id)
    with Sessions.begin() as session:
        session.delete(person)


def _is_password(person: Person, password: str) -> bool:
    try:
        return _hasher.verify(person.password_hash, password)
    except VerificationError:
        return False


def _welcome(person: Person) -> dict[str, Any]:
    return {"token": token_for(person), "person": {**describe(person), "email": person.email}}
