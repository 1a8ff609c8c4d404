# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the variables of base and docker beyond their types, and about the host."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import base, docker
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.host import Host

GIB = 1024**3
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGOMk8HeE954vuKBPDGTtaJage2F9SnKWLzb3kkkMUgU admin@example.org"
HOST = Host("debian", "13", "trixie", "x86_64", 9 * GIB, 9 * GIB, 2 * GIB, "root", False, "203.0.113.9")
FORMAT = "is no public key in OpenSSH's format"

BASE: dict[str, Any] = {
    "base_admin_user": "slipway",
    "base_admin_keys": [KEY],
    "base_ssh_root_login": True,
    "base_ssh_post_quantum_only": False,
    "base_automatic_reboot_time": "",
    "base_timezone": "Etc/UTC",
    "base_ntp_servers": [],
    "base_journal_max_size": GIB,
    "base_journal_max_days": 30,
    "base_swap_size": 2 * GIB,
    "base_apt_lock_timeout": 300,
}
DOCKER: dict[str, Any] = {
    "docker_source": "distribution",
    "docker_repository_url": "https://download.docker.com/linux",
    "docker_repository_key_checksum": f"sha256:{'0' * 64}",
    "docker_repository_key_fingerprint": "0" * 40,
    "docker_log_max_size": "20m",
    "docker_log_max_files": 5,
    "docker_address_pools": [{"base": "172.30.0.0/16", "size": 24}],
    "docker_registry_mirrors": [],
    "docker_prune_after_days": 7,
    "docker_apt_lock_timeout": 300,
}


def told(role: Any, host: Host | None = HOST, **variables: Any) -> list[tuple[str, str]]:
    """Return the variable and the fault of each problem; every one must come with a mend."""
    good = BASE if role is base else DOCKER
    problems = list(role.check(Given({**good, **variables}, lambda: host)))
    assert all(problem.mend for problem in problems)
    return [(problem.variable, problem.what) for problem in problems]


def host(**differs: Any) -> Host:
    return dataclasses.replace(HOST, **differs)


@pytest.mark.parametrize("role", [base, docker])
@pytest.mark.parametrize(
    "seen",
    [None, HOST, host(distribution="ubuntu", version="22.04"), host(distribution="debian", version="")],
)
def test_good_input_is_silent(role: Any, seen: Host | None) -> None:
    assert told(role, seen) == []


@pytest.mark.parametrize(
    "variables",
    [
        {"base_admin_keys": [f'from="203.0.113.0/24",command="echo a b" {KEY}', f"{KEY}\n"]},
        {"base_admin_user": "_ann-1"},
        {"base_automatic_reboot_time": "23:59", "base_timezone": "Europe/Berlin"},
        {"base_ntp_servers": ["ntp.example.org", "192.0.2.1", "2001:db8::1", "time"]},
        {"base_swap_size": 0},
    ],
)
def test_good_base_variables_are_silent(variables: dict[str, Any]) -> None:
    assert told(base, **variables) == []


@pytest.mark.parametrize(
    "variables",
    [
        {
            "docker_registry_mirrors": [
                "https://mirror.example.org",
                "http://198.18.0.9:5000/",
                "http://[2001:db8::1]:5000",
            ]
        },
        {
            "docker_address_pools": [
                {"base": "10.99.0.0/16", "size": 29},
                {"base": "2001:db8::/48", "size": 64},
            ]
        },
        {"docker_repository_url": "https://mirror.example.org/docker/linux"},
    ],
)
def test_good_docker_variables_are_silent(variables: dict[str, Any]) -> None:
    assert told(docker, **variables) == []


@pytest.mark.parametrize(
    ("variable", "value", "place", "what"),
    [
        ("base_admin_keys", [], "", "without a key nobody could log in"),
        ("base_admin_keys", [KEY, "AAAAC3NzaC1lZDI1NTE5"], "[1]", FORMAT),
        ("base_admin_keys", [KEY[:60]], "[0]", FORMAT),
        ("base_admin_keys", [KEY.replace("ssh-ed25519", "ssh-rsa")], "[0]", FORMAT),
        ("base_admin_keys", [f"# {KEY}"], "[0]", FORMAT),
        ("base_admin_keys", ["ssh-dss AAAAB3NzaC1kc3M="], "[0]", FORMAT),
        ("base_admin_keys", ["~/.ssh/id_ed25519.pub"], "[0]", FORMAT),
        ("base_admin_keys", [f"{KEY}\n{KEY}"], "[0]", "has several lines"),
        ("base_admin_user", "root", "", "root is no user of its own"),
        ("base_admin_user", "Ann Lee", "", "'Ann Lee' is no name of a Linux user"),
        ("base_admin_user", "a" * 33, "", f"'{'a' * 33}' is no name of a Linux user"),
        ("base_automatic_reboot_time", "750", "", "'750' is no time of day"),
        ("base_automatic_reboot_time", "24:00", "", "'24:00' is no time of day"),
        ("base_timezone", "Europe/Berln", "", "'Europe/Berln' is no time zone"),
        (
            "base_ntp_servers",
            ["ntp example org"],
            "[0]",
            "'ntp example org' is neither a host name nor an address",
        ),
        ("base_swap_size", 2, "", "is less than 1 MiB"),
        ("base_journal_max_size", 1, "", "is less than 16 MiB"),
        ("base_journal_max_days", 0, "", "0 is too little"),
        ("base_apt_lock_timeout", -1, "", "-1 is too little"),
    ],
)
def test_bad_base_variable(variable: str, value: Any, place: str, what: str) -> None:
    assert told(base, **{variable: value}) == [(f"{variable}{place}", what)]


