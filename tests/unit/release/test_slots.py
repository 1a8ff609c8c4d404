# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a slot's services listen, what makes two releases the same, and what a diff shows of them."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.slipway.deploy.plugins.module_utils._app.routes import Upstream
from ansible_collections.slipway.deploy.plugins.module_utils._release import slots

WEB, API = Upstream("web", 3000), Upstream("api", 4000)
PROJECT: dict[str, Any] = {
    "name": "notes",
    "services": {"api": {"image": "acme/api@sha256:1", "environment": {"TOKEN": "sentinel"}}},
}


def test_slots_have_ports_of_their_own_whatever_the_order_of_the_routes() -> None:
    assert slots.ports([WEB, API], "blue", 21000) == {API: 21000, WEB: 21001}
    assert slots.ports([API, WEB], "green", 21000) == {API: 21100, WEB: 21101}
    assert slots.addresses({WEB: 21001}) == {"web:3000": "127.0.0.1:21001"}


def test_the_other_slot() -> None:
    assert (slots.other("blue"), slots.other("green")) == ("green", "blue")


def test_a_release_is_named_after_what_runs() -> None:
    named = slots.identity(PROJECT)
    assert named == slots.identity(copy.deepcopy(PROJECT))
    for part, value in (("image", "acme/api@sha256:2"), ("environment", {"TOKEN": "another"})):
        changed = copy.deepcopy(PROJECT)
        changed["services"]["api"][part] = value
        assert slots.identity(changed) != named


def test_a_reboot_starts_no_stopped_slot() -> None:
    policies = {"a": "always", "b": "no", "c": "on-failure:3"}
    project = {"services": {name: {"restart": policy} for name, policy in policies.items()}}
    lasting = slots.lasting(project)["services"]
    assert [service["restart"] for service in lasting.values()] == ["unless-stopped", "no", "on-failure:3"]
    assert project["services"]["a"]["restart"] == "always"


def test_a_diff_shows_that_a_value_differs_and_no_value() -> None:
    changed = copy.deepcopy(PROJECT)
    changed["services"]["api"]["environment"] = {"TOKEN": "another", "NEW": "1"}
    before, after = slots.shown(PROJECT), slots.shown(changed, PROJECT)
    assert '"TOKEN": "(hidden)"' in before
    assert '"TOKEN": "(hidden, another value)"' in after
    assert '"NEW": "(hidden)"' in after
    assert "sentinel" not in before + after
    assert slots.shown(None) == ""
