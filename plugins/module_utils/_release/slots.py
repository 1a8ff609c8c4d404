# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two places where a release can run, and how its Compose project differs between them."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .._app.routes import Upstream

SLOTS = ("blue", "green")
SPACING = 100  # ports between the slots, so the most upstreams that an app can have


def other(slot: str) -> str:
    """Return the slot that is not this one."""
    return SLOTS[1 - SLOTS.index(slot)]


def ports(upstreams: Iterable[Upstream], slot: str, base: int) -> dict[Upstream, int]:
    """Return the port of the loopback address for each upstream in a slot."""
    first = base + SPACING * SLOTS.index(slot)
    return {upstream: first + index for index, upstream in enumerate(sorted(upstreams))}


def addresses(published: Mapping[Upstream, int]) -> dict[str, str]:
    """Return what the proxy is given."""
    return {upstream.key: f"127.0.0.1:{port}" for upstream, port in published.items()}


def lasting(project: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project without the policy ``always``, by which a reboot would start a stopped slot."""
    result = copy.deepcopy(dict(project))
    for service in result["services"].values():
        if service.get("restart") == "always":
            service["restart"] = "unless-stopped"
    return result


def identity(slotless: Mapping[str, Any]) -> str:
    """Return the release's name: the same for the same images, environment and definition, in either slot."""
    return hashlib.sha256(json.dumps(slotless, sort_keys=True).encode()).hexdigest()[:12]


def shown(project: Mapping[str, Any] | None, against: Mapping[str, Any] | None = None) -> str:
    """Return a project for a diff: no value of an environment, but whether it differs from ``against``."""
    if project is None:
        return ""
    result = copy.deepcopy(dict(project))
    before = (against or {}).get("services") or {}
    for name, service in result["services"].items():
        known = (before.get(name) or {}).get("environment") or {}
        environment = service.get("environment") or {}
        service["environment"] = {
            key: "(hidden, another value)" if key in known and known[key] != value else "(hidden)"
            for key, value in environment.items()
        }
    return json.dumps(result, indent=2, sort_keys=True) + "\n"
