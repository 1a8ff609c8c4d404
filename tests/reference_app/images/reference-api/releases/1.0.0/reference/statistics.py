# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker has counted."""

from __future__ import annotations

import os
from typing import Any

from fastapi import APIRouter
from redis.asyncio import Redis

router = APIRouter(prefix="/api/v1/statistics")
_redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True, socket_timeout=2)


@router.get("")
async def statistics() -> dict[str, Any]:
    """Answer the newest count, and which workers are alive: more than one is a mistake."""
    counted = await _redis.hgetall("statistics")
    alive = [await _redis.get(key) async for key in _redis.scan_iter("worker:*")]
    return {"messages": int(counted.get("messages", 0)), "workers": sorted(filter(None, alive))}
