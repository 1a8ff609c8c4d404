# SPDX-License-Identifier: GPL-3.0-or-later
"""A host after the role base, with the role's defaults; seen over SSH, before and after a reboot."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

# Clients of 2021 know no other key exchange, Ubuntu 22.04 has one; base_ssh_post_quantum_only refuses them.
ACCEPTED_WARNING = "does not provide protection against post-quantum attacks"


@pytest.fixture(scope="module")
def sshd(host: Any) -> list[str]:
    """The settings in force, as sshd itself tells them."""
    return str(host.check_output("sshd -T")).splitlines()


@pytest.fixture(scope="module")
def audit(host: Any) -> dict[str, Any]:
    """What ssh-audit sees from here."""
    variables = host.ansible.get_variables()
    address, port = variables["ansible_host"], variables.get("ansible_port", 22)
    argv = [sys.executable, "-m", "ssh_audit", "--json", "--skip-rate-test", "--port", str(port), address]
    return dict(json.loads(subprocess.run(argv, capture_output=True, check=False, timeout=60).stdout))


def test_admin_becomes_root_without_password(host: Any) -> None:
    assert host.check_output("su --login slipway --command %s", "sudo --non-interactive id --user") == "0"


def test_admin_keys_are_exactly_the_ones_given(host: Any) -> None:
    file = host.file("/home/slipway/.ssh/authorized_keys")
    assert (file.user, file.mode) == ("slipway", 0o600)
    keys = [line for line in file.content_string.splitlines() if not line.startswith("#")]
    given = host.ansible("debug", "msg={{ base_admin_keys | to_json }}", check=False)["msg"]
    assert keys == json.loads(given)


@pytest.mark.parametrize(
    "setting",
    [
        "authenticationmethods publickey",
        "passwordauthentication no",
        "kbdinteractiveauthentication no",
        "permitrootlogin without-password",  # what sshd -T calls prohibit-password
        "x11forwarding no",
        "allowagentforwarding no",
    ],
)
def test_sshd_has_taken_the_setting(sshd: list[str], setting: str) -> None:
    assert setting in sshd


def test_only_security_upgrades_come_by_themselves(host: Any) -> None:
    seen = host.run("unattended-upgrade --dry-run --debug")
    origins = next(line for line in seen.stdout.splitlines() if line.startswith("Allowed origins are:"))
    assert all("-security" in origin for origin in origins.partition(": ")[2].split(", "))
    assert 'Unattended-Upgrade::Automatic-Reboot "false";' in host.check_output("apt-config dump")


@pytest.mark.parametrize("timer", ["apt-daily.timer", "apt-daily-upgrade.timer"])
def test_upgrades_are_looked_for_daily(host: Any, timer: str) -> None:
    assert host.service(timer).is_enabled
    assert host.service(timer).is_running


def test_time_is_utc_and_kept(host: Any) -> None:
    assert host.check_output("date +%Z") == "UTC"
    assert host.service("systemd-timesyncd.service").is_enabled


def test_journal_survives_reboots_within_limits(host: Any) -> None:
    settings = host.check_output("systemd-analyze cat-config systemd/journald.conf")
    assert "\nStorage=persistent\nSystemMaxUse=1073741824\nMaxRetentionSec=30day" in settings
    assert host.file("/var/log/journal").is_directory


def test_no_core_dumps_and_many_files(host: Any) -> None:
    manager = host.check_output("systemctl show --property=DefaultLimitCORE,DefaultLimitNOFILESoft")
    assert "DefaultLimitCORE=0" in manager
    assert "DefaultLimitNOFILESoft=65536" in manager
    assert host.check_output("su --login slipway --command 'ulimit -Hc'") == "0"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("net.ipv4.ip_local_port_range", "16384\t49151"),
        ("net.core.somaxconn", "4096"),
        ("net.ipv4.tcp_max_syn_backlog", "4096"),
    ],
)
def test_network_settings_are_in_force(host: Any, key: str, value: str) -> None:
    assert host.check_output("sysctl --values %s", key) == value


def test_kernel_settings_are_in_force_on_a_machine_and_left_alone_in_a_container(host: Any) -> None:
    shown = host.check_output(
        "systemctl show --property=ConditionResult,Result,UnitFileState slipway-kernel.service"
    )
    in_container = host.run("systemd-detect-virt --quiet --container").succeeded
    assert "UnitFileState=enabled" in shown
    assert "Result=success" in shown
    assert f"ConditionResult={'no' if in_container else 'yes'}" in shown
    assert host.file("/swapfile").exists is not in_container


# Last, because OpenSSH 10 shuts out for a while whom it has refused too often, and us with them.


def test_admin_logs_in_with_the_key_and_not_without(host: Any) -> None:
    variables = host.ansible.get_variables()
    common = variables["ansible_ssh_common_args"].split()
    key = variables["ansible_ssh_private_key_file"]
    argv = ["ssh", *common, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", key]
    target = f"slipway@{variables['ansible_host']}"
    assert subprocess.run([*argv, target, "true"], check=False, timeout=30).returncode == 0
    refused = [*argv, "-o", "PubkeyAuthentication=no", target, "true"]
    answer = subprocess.run(refused, check=False, timeout=30, capture_output=True, text=True)
    assert "Permission denied (publickey)" in answer.stderr


def test_ssh_audit_finds_nothing_weak(audit: dict[str, Any]) -> None:
    offered = [entry for kind in ("kex", "key", "enc", "mac") for entry in audit[kind]]
    notes = [
        (entry["algorithm"], note)
        for entry in offered
        for level in ("fail", "warn")
        for note in entry["notes"].get(level, [])
    ]
    assert len(offered) > 10
    assert {note for _unused, note in notes} <= {ACCEPTED_WARNING}
    assert {name for name, _unused in notes} <= {"curve25519-sha256", "curve25519-sha256@libssh.org"}


def test_key_exchange_safe_from_quantum_computers_is_offered(audit: dict[str, Any]) -> None:
    assert any(entry["algorithm"].startswith(("mlkem768", "sntrup761")) for entry in audit["kex"])


def test_host_keys_are_strong(audit: dict[str, Any]) -> None:
    assert {entry["algorithm"] for entry in audit["key"]} == {"ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512"}
    assert all(entry.get("keysize", 3072) >= 3072 for entry in audit["key"])
