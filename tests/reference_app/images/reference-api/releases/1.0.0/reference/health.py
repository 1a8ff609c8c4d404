# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this process can do its work, found out by asking what it needs, and what it is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Response
from redis.asyncio import Redis
from sqlalchemy import make_url

from . import RELEASE

router = APIRouter(prefix="/api")
_DEADLINE_SECONDS = 2
_HEAD = ScriptDirectory.from_config(Config(Path(__file__).parents[1] / "alembic.ini")).get_current_head()


async def _postgres() -> None:
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    # A connection of its own: a pool that is waited for, or hangs, would hang this too.
    async with await psycopg.AsyncConnection.connect(
        address, connect_timeout=_DEADLINE_SECONDS, tcp_user_timeout=1000 * _DEADLINE_SECONDS
    ) as connection:
        await connection.execute("SELECT 1 FROM people LIMIT 1")


async def _redis() -> None:
    async with Redis.from_url(os.environ["REDIS_URL"], socket_timeout=_DEADLINE_SECONDS) as redis:
        await redis.ping()


_running: dict[str, asyncio.Future[None]] = {}
CHECKS: dict[str, Callable[[], Awaitable[None]]] = {"postgres": _postgres, "redis": _redis}


@router.get("/health")
async def health(response: Response) -> dict[str, Any]:
    """Answer 200 when all checks pass in time, else 503 with the names of those that do not."""
    failing = [name for name in await asyncio.gather(*map(_failing, CHECKS)) if name]
    if not failing:
        return {"status": "ok"}
    response.status_code = 503
    return {"status": "failing", "failing": failing}


async def _failing(name: str) -> str | None:
    # One that hangs is not cancelled, since that may hang as well; whoever asks next waits for the same one.
    if name not in _running:
        _running[name] = asyncio.ensure_future(CHECKS[name]())
    check = _running[name]
    done, _unused = await asyncio.wait({check}, timeout=_DEADLINE_SECONDS)
    if done:
        _running.pop(name, None)
    error = check.exception() if done else TimeoutError()
    if error is None:
        return None
    print(f"reference: {name} does not answer: {type(error).__name__}", flush=True)
    return name


@router.get("/version")
async def version() -> dict[str, Any]:
    """Answer the release, and the newest migration that it knows."""
    return {"version": RELEASE, "schema": _HEAD}
