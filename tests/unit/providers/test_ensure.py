# SPDX-License-Identifier: GPL-3.0-or-later
"""``ensure`` against a provider that keeps its servers in a dictionary and its steps in a list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._providers.ensure import ensure
from ansible_collections.slipway.deploy.plugins.module_utils._providers.interface import (
    Provider,
    Server,
    ServerSpec,
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOZKfRYFT3SGwLruQKg2oHKsbtwabBrmn7L08kBtFWJU"
SPEC = ServerSpec(
    name="app-1",
    image="debian-13",
    flavour="hetzner",
    ssh_keys=(KEY,),
    disks=("data",),
    stated=frozenset({"image", "disks"}),
)
RUNNING = Server(
    id="1",
    name="app-1",
    power="running",
    image="debian-13",
    flavour="hetzner",
    disks=("data",),
    ipv4="198.18.0.64",
    ipv6="2001:db8::40",
    ssh_user="root",
    ssh_port=22,
    host_keys=("ssh-ed25519 AAAA",),
)
STOPPED = replace(RUNNING, power="stopped", host_keys=())


class Shelf(Provider):
    """A provider without machines."""

    def __init__(self, server: Server | None = None, rubble: tuple[str, ...] = ()) -> None:
        self.server, self.rubble = server, rubble
        self.done: list[str] = []

    def find(self, name: str) -> Server | None:
        return self.server

    def check(self, spec: ServerSpec) -> None:
        if spec.image == "unknown":
            raise SlipwayError("image: unknown")

    def create(self, spec: ServerSpec) -> Server:
        return self._do("create", RUNNING)

    def start(self, server: Server) -> Server:
        return self._do("start", RUNNING)

    def stop(self, server: Server) -> Server:
        return self._do("stop", STOPPED)

    def delete(self, name: str) -> None:
        self.done.append("delete")

    def leftovers(self, name: str) -> tuple[str, ...]:
        return self.rubble

    def _do(self, step: str, server: Server) -> Server:
        self.done.append(step)
        return server


@pytest.mark.parametrize(
    ("before", "state", "steps", "after"),
    [
        (None, "present", ("create",), RUNNING),
        (RUNNING, "present", (), RUNNING),
        (STOPPED, "present", ("start",), RUNNING),
        (None, "stopped", ("create", "stop"), STOPPED),
        (RUNNING, "stopped", ("stop",), STOPPED),
        (STOPPED, "stopped", (), STOPPED),
        (RUNNING, "rebooted", ("stop", "start"), RUNNING),
        (STOPPED, "rebooted", ("start",), RUNNING),
        (RUNNING, "absent", ("delete",), None),
        (None, "absent", (), None),
    ],
)
def test_state_is_reached_in_the_named_steps_and_a_plan_does_none_of_them(before, state, steps, after):
    provider = Shelf(before)
    outcome = ensure(provider, SPEC, state, check_mode=False)
    assert (outcome.steps, outcome.after, outcome.changed) == (steps, after, bool(steps))
    assert tuple(provider.done) == steps

    planned = Shelf(before)
    assert ensure(planned, SPEC, state, check_mode=True).steps == steps
    assert planned.done == []


def test_what_a_killed_creation_left_is_removed():
    provider = Shelf(None, rubble=("a volume",))
    assert ensure(provider, SPEC, "absent", check_mode=False).changed
    assert provider.done == ["delete"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"image": "debian-12"},
            "image: server app-1 was created with debian-13, and debian-12 would need a new server; "
            "put image back, or remove the server first with state: absent.",
        ),
        (
            {"disks": ()},
            "disks: server app-1 was created with data, and none would need a new server; "
            "put disks back, or remove the server first with state: absent.",
        ),
    ],
)
def test_a_server_is_never_rebuilt_silently(changed, sentence):
    provider = Shelf(RUNNING)
    with pytest.raises(SlipwayError) as refused:
        ensure(provider, replace(SPEC, **changed), "present", check_mode=False)
    assert str(refused.value) == sentence
    assert provider.done == []


def test_what_the_user_did_not_state_is_not_held_against_the_server():
    silent = replace(SPEC, image="debian-12", disks=(), stated=frozenset())
    assert ensure(Shelf(RUNNING), silent, "rebooted", check_mode=False).after == RUNNING


def test_what_the_provider_cannot_give_is_refused_before_anything_is_done():
    provider = Shelf()
    with pytest.raises(SlipwayError, match="image"):
        ensure(provider, replace(SPEC, image="unknown"), "present", check_mode=False)
    assert provider.done == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "App_1"}, "name: 'App_1' is no host name; use at most 40 lower-case letters"),
        ({"name": ""}, "name: '' is no host name; use at most 40"),
        ({"disks": ("/data",)}, "disks: '/data' is no name for a disk; use lower-case letters"),
        (
            {"ssh_keys": ("ssh-ed25519",)},
            "ssh_keys[0]: is no public key in OpenSSH's format; use the one line",
        ),
        (
            {"ssh_keys": ("-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET",)},
            "ssh_keys[0]: is a private key; remove it, make a new pair since this one was written down",
        ),
    ],
)
def test_bad_input_ends_in_one_sentence_without_the_key(given, sentence):
    with pytest.raises(SlipwayError) as refused:
        replace(SPEC, **given)
    assert str(refused.value).startswith(sentence)
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("before", "state", "check_mode", "summary"),
    [
        (None, "present", False, "server created, 198.18.0.64"),
        (RUNNING, "present", False, "server as it was, 198.18.0.64"),
        (RUNNING, "rebooted", False, "server stopped and started, 198.18.0.64"),
        (RUNNING, "absent", False, "server deleted"),
        (None, "absent", True, "no server was there"),
        (None, "present", True, "would create the server"),
    ],
)
def test_a_line_sums_up_what_was_done(before, state, check_mode, summary):
    assert ensure(Shelf(before), SPEC, state, check_mode).summary(check_mode) == summary