def test_pasted_private_key_is_never_shown() -> None:
    pasted = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----"
    (problem,) = base.check(Given({**BASE, "base_admin_keys": [pasted]}, lambda: HOST))
    assert problem.what == "is a private key"
    assert "b3BlbnNzaC1rZXk" not in problem.sentence("all.yml:1")


def test_key_that_is_none_is_never_shown() -> None:
    (problem,) = base.check(Given({**BASE, "base_admin_keys": ["hunter2"]}, lambda: HOST))
    assert "hunter2" not in problem.sentence("all.yml:1")


def test_root_cannot_shut_itself_out() -> None:
    assert told(base, base_ssh_root_login=False) == [
        ("base_ssh_root_login", "we are logged in as root, and would lock ourselves out")
    ]
    assert told(base, host(user="slipway"), base_ssh_root_login=False) == []


@pytest.mark.parametrize(
    ("variable", "value", "place", "what"),
    [
        ("docker_log_max_size", "bogus", "", "'bogus' is no size as Docker writes it"),
        ("docker_log_max_size", "20", "", "'20' is no size as Docker writes it"),
        ("docker_log_max_files", 1, "", "1 is too little"),
        ("docker_prune_after_days", 0, "", "0 is too little"),
        ("docker_apt_lock_timeout", 0, "", "0 is too little"),
        ("docker_registry_mirrors", ["mirror.example.org"], "[0]", "is no address of a registry"),
        ("docker_registry_mirrors", ["ftp://mirror.example.org"], "[0]", "is no address of a registry"),
        ("docker_registry_mirrors", ["https://mirror.example.org/v2"], "[0]", "is no address of a registry"),
        ("docker_registry_mirrors", ["https://u:hunter2@example.org"], "[0]", "is no address of a registry"),
        ("docker_registry_mirrors", ["https://example.org:port"], "[0]", "is no address of a registry"),
        (
            "docker_repository_url",
            "http://download.docker.com/linux",
            "",
            "'http://download.docker.com/linux' is no address that begins with https://",
        ),
        ("docker_repository_key_checksum", "sha1:0", "", "'sha1:0' is no SHA-256 checksum"),
        ("docker_repository_key_fingerprint", "9DC8 5822", "", "'9DC8 5822' is no fingerprint"),
    ],
)
def test_bad_docker_variable(variable: str, value: Any, place: str, what: str) -> None:
    assert told(docker, **{variable: value}) == [(f"{variable}{place}", what)]


@pytest.mark.parametrize(
    ("pools", "place", "what"),
    [
        ([("172.30.0.0/33", 24)], "[0].base", "'172.30.0.0/33' is no network"),
        ([("172.30.0.1/16", 24)], "[0].base", "'172.30.0.1/16' is no network"),
        ([("172.30.0.0/16", 8)], "[0].size", "172.30.0.0/16 cannot be cut into networks of /8"),
        ([("172.30.0.0/16", 30)], "[0].size", "172.30.0.0/16 cannot be cut into networks of /30"),
        ([("172.30.0.0/24", 26)], "", "the pools give only 4 networks, and a host needs 8"),
        ([], "", "the pools give only 0 networks, and a host needs 8"),
        ([("203.0.113.0/24", 28)], "[0].base", "203.0.113.0/24 holds 203.0.113.9, the address we come from"),
        (
            [("172.30.0.0/16", 24), ("172.30.8.0/21", 24)],
            "[1].base",
            "172.30.8.0/21 overlaps 172.30.0.0/16",
        ),
    ],
)
def test_bad_address_pool(pools: list[tuple[str, int]], place: str, what: str) -> None:
    written = [{"base": network, "size": size} for network, size in pools]
    assert told(docker, docker_address_pools=written) == [(f"docker_address_pools{place}", what)]


def test_debian_12_has_no_compose_of_its_own() -> None:
    bookworm = host(version="12")
    assert told(docker, bookworm) == [("docker_source", "Debian 12 has no Compose v2 of its own")]
    assert told(docker, bookworm, docker_source="docker") == []


def test_upstream_engine_for_another_architecture() -> None:
    seen = told(docker, host(architecture="riscv64"), docker_source="docker")
    assert seen == [("docker_source", "Docker's repository has nothing for riscv64")]


@pytest.mark.parametrize("role", [base, docker])
@pytest.mark.parametrize(
    ("differs", "what"),
    [
        ({"distribution": "alpine", "version": "3.22"}, "runs alpine 3.22"),
        ({"distribution": "debian", "version": "11"}, "runs debian 11"),
        ({"distribution": "ubuntu", "version": "20.04"}, "runs ubuntu 20.04"),
        ({"distribution": "arch", "version": ""}, "runs arch"),
    ],
)
def test_unknown_distribution(role: Any, differs: dict[str, str], what: str) -> None:
    assert told(role, host(**differs)) == [("ansible_host", what)]


def test_full_disk() -> None:
    full = host(free_root=GIB // 4, free_var=GIB // 4)
    assert told(base, full) == [
        ("ansible_host", "has 256 MiB free on /, and the role needs 512"),
        ("ansible_host", "has 256 MiB free on /var, and the role needs 512"),
    ]
    assert told(docker, full) == [("ansible_host", "has 256 MiB free on /var, and the role needs 1024")]
