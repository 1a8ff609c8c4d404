# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected, to whichever process: each keeps its own people fresh in Redis."""

from __future__ import annotations

import asyncio
import json
import os
import time

from redis.asyncio import Redis

_KEY = "presence"
_REFRESH_SECONDS = 10
_FORGOTTEN_SECONDS = 25

_redis = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=2, socket_connect_timeout=2)
_here: dict[str, str] = {}


async def arrived(sid: str, person: dict[str, str]) -> None:
    """Count a connection in."""
    _here[sid] = json.dumps(person, sort_keys=True)
    await _redis.zadd(_KEY, {_here[sid]: time.time()})


async def left(sid: str) -> None:
    """Count a connection out; who has another one elsewhere is back at its next refreshing."""
    person = _here.pop(sid, None)
    if person and person not in _here.values():
        await _redis.zrem(_KEY, person)


async def everybody() -> list[dict[str, str]]:
    """Return everybody who is connected."""
    await _redis.zremrangebyscore(_KEY, 0, time.time() - _FORGOTTEN_SECONDS)
    return [json.loads(person) for person in await _redis.zrange(_KEY, 0, -1)]


async def keep_fresh() -> None:
    """Say again and again who is here, as long as the process runs."""
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        if _here:
            await _redis.zadd(_KEY, dict.fromkeys(_here.values(), time.time()))
