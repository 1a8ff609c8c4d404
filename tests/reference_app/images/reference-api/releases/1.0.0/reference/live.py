# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages between two people, delivered the moment they are sent."""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import Any

import socketio
from sqlalchemy.exc import IntegrityError

from . import messages, presence
from .identity import describe, person_of

# Several processes serve at once, two releases during a switch: they tell each other through Redis.
server = socketio.AsyncServer(
    async_mode="asgi",
    client_manager=socketio.AsyncRedisManager(os.environ["REDIS_URL"]),
    cors_allowed_origins=os.environ["CORS_ORIGIN"].split(","),
    ping_interval=10,
    ping_timeout=10,
)


@server.event
async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, Any] | None) -> None:
    person = await asyncio.to_thread(person_of, str((auth or {}).get("token", "")))
    if person is None:
        raise socketio.exceptions.ConnectionRefusedError("log in first")
    await server.save_session(sid, describe(person))
    await server.enter_room(sid, str(person.id))
    await presence.arrived(sid, describe(person))
    await tell_who_is_here()


@server.event
async def disconnect(sid: str, _reason: str = "") -> None:
    await presence.left(sid)
    await tell_who_is_here()


@server.event
async def message(sid: str, data: Any) -> dict[str, Any]:
    """Keep a message and hand it to the recipient's and to the sender's other windows."""
    sender = (await server.get_session(sid))["id"]
    try:
        wanted = messages.Sending.model_validate(data)
        kept = await asyncio.to_thread(messages.keep, uuid.UUID(sender), wanted)
    except (ValueError, IntegrityError):
        return {"error": "this message cannot be sent"}
    for room in dict.fromkeys((sender, kept["recipient"])):
        await server.emit("message", kept, room=room, skip_sid=sid)
    return {"message": kept}


async def tell_who_is_here() -> None:
    """Send everybody the list of those who are connected."""
    await server.emit("people", await presence.everybody())
