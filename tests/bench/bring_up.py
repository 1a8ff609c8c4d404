# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person waits for before the work begins: the set-up of a checkout, and a fresh server."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from .figures import Figure
from .hosts import HOST, playbook, server, timed

ROUNDS = 3
SET_UP = ["sh", "-c", ". tools/setup.sh && setup_environment requirements.txt .venv && setup_engine"]


def figures() -> Iterator[Figure]:
    """Time the set-up that finds everything there, and a server from nothing to its first login."""
    timed(SET_UP)
    yield Figure("set-up, again", statistics.median(timed(SET_UP)[0] for _round in range(ROUNDS)), "s", aim=2)
    seconds = []
    for _round in range(ROUNDS):
        timed(server(HOST, state="absent"))
        seconds.append(timed(playbook("playbooks/provision.yml"))[0])
    yield Figure("fresh local server, reachable by SSH", statistics.median(seconds), "s", aim=10)
