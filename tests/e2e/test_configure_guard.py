# SPDX-License-Identifier: GPL-3.0-or-later
"""``configure`` on a real system over real SSH: cuts its connection, is killed, rebooted, and recovers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._engine import connect
from support.collection import CHECKOUT
from support.servers import environment

GUARD_SECONDS = 6
SSHD = "/etc/ssh/sshd_config.d/10-slipway.conf"
STATE = "/var/lib/slipway/configure"
UNCONFIRMED = (
    "the change of {} was not confirmed over a fresh connection, "
    "so the host restored the previous state by itself"
)


@dataclass(frozen=True)
class Host:
    """A host with systemd that root can reach by SSH."""

    address: str
    key: Path
    container: Any
    user: str = "root"

    def ssh(self, command: str) -> str:
        """Return the output of ``command``; every call is a connection of its own."""
        return subprocess.run(
            ["ssh", "-i", self.key, *SSH_OPTIONS, f"root@{self.address}", command],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout

    def wait(self) -> None:
        """Wait until the host lets root in, for at most 30 s."""
        deadline = time.monotonic() + 30
        while True:
            try:
                self.ssh("true")
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
            else:
                return

    def reboot(self) -> None:
        """Cut the power, and switch it on again."""
        self.container.kill()
        self.container.start()


SSH_OPTIONS = [
    *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
    *("-o", "LogLevel=ERROR", "-o", "ConnectTimeout=5", "-o", "BatchMode=yes"),
]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Return a host of our own, gone after the tests."""
    with environment("guard", tmp_path_factory.mktemp("guard")) as place:
        server = place.provider.create(place.spec("host"))
        place.ssh(server, "apt-get -qq update && apt-get -qq -y --no-install-recommends install nftables")
        yield Host(server.ipv4, place.key, connect().containers.get(server.id))


@pytest.fixture
def playbook(host: Host, tmp_path: Path) -> Iterator[Play]:
    """Return a play of one task on the host; its SSH connections are closed afterwards."""
    play = Play(host, tmp_path)
    yield play
    play.close()


class Play:
    """Runs ``slipway.deploy.configure`` as a person would."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self.folder = folder
        self.control = folder / "cp"

    def start(self, user: str = "root", verbosity: str = "", **options: Any) -> subprocess.Popen[str]:
        """Start a run and return its process."""
        inventory = {
            "ansible_host": self.host.address,
            "ansible_user": user,
            "ansible_become": user != "root",
            "ansible_ssh_private_key_file": str(self.host.key),
            "ansible_ssh_common_args": " ".join(SSH_OPTIONS),
        }
        (self.folder / "inventory.json").write_text(json.dumps({"all": {"hosts": {"target": inventory}}}))
        task = {"name": "Configure", "slipway.deploy.configure": options}
        play = {"hosts": "target", "gather_facts": False, "tasks": [task]}
        (self.folder / "play.json").write_text(json.dumps([play]))
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ansible",
                "playbook",
                f"-{verbosity}D",
                "-i",
                "inventory.json",
                "play.json",
            ],
            cwd=self.folder,
            env={
                **os.environ,
                "ANSIBLE_STDOUT_CALLBACK": "default",
                "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
                "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.control),
                "COLUMNS": "1000",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, **options: Any) -> str:
        """Return what a run has said, on one line of single spaces."""
        return self.finish(self.start(**options))

    def finish(self, process: subprocess.Popen[str]) -> str:
        """Wait for a run that was started, for at most 90 s, and return what it has said."""
        return re.sub(r"\s+", " ", process.communicate(timeout=90)[0])

    def close(self) -> None:
        """Close the connections that Ansible keeps open."""
        for socket in self.control.glob("*"):
            command = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", self.host.address]
            subprocess.run(command, capture_output=True, check=False)


def sshd(content: str, **options: Any) -> dict[str, Any]:
    """Return a guarded transaction of the SSH daemon."""
    file = {"path": SSHD, "content": content, "validate": ["sshd", "-t", "-f", "%s"]}
    return {
        "name": "ssh",
        "files": [file],
        "apply": [["sshd", "-t"], ["systemctl", "reload", "ssh"]],
        "guard": GUARD_SECONDS,
        **options,
    }


def assert_no_guard(host: Host) -> None:
    """Assert that nothing is armed any more, neither for now nor for the next boot."""
    assert "slipway" not in host.ssh("systemctl list-units --all --plain --no-legend 'slipway*'")
    assert "slipway" not in host.ssh("find /etc/systemd/system")
    assert "journal.json" not in host.ssh(f"find {STATE}")


def test_good_change_is_confirmed_and_stays(host: Host, playbook: Play) -> None:
    said = playbook.run(**sshd("ClientAliveInterval 77\n"))
    assert "changed=1" in said, said
    assert "+ClientAliveInterval 77" in said
    assert_no_guard(host)
    time.sleep(GUARD_SECONDS + 1)
    assert "clientaliveinterval 77" in host.ssh("sshd -T")
    said = playbook.run(**sshd("ClientAliveInterval 77\n"))
    assert "ok=1 changed=0" in said, said
    assert host.ssh(f"find {STATE} -mindepth 1") == ""


def test_moved_ssh_port_comes_back(host: Host, playbook: Play) -> None:
    before = host.ssh(f"cat {SSHD} 2>/dev/null || true")
    said = playbook.run(**sshd("Port 2222\n"))
    assert (
        f"{UNCONFIRMED.format(SSHD)} after {GUARD_SECONDS} s; make the change let the controller in." in said
    )
    assert "failed=1" in said
    assert host.ssh(f"cat {SSHD} 2>/dev/null || true") == before
    assert_no_guard(host)


def test_firewall_that_drops_every_packet_comes_back(host: Host, playbook: Play) -> None:
    rules = """\
