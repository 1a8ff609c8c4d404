# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The switch itself, written so that a run which is killed in the middle of it is completed by the next."""

from __future__ import annotations

from .._errors import SlipwayError
from . import health, proxy
from .engine import Engine
from .state import Record, State, read_project


def switch(app: str, state: State, record: Record) -> None:
    """Point the proxy at a release that is healthy, and make it the current one.

    Raises SlipwayError when the proxy keeps leading to the one before, which then stays current.
    """
    state.announce(record)
    try:
        proxy.point(app, record.upstreams)
    except SlipwayError:
        state.withdraw()
        raise
    state.confirm()


def settle(app: str, state: State, engine: Engine) -> bool:
    """Find out where a killed run has left the proxy, and bring it where it belongs; return whether one had.

    Raises SlipwayError when the proxy does not follow.
    """
    announced, current = state.next, state.current
    if announced is None:
        return False
    if serves(app, state, announced, engine):
        proxy.point(app, announced.upstreams)
        state.confirm()
        return True
    if current:
        proxy.point(app, current.upstreams)
    state.withdraw()
    return True


def serves(app: str, state: State, record: Record, engine: Engine) -> bool:
    """Whether every service of a release runs and is healthy in its slot."""
    project = f"{app}-{record.slot}"
    services = (read_project(state.compose_file(record.id)) or {}).get("services") or {}
    return bool(services) and health.serves(engine.containers(project), services)
