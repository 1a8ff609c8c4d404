# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of the local provider, from the first call of the module to nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.servers import environment

SERVER = {"name": "app-1", "disks": ["data"]}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with environment("servers", tmp_path_factory.mktemp("servers")) as made:
        yield made


@pytest.fixture(scope="module")
def module(place):
    """Run the module as Ansible does; returns its result, failed or not."""

    def run(check: bool = False, **options):
        options = {
            "environment": place.name,
            "ssh_keys": [place.key.with_suffix(".pub").read_text().strip()],
            **SERVER,
            **options,
        }
        arguments = ["localhost", "-m", "slipway.deploy.server", "-a", json.dumps(options)]
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "ansible"),
                *arguments,
                *(["--check"] if check else []),
                "--diff",
            ],
            env={
                **os.environ,
                "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
                "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.oneline",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        return json.loads(done.stdout[done.stdout.index("=> ") + 3 :])

    return run


class TestALife:
    """In the order of a server's life; each test stands on the one before."""

    def test_a_plan_makes_nothing(self, place, module):
        planned = module(check=True)
        assert (planned["changed"], planned["steps"], planned["server"]) == (True, ["create"], None)
        assert place.provider.find("app-1") is None
        assert place.provider.leftovers("app-1") == ()

    def test_a_created_server_is_reached_with_the_host_keys_that_the_provider_told(self, place, module):
        assert module()["steps"] == ["create"]
        server = place.provider.find("app-1")
        assert place.ssh(server, "hostname") == "app-1\n"
        assert place.ssh(server, "systemctl is-system-running --wait || systemctl --failed") == "running\n"

    def test_a_second_call_changes_nothing(self, module):
        again = module()
        assert (again["changed"], again["steps"]) == (False, [])

    def test_what_is_on_its_disk_outlives_stop_and_reboot(self, place, module):
        before = place.provider.find("app-1")
        place.ssh(before, "echo kept > /mnt/data/file")
        for state, steps in (("stopped", ["stop"]), ("present", ["start"]), ("rebooted", ["stop", "start"])):
            assert module(state=state)["steps"] == steps
        after = place.provider.find("app-1")
        assert (after.ipv4, after.ipv6, after.host_keys) == (before.ipv4, before.ipv6, before.host_keys)
        assert place.ssh(after, "cat /mnt/data/file") == "kept\n"

    def test_another_image_is_refused_and_nothing_is_rebuilt(self, place, module):
        refused = module(image="debian-12")
        assert refused["msg"].startswith(
            "image: server app-1 was created with debian-13, and debian-12 would need"
        )
        assert place.provider.find("app-1").image == "debian-13"

    def test_absent_leaves_nothing(self, place, module):
        assert module(state="absent")["steps"] == ["delete"]
        assert place.provider.find("app-1") is None
        assert place.provider.leftovers("app-1") == ()
        assert module(state="absent")["changed"] is False


def test_an_oracle_like_server_rejects_all_but_ssh_and_lets_ubuntu_become_root(place):
    server = place.provider.create(place.spec("oracle", flavour="oci"))
    assert place.ssh(server, "whoami; sudo whoami") == "ubuntu\nroot\n"
    assert "-A INPUT -j REJECT --reject-with icmp-host-prohibited" in place.ssh(server, "sudo iptables -S")
    assert "-A INPUT -j REJECT --reject-with icmp6-adm-prohibited" in place.ssh(server, "sudo ip6tables -S")


def test_debian_12_runs_too(place):
    server = place.provider.create(place.spec("twelve", image="debian-12"))
    assert "bookworm" in place.ssh(server, "cat /etc/os-release")


def test_two_environments_do_not_see_each_other(place, tmp_path):
    mine = place.provider.create(place.spec("same"))
    with environment("servers-2", tmp_path) as other:
        assert other.provider.find("same") is None
        theirs = other.provider.create(other.spec("same"))
        assert theirs.ipv4.rpartition(".")[0] != mine.ipv4.rpartition(".")[0]
        other.provider.delete("same")
        assert place.provider.find("same") is not None


@pytest.fixture
def squatter(place):
    engine = place.provider._engine
    container = engine.containers.create(
        engine.images.list(name="slipway/host")[0].id, name="slipway-servers-taken"
    )
    yield container
    container.remove()


def test_a_name_that_is_taken_by_something_else_is_refused_and_left_alone(module, squatter):
    for state in ("present", "absent"):
        assert module(name="taken", disks=[], state=state)["msg"] == (
            "name: a container slipway-servers-taken is here that slipway did not make; "
            "choose another name for the server, or remove that container."
        )
    squatter.reload()
    assert squatter.status == "created"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"ssh_keys": []},
            "ssh_keys: is empty, so nobody could log in; give at least one OpenSSH public key.",
        ),
        (
            {"image": "debian-99"},
            "image: the local provider has no 'debian-99'; use one of debian-12, debian-13, ",
        ),
        (
            {"environment": "nowhere"},
            "environment: the network slipway-nowhere is not up; run playbooks/rehearse_up",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_made(place, module, options, sentence):
    refused = module(**{"name": "never", **options})
    assert refused["msg"].startswith(sentence)
    assert place.provider.leftovers("never") == ()


def test_without_an_engine_the_sentence_says_how_to_get_one(module, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    assert module()["msg"] == (
        "Connecting to the engine: no Docker Engine answers (DockerException); "
        "start it, or let ./slipway rehearse install and start one."
    )
