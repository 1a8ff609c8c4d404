# SPDX-License-Identifier: GPL-3.0-or-later
"""The job that runs once, and in one process alone: it counts what was sent."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from . import RELEASE
from .environment import require
from .tables import Message, Sessions, connect

_NAME = f"worker:{socket.gethostname()}"
# For the container's health check, which looks at its age: nothing is cheaper to ask often.
_HEARTBEAT = Path("/tmp/heartbeat")  # noqa: S108  # the container is its own
_PAUSE_SECONDS = 5
_stopped = threading.Event()


def main() -> None:
    """Work until told to stop."""
    require("DATABASE_URL", "REDIS_URL")
    redis = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5, socket_connect_timeout=5)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    connect()
    print(f"reference: worker of release {RELEASE} begins", flush=True)
    while not _stopped.is_set():
        try:
            _count(redis)
        except (RedisError, SQLAlchemyError) as error:
            print(f"reference: this round failed: {type(error).__name__}", flush=True)
        _stopped.wait(_PAUSE_SECONDS)
    with suppress(RedisError):
        redis.delete(_NAME)
    print("reference: worker ends", flush=True)


def _count(redis: Redis) -> None:
    with Sessions() as session:
        messages = session.scalar(select(func.count()).select_from(Message))
    redis.hset("statistics", "messages", messages)
    # Who counts twice in a row too late is taken for dead.
    redis.set(_NAME, RELEASE, ex=3 * _PAUSE_SECONDS)
    _HEARTBEAT.touch()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    _stopped.set()


if __name__ == "__main__":
    main()
