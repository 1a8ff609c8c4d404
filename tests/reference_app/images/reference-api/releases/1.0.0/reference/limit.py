# SPDX-License-Identifier: GPL-3.0-or-later
"""How often one address may try to get in, counted in Redis so that all processes count together."""

from __future__ import annotations

import os
import time

from fastapi import HTTPException, Request
from redis import Redis

from .environment import number

_redis = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=2, socket_connect_timeout=2)
_PER_MINUTE = number("RATE_LIMIT_PER_MINUTE", 600)


def count(what: str, request: Request) -> None:
    """Answer 429 once an address has done this too often in the current minute."""
    minute = int(time.time()) // 60
    key = f"limit:{what}:{request.client.host if request.client else ''}:{minute}"
    with _redis.pipeline() as pipeline:
        seen, _unused = pipeline.incr(key).expire(key, 120).execute()
    if seen > _PER_MINUTE:
        raise HTTPException(429, "too many attempts; try again in a minute", {"Retry-After": "60"})