flush ruleset
table inet cut {
  chain input { type filter hook input priority 0; tcp dport 22 drop; }
}
"""
    before = host.ssh("cat /etc/nftables.conf")
    file = {"path": "/etc/nftables.conf", "content": rules, "validate": ["nft", "-c", "-f", "%s"]}
    said = playbook.run(
        name="firewall", files=[file], apply=[["nft", "-f", "/etc/nftables.conf"]], guard=GUARD_SECONDS
    )
    assert UNCONFIRMED.format("/etc/nftables.conf") in said, said
    assert host.ssh("cat /etc/nftables.conf") == before
    assert "cut" not in host.ssh("nft list ruleset")
    assert_no_guard(host)


def test_sudo_that_is_lost_comes_back(host: Host, playbook: Play) -> None:
    host.ssh(
        "useradd -m ops; mkdir -p -m 700 ~ops/.ssh; cp ~/.ssh/authorized_keys ~ops/.ssh; "
        "chown -R ops: ~ops/.ssh; echo 'ops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops"
    )
    file = {"path": "/etc/sudoers.d/ops", "content": "", "mode": "0440", "validate": ["visudo", "-cf", "%s"]}
    said = playbook.run(user="ops", name="sudo", files=[file], guard=GUARD_SECONDS)
    assert UNCONFIRMED.format("/etc/sudoers.d/ops") in said, said
    assert "NOPASSWD" in host.ssh("cat /etc/sudoers.d/ops")
    assert_no_guard(host)


def test_failing_apply_restores(host: Host, playbook: Play) -> None:
    host.ssh("printf old > /etc/demo")
    file = {"path": "/etc/demo", "content": "new"}
    said = playbook.run(
        name="demo", files=[file], apply=[["grep", "-H", "old", "/etc/demo"]], guard=GUARD_SECONDS
    )
    assert "`grep -H old /etc/demo` ended with 1; the previous files are back and applied." in said, said
    assert host.ssh("cat /etc/demo") == "old"
    assert_no_guard(host)


def test_secret_is_in_no_output_and_in_no_log_of_the_host(host: Host, playbook: Play) -> None:
    secret = "S3NTINEL-OF-THIS-TEST"  # noqa: S105 - what must not be seen
    file = {"path": "/etc/secret", "content": f"key={secret}\n", "mode": "0600", "sensitive": True}
    apply = ["sh", "-c", "cat /etc/secret; stat -c %a /etc/secret | grep -q 600"]
    validate = ["sh", "-c", "cat $0; exit 1", "%s"]
    said = playbook.run(name="secret", files=[file], verbosity="vvv")
    assert "changed=1" in said, said
    said += playbook.run(name="secret", files=[file | {"mode": "0640"}], apply=[apply])
    said += playbook.run(name="secret", files=[file | {"content": f"k={secret}", "validate": validate}])
    assert said.count("failed=1") == 2
    assert "ended with 1: key=***" in said, "what a command has said is shown, without the secret"
    assert secret in host.ssh("cat /etc/secret")
    assert secret not in said
    assert "Invoked with" in host.ssh("journalctl")
    assert secret not in host.ssh("journalctl")
    assert_no_guard(host)


def test_killed_run_is_finished_by_the_next(host: Host, playbook: Play) -> None:
    kill = ["sh", "-c", "test -e /run/killed || { touch /run/killed; kill -9 $PPID; }"]
    options = {
        "name": "killed",
        "files": [{"path": "/etc/killed", "content": "new"}],
        "apply": [kill, ["cp", "/etc/killed", "/run/applied"]],
    }
    assert "failed=1" in playbook.run(**options)
    assert host.ssh("cat /etc/killed; ls /run/applied 2>&1 || true").startswith("newls: cannot access")
    assert "changed=1" in playbook.run(**options)
    assert host.ssh("cat /run/applied") == "new"
    assert "ok=1 changed=0" in playbook.run(**options)


def test_killed_guarded_run_is_undone_by_the_host(host: Host, playbook: Play) -> None:
    host.ssh("printf old > /etc/demo")
    file = {"path": "/etc/demo", "content": "new"}
    said = playbook.run(
        name="demo",
        files=[file],
        apply=[["sh", "-c", "grep old /etc/demo || kill -9 $PPID"]],
        guard=GUARD_SECONDS,
    )
    assert UNCONFIRMED.format("/etc/demo") in said, said
    assert host.ssh("cat /etc/demo") == "old"
    assert_no_guard(host)


def test_reboot_before_the_confirmation_undoes(host: Host, playbook: Play) -> None:
    before = host.ssh(f"cat {SSHD} 2>/dev/null || true")
    run = playbook.start(**sshd("Port 2222\n", apply=[["touch", "/run/applying"], ["sleep", "60"]], guard=50))
    deadline = time.monotonic() + 20
    while "applying" not in host.ssh("ls /run"):
        assert time.monotonic() < deadline
    assert "Port 2222" in host.ssh(f"cat {SSHD}")
    host.reboot()
    said = playbook.finish(run)
    assert f"{UNCONFIRMED.format(SSHD)} when it was rebooted" in said, said
    assert host.ssh(f"cat {SSHD} 2>/dev/null || true") == before
    assert "slipway" not in host.ssh("find /etc/systemd/system")
    said = playbook.run(**sshd("ClientAliveInterval 78\n"))
    assert "changed=1" in said, said
    assert_no_guard(host)
