# SPDX-License-Identifier: GPL-3.0-or-later
"""The API in one piece: REST, live messages, and what the release adds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import socketio
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from . import RELEASE, accounts, features, files, health, live, messages, notes, presence, statistics, tables

__all__ = ["application", "features"]


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    tables.connect()
    freshness = asyncio.create_task(presence.keep_fresh())
    yield
    freshness.cancel()


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    print(f"reference: {type(error).__name__}", flush=True)
    return JSONResponse({"detail": "something that this needs does not answer"}, 503)


_rest = FastAPI(title="Reference", version=RELEASE, lifespan=_lifespan, docs_url=None, redoc_url=None)
_rest.add_middleware(
    CORSMiddleware,
    allow_origins=os.environ["CORS_ORIGIN"].split(","),
    allow_methods=["GET", "POST", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
)
for _part in (accounts, files, health, messages, notes, statistics):
    _rest.include_router(_part.router)
for _error in (BotoCoreError, ClientError, OperationalError, RedisError):
    _rest.add_exception_handler(_error, _unavailable)

application = socketio.ASGIApp(live.server, _rest)
