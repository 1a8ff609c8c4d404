# SPDX-License-Identifier: GPL-3.0-or-later
"""What the base role writes, for defaults and for each variable that changes it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.templates import RoleTemplates

KEYS = ["ssh-ed25519 AAAA first@example.com", "ssh-ed25519 BBBB second@example.com\n"]
SSHD = "etc/ssh/sshd_config.d/00-slipway.conf"
UPGRADES = "etc/apt/apt.conf.d/52slipway"
KERNEL = "etc/systemd/system/slipway-kernel.service"


def render(path: str, **variables: object) -> str:
    return RoleTemplates("base", base_admin_keys=KEYS, **variables).render(path)


def test_admin_has_exactly_the_keys_one_a_line() -> None:
    lines = render("home/admin/.ssh/authorized_keys").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [key.strip() for key in KEYS]


def test_admin_needs_no_password_for_sudo() -> None:
    assert "ann ALL=(ALL:ALL) NOPASSWD: ALL\n" in render("etc/sudoers.d/slipway", base_admin_user="ann")


@pytest.mark.parametrize(("allowed", "written"), [(True, "prohibit-password"), (False, "no")])
def test_root_login_is_with_a_key_or_not_at_all(allowed: bool, written: str) -> None:
    assert f"\nPermitRootLogin {written}\n" in render(SSHD, base_ssh_root_login=allowed)


def test_nobody_logs_in_by_password() -> None:
    lines = render(SSHD).splitlines()
    assert "PasswordAuthentication no" in lines
    assert "KbdInteractiveAuthentication no" in lines
    assert "AuthenticationMethods publickey" in lines


@pytest.mark.parametrize(("only", "removed"), [(False, ""), (True, ",curve25519-*")])
def test_key_exchanges_that_are_taken_out(only: bool, removed: str) -> None:
    wanted = f"\nKexAlgorithms -ecdh-*,diffie-hellman-*{removed}\n"
    assert wanted in render(SSHD, base_ssh_post_quantum_only=only)


def test_only_security_upgrades_come_by_themselves() -> None:
    origins = [line for line in render(UPGRADES).splitlines() if "origin=" in line]
    assert origins
    assert all("-security" in line for line in origins)


@pytest.mark.parametrize(("time", "reboots"), [("", "false"), ("04:00", "true")])
def test_reboot_only_at_the_time_given(time: str, reboots: str) -> None:
    text = render(UPGRADES, base_automatic_reboot_time=time)
    assert f'Automatic-Reboot "{reboots}";' in text
    assert ('Automatic-Reboot-Time "04:00";' in text) == bool(time)


@pytest.mark.parametrize(("size", "written"), [("2G", 2 * 1024**3), ("512M", 512 * 1024**2), (0, 0)])
def test_swap_size_is_written_in_bytes(size: str | int, written: int) -> None:
    assert f"/swapfile {written}\n" in render(KERNEL, base_swap_size=size)


def test_kernel_wide_settings_stay_out_of_containers() -> None:
    assert "\nConditionVirtualization=!container\n" in render(KERNEL)
    for line in render("etc/sysctl.d/60-slipway.conf").splitlines():
        assert line == "" or line.startswith(("#", "-net."))  # a network namespace has these for itself


def test_outgoing_ports_stay_clear_of_relays() -> None:
    assert "ip_local_port_range = 16384 49151\n" in render("etc/sysctl.d/60-slipway.conf")


@pytest.mark.parametrize(
    ("servers", "lines"), [([], []), (["ntp.example.org", "192.0.2.1"], ["NTP=ntp.example.org 192.0.2.1"])]
)
def test_time_servers(servers: list[str], lines: list[str]) -> None:
    text = render("etc/systemd/timesyncd.conf.d/slipway.conf", base_ntp_servers=servers)
    assert [line for line in text.splitlines() if line.startswith("NTP=")] == lines


def test_journal_has_limits_in_size_and_time() -> None:
    text = render("etc/systemd/journald.conf.d/slipway.conf", base_journal_max_size="500M")
    assert f"SystemMaxUse={500 * 1024**2}\n" in text
    assert "MaxRetentionSec=30day\n" in text


class Swap:
    """The swap script beside stand-ins for the three programs that would touch this machine's swap."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "swapfile"
        self.calls = folder / "calls"
        self._folder = folder
        text = render("usr/local/lib/slipway/swap").replace("/proc/swaps", str(folder / "swaps"))
        (folder / "swap").write_text(text)
        (folder / "swaps").write_text("Filename Type\n")
        for name in ("mkswap", "swapon", "swapoff"):
            program = folder / name
            program.write_text(f'#!/bin/sh\necho "{name} $1" >>{self.calls}\n')
            program.chmod(0o755)

    def run(self, size: int) -> list[str]:
        """Run the script and return what it called, by program."""
        self.calls.write_text("")
        environment = {"PATH": f"{self._folder}:{os.environ['PATH']}"}
        subprocess.run(["sh", self._folder / "swap", self.file, str(size)], check=True, env=environment)
        return [line.split()[0] for line in self.calls.read_text().splitlines()]

    def say_in_use(self) -> None:
        """Have the kernel's list of swaps name the file."""
        (self._folder / "swaps").write_text(f"Filename Type\n{self.file} file 65536 0 -2\n")


@pytest.fixture
def swap(tmp_path: Path) -> Swap:
    return Swap(tmp_path)


def test_swap_file_is_made_once_and_readable_by_root_alone(swap: Swap) -> None:
    assert swap.run(65536) == ["mkswap", "swapon"]
    assert swap.file.stat().st_size == 65536
    assert swap.file.stat().st_mode & 0o777 == 0o600
    swap.say_in_use()
    assert swap.run(65536) == []


def test_swap_file_is_used_again_after_a_reboot(swap: Swap) -> None:
    swap.run(65536)
    assert swap.run(65536) == ["swapon"]


def test_swap_file_of_another_size_is_replaced(swap: Swap) -> None:
    swap.run(65536)
    swap.say_in_use()
    assert swap.run(131072)[:2] == ["swapoff", "mkswap"]
    assert swap.file.stat().st_size == 131072


def test_no_swap_wanted_removes_the_file(swap: Swap) -> None:
    swap.run(65536)
    swap.say_in_use()
    assert swap.run(0) == ["swapoff"]
    assert not swap.file.exists()


def test_swap_file_half_made_by_a_killed_run_is_made_anew(swap: Swap) -> None:
    swap.file.with_suffix(".new").write_bytes(b"x" * 200_000)
    assert swap.run(65536) == ["mkswap", "swapon"]
    assert swap.file.stat().st_size == 65536
