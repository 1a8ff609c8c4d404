# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input to base, firewall and docker: each ends in one sentence with variable, place and mend."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from support.preflight import Bench

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGOMk8HeE954vuKBPDGTtaJage2F9SnKWLzb3kkkMUgU admin@example.org"
KEYS = f"base_admin_keys: ['{KEY}']\n"


class Case(NamedTuple):
    """Variables as somebody wrote them into ``group_vars/all.yml``, and the four parts of the sentence."""

    role: str
    written: str
    variable: str
    place: str
    what: str
    mend: str


CASES = {
    "base: no keys": Case(
        "base",
        "base_admin_user: ann",
        "base_admin_keys",
        "not set",
        "needs a value",
        "set it below inventory/group_vars",
    ),
    "base: keys in one text": Case(
        "base",
        f"base_admin_keys: '{KEY}'",
        "base_admin_keys",
        "all.yml:1",
        "'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGOMk8HeE954vuKBPDGT... is no list",
        'write each item on a line after "- "',
    ),
    "base: an empty key": Case(
        "base",
        f"base_admin_keys:\n  - {KEY}\n  - ''",
        "base_admin_keys[1]",
        "all.yml:3",
        "is empty",
        "give it a value or remove it",
    ),
    "base: an empty user": Case(
        "base",
        KEYS + "base_admin_user: ''",
        "base_admin_user",
        "all.yml:2",
        "is empty",
        "give it a value, or remove it to have the default 'slipway'",
    ),
    "base: a list for the user": Case(
        "base",
        KEYS + "base_admin_user: [ann]",
        "base_admin_user",
        "all.yml:2",
        "is a list",
        "write one value",
    ),
    "base: nothing for the time zone": Case(
        "base",
        KEYS + "base_timezone:",
        "base_timezone",
        "first set in all.yml:2",
        "is empty",
        "give it a value, or remove it to have the default 'Etc/UTC'",
    ),
    "base: neither true nor false": Case(
        "base",
        KEYS + "base_ssh_root_login: key-only",
        "base_ssh_root_login",
        "all.yml:2",
        "'key-only' is neither true nor false",
        "write true or false",
    ),
    "base: time of day that YAML takes for a number": Case(
        "base",
        KEYS + "base_automatic_reboot_time: yes",
        "base_automatic_reboot_time",
        "first set in all.yml:2",
        "true is no text",
        "put it in quotes",
    ),
    "base: one server without a list": Case(
        "base",
        KEYS + "base_ntp_servers: ntp.example.org",
        "base_ntp_servers",
        "all.yml:2",
        "'ntp.example.org' is no list",
        'write each item on a line after "- "',
    ),
    "base: a size that is none": Case(
        "base",
        KEYS + "base_journal_max_size: plenty",
        "base_journal_max_size",
        "all.yml:2",
        "'plenty' is no size",
        "write it like 512M or 2G",
    ),
    "base: swap that is on": Case(
        "base",
        KEYS + "base_swap_size: true",
        "base_swap_size",
        "first set in all.yml:2",
        "true is no size",
        "write it like 512M or 2G",
    ),
    "base: days with a unit": Case(
        "base",
        KEYS + "base_journal_max_days: 30d",
        "base_journal_max_days",
        "all.yml:2",
        "'30d' is no whole number",
        "write digits only, like 22",
    ),
    "base: a waiting time in words": Case(
        "base",
        KEYS + "base_apt_lock_timeout: forever",
        "base_apt_lock_timeout",
        "all.yml:2",
        "'forever' is no whole number",
        "write digits only, like 22",
    ),
    "base: a variable misspelt": Case(
        "base",
        KEYS + "base_timezon: Etc/UTC",
        "base_timezon",
        "all.yml:2",
        "is no variable of the role base",
        "did you mean 'base_timezone'?",
    ),
    "base: a key from a variable that is not there": Case(
        "base",
        "ops_keys: []\nbase_admin_keys: '{{ opps_keys }}'",
        "base_admin_keys",
        "all.yml:2",
        "refers to the variable 'opps_keys', which is not defined",
        "did you mean 'ops_keys'?",
    ),
    "firewall: service misspelt": Case(
        "firewall",
        "firewall_services: [ssh, htps]",
        "firewall_services[1]",
        "all.yml:1",
        "'htps' is no known service",
        "write https, or declare its port in firewall_extra_ports",
    ),
    "firewall: without ssh": Case(
        "firewall",
        "firewall_services: [http]",
        "firewall_services",
        "all.yml:1",
        "without ssh nobody could reach the host any more",
        "add ssh",
    ),
    "firewall: services in one text": Case(
        "firewall",
        "firewall_services: ssh, http",
        "firewall_services",
        "all.yml:1",
        "'ssh, http' is no list",
        'write each item on a line after "- "',
    ),
    "firewall: CIDR that is none": Case(
        "firewall",
        "firewall_admin_networks:\n  - 203.0.113.0/24\n  - 10.0.0.0/40",
        "firewall_admin_networks[1]",
        "all.yml:3",
        "'10.0.0.0/40' is no network",
        "write it like 203.0.113.0/24 or 2001:db8::/32",
    ),
    "firewall: host bits": Case(
        "firewall",
        "firewall_admin_networks:\n  - 203.0.113.7/24",
        "firewall_admin_networks[0]",
        "all.yml:2",
        "'203.0.113.7/24' is a host, not a network",
        "write 203.0.113.0/24, or 203.0.113.7 for the host alone",
    ),
    "firewall: name for a network": Case(
        "firewall",
        "firewall_admin_networks: [office]",
        "firewall_admin_networks[0]",
        "all.yml:1",
        "'office' is no network",
        "write it like 203.0.113.0/24 or 2001:db8::/32",
    ),
    "firewall: empty network": Case(
        "firewall",
        "firewall_admin_networks: ['']",
        "firewall_admin_networks[0]",
        "all.yml:1",
        "is empty",
        "give it a value or remove it",
    ),
    "firewall: not our address": Case(
        "firewall",
        "firewall_admin_networks: [198.51.100.0/24]",
        "firewall_admin_networks",
        "all.yml:1",
        "none of these networks holds 203.0.113.7, the address we come from",
        "add 203.0.113.7, or connect from one of them",
    ),
    "firewall: not our address v6": Case(
        "firewall",
        "firewall_admin_networks: ['2001:db8::/32']",
        "firewall_admin_networks",
        "all.yml:1",
        "none of these networks holds 203.0.113.7, the address we come from",
        "add 203.0.113.7, or connect from one of them",
    ),
    "firewall: port 0": Case(
        "firewall",
        "firewall_ssh_port: 0",
        "firewall_ssh_port",
        "all.yml:1",
        "port 0 is out of range",
        "ports go from 1 to 65535",
    ),
    "firewall: port too high": Case(
        "firewall",
        "firewall_ssh_port: 70000",
        "firewall_ssh_port",
        "all.yml:1",
        "port 70000 is out of range",
        "ports go from 1 to 65535",
    ),
    "firewall: port in words": Case(
        "firewall",
        "firewall_ssh_port: ssh",
        "firewall_ssh_port",
        "all.yml:1",
        "'ssh' is no whole number",
        "write digits only, like 22",
    ),
    "firewall: relay range backwards": Case(
        "firewall",
        "firewall_turn_relay_ports: 50000-49152",
        "firewall_turn_relay_ports",
        "all.yml:1",
        "range 50000-49152 runs backwards",
        "write 49152-50000",
    ),
    "firewall: relay range empty": Case(
        "firewall",
        "firewall_turn_relay_ports: ''",
        "firewall_turn_relay_ports",
        "all.yml:1",
        "is empty",
        "give it a value, or remove it to have the default '49152-49999'",
    ),
    "firewall: relay range with colon": Case(
        "firewall",
        "firewall_turn_relay_ports: '49152:49999'",
        "firewall_turn_relay_ports",
        "all.yml:1",
        "'49152:49999' is no port",
        "write it like 8080, or a range like 8000-8010",
    ),
    "firewall: livekit in relay range": Case(
        "firewall",
        "firewall_services: [ssh, turn, livekit]\nfirewall_livekit_udp_ports: 49000-49200",
        "firewall_livekit_udp_ports",
        "all.yml:2",
        "49000-49200/udp overlaps 49152-49999/udp of turn relay",
        "give each a range of its own",
    ),
    "firewall: extra port without protocol": Case(
        "firewall",
        "firewall_extra_ports:\n  - port: 8443",
        "firewall_extra_ports[0].protocol",
        "all.yml:2",
        "is missing",
        "add it",
    ),
    "firewall: extra port bad protocol": Case(
        "firewall",
        "firewall_extra_ports:\n  - port: 8443\n    protocol: udb",
        "firewall_extra_ports[0].protocol",
        "all.yml:3",
        "'udb' is none of tcp, udp",
        "did you mean 'udp'?",
    ),
    "firewall: extra port unknown key": Case(
        "firewall",
        "firewall_extra_ports:\n  - port: 8443\n    proto: tcp\n    protocol: tcp",
        "firewall_extra_ports[0].proto",
        "all.yml:3",
        "is no key here",
        "did you mean 'protocol'?",
    ),
    "firewall: extra port bad port": Case(
        "firewall",
        "firewall_extra_ports:\n  - {port: 99999, protocol: tcp}",
        "firewall_extra_ports[0].port",
        "all.yml:2",
        "port 99999 is out of range",
        "ports go from 1 to 65535",
    ),
    "firewall: extra port bad network": Case(
        "firewall",
        "firewall_extra_ports:\n  - port: 8443\n    protocol: tcp\n    networks:\n      - 203.0.113.0/33",
        "firewall_extra_ports[0].networks[0]",
        "all.yml:5",
        "'203.0.113.0/33' is no network",
        "write it like 203.0.113.0/24 or 2001:db8::/32",
    ),
    "firewall: extra twice": Case(
        "firewall",
        "firewall_extra_ports:\n  - {port: 8000-8010, protocol: tcp}\n  - {port: 8005, protocol: tcp}",
        "firewall_extra_ports[1]",
        "all.yml:3",
        "8005/tcp overlaps 8000-8010/tcp of extra port",
        "give each a range of its own",
    ),
    "firewall: extra over service": Case(
        "firewall",
        "firewall_extra_ports:\n  - {port: 443, protocol: udp}",
        "firewall_extra_ports[0]",
        "all.yml:2",
        "443/udp overlaps 443/udp of https",
        "give each a range of its own",
    ),
    "firewall: bare number": Case(
        "firewall",
        "firewall_extra_ports: [8443]",
        "firewall_extra_ports[0]",
        "all.yml:1",
        "8443 is no dictionary",
        'write "key: value" lines',
    ),
    "firewall: guard 0": Case(
        "firewall",
        "firewall_guard_seconds: 0",
        "firewall_guard_seconds",
        "all.yml:1",
        "a new connection needs longer than that to prove itself",
        "write at least 10",
    ),
    "firewall: quote in comment": Case(
        "firewall",
        "firewall_extra_ports:\n  - {port: 8443, protocol: tcp, comment: 'a \"b\"'}",
        "firewall_extra_ports[0].comment",
        "all.yml:2",
        "comment 'a \"b\"' cannot stand in a rule",
        "use at most 100 characters, no quotes",
    ),
    "firewall: variable misspelt": Case(
        "firewall",
        "firewall_admin_network: [203.0.113.0/24]",
        "firewall_admin_network",
        "all.yml:1",
        "is no variable of the role firewall",
        "did you mean 'firewall_admin_networks'?",
    ),
    "docker: source misspelt": Case(
        "docker",
        "docker_source: distro",
        "docker_source",
        "all.yml:1",
        "'distro' is none of distribution, docker",
        "did you mean 'distribution'?",
    ),
    "docker: source unknown": Case(
        "docker",
        "docker_source: upstream",
        "docker_source",
        "all.yml:1",
        "'upstream' is none of distribution, docker",
        "write distribution or docker",
    ),
    "docker: log size empty": Case(
        "docker",
        "docker_log_max_size: ''",
        "docker_log_max_size",
        "all.yml:1",
        "is empty",
        "give it a value, or remove it to have the default '20m'",
    ),
    "docker: log files words": Case(
        "docker",
        "docker_log_max_files: many",
        "docker_log_max_files",
        "all.yml:1",
        "'many' is no whole number",
        "write digits only, like 22",
    ),
    "docker: pool unknown key": Case(
        "docker",
        "docker_address_pools:\n  - base: 172.30.0.0/16\n    sise: 24\n    size: 24",
        "docker_address_pools[0].sise",
        "all.yml:3",
        "is no key here",
        "did you mean 'size'?",
    ),
    "docker: pool missing size": Case(
        "docker",
        "docker_address_pools:\n  - base: 172.30.0.0/16",
        "docker_address_pools[0].size",
        "all.yml:2",
        "is missing",
        "add it",
    ),
    "docker: pool text": Case(
        "docker",
        "docker_address_pools: 172.30.0.0/16",
        "docker_address_pools",
        "all.yml:1",
        "'172.30.0.0/16' is no list",
        'write each item on a line after "- "',
    ),
    "docker: mirror text": Case(
        "docker",
        "docker_registry_mirrors: http://198.51.100.7:5000",
        "docker_registry_mirrors",
        "all.yml:1",
        "'http://198.51.100.7:5000' is no list",
        'write each item on a line after "- "',
    ),
    "docker: prune words": Case(
        "docker",
        "docker_prune_after_days: week",
        "docker_prune_after_days",
        "all.yml:1",
        "'week' is no whole number",
        "write digits only, like 22",
    ),
    "docker: variable misspelt": Case(
        "docker",
        "docker_log_maxsize: 5m",
        "docker_log_maxsize",
        "all.yml:1",
        "is no variable of the role docker",
        "did you mean 'docker_log_max_size'?",
    ),
    "base: an empty list of keys": Case(
        "base",
        "base_admin_keys: []",
        "base_admin_keys",
        "all.yml:1",
        "without a key nobody could log in",
        "add the line of your .pub file",
    ),
    "base: a key cut short": Case(
        "base",
        "base_admin_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5]",
        "base_admin_keys[0]",
        "all.yml:1",
        "is no public key in OpenSSH's format",
        "use the one line of your .pub file, like ssh-ed25519 AAAA... name",
    ),
    "base: a private key": Case(
        "base",
        "base_admin_keys:\n  - '-----BEGIN OPENSSH PRIVATE KEY-----'",
        "base_admin_keys[0]",
        "all.yml:2",
        "is a private key",
        "remove it, make a new pair since this one was written down, and use its .pub file",
    ),
    "base: a user name with a space": Case(
        "base",
        KEYS + "base_admin_user: Ann Lee",
        "base_admin_user",
        "all.yml:2",
        "'Ann Lee' is no name of a Linux user",
        "use up to 32 of a-z, 0-9, _ and -",
    ),
    "base: root as admin": Case(
        "base",
        KEYS + "base_admin_user: root",
        "base_admin_user",
        "all.yml:2",
        "root is no user of its own",
        "name another, like slipway",
    ),
    "base: a time zone misspelt": Case(
        "base",
        KEYS + "base_timezone: Europe/Berln",
        "base_timezone",
        "all.yml:2",
        "'Europe/Berln' is no time zone",
        "did you mean 'Europe/Berlin'?",
    ),
    "base: an hour that is none": Case(
        "base",
        KEYS + "base_automatic_reboot_time: '24:00'",
        "base_automatic_reboot_time",
        "all.yml:2",
        "'24:00' is no time of day",
        'write it with quotes, like "04:00"',
    ),
    "base: swap without unit": Case(
        "base",
        KEYS + "base_swap_size: 2048",
        "base_swap_size",
        "all.yml:2",
        "is less than 1 MiB",
        "write a unit, like 2G, or 0 for no swap",
    ),
    "base: no days": Case(
        "base",
        KEYS + "base_journal_max_days: 0",
        "base_journal_max_days",
        "all.yml:2",
        "0 is too little",
        "write at least 1",
    ),
    "base: a URL for a time server": Case(
        "base",
        KEYS + "base_ntp_servers: ['ntp://ntp.example.org']",
        "base_ntp_servers[0]",
        "all.yml:2",
        "'ntp://ntp.example.org' is neither a host name nor an address",
        "write it like ntp.example.org",
    ),
    "base: root login closed while logged in as root": Case(
        "base",
        KEYS + "base_ssh_root_login: false",
        "base_ssh_root_login",
        "first set in all.yml:2",
        "we are logged in as root, and would lock ourselves out",
        "set ansible_user: slipway first",
    ),
    "docker: a log size without unit": Case(
        "docker",
        "docker_log_max_size: 20MB",
        "docker_log_max_size",
        "all.yml:1",
        "'20MB' is no size as Docker writes it",
        "write it like 20m",
    ),
    "docker: one log file": Case(
        "docker",
        "docker_log_max_files: 1",
        "docker_log_max_files",
        "all.yml:1",
        "1 is too little",
        "write at least 2",
    ),
    "docker: a pool that is no network": Case(
        "docker",
        "docker_address_pools:\n  - {base: 172.30.0.0/40, size: 24}",
        "docker_address_pools[0].base",
        "all.yml:2",
        "'172.30.0.0/40' is no network",
        "write it like 172.30.0.0/16",
    ),
    "docker: a pool bigger than its base": Case(
        "docker",
        "docker_address_pools:\n  - {base: 172.30.0.0/16, size: 8}",
        "docker_address_pools[0].size",
        "all.yml:2",
        "172.30.0.0/16 cannot be cut into networks of /8",
        "write a number from 16 to 29",
    ),
    "docker: a pool that holds our address": Case(
        "docker",
        "docker_address_pools:\n  - {base: 203.0.0.0/16, size: 24}",
        "docker_address_pools[0].base",
        "all.yml:2",
        "203.0.0.0/16 holds 203.0.113.7, the address we come from",
        "choose another, or answers to us would go to containers",
    ),
    "docker: a mirror with a path": Case(
        "docker",
        "docker_registry_mirrors:\n  - https://mirror.example.org/v2/",
        "docker_registry_mirrors[0]",
        "all.yml:2",
        "is no address of a registry",
        "write only scheme, host and port, like https://mirror.example.org",
    ),
    "docker: a repository without TLS": Case(
        "docker",
        "docker_repository_url: http://mirror.example.org",
        "docker_repository_url",
        "all.yml:1",
        "'http://mirror.example.org' is no address that begins with https://",
        "write it like https://download.docker.com/linux",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_input_ends_in_one_sentence(bench: Bench, case: Case) -> None:
    bench.write(case.written)
    result = bench.preflight(case.role)
    place = case.place.replace("all.yml", "inventory/group_vars/all.yml")
    end = "" if case.mend.endswith("?") else "."
    assert result["msg"] == f"{case.variable} ({place}): {case.what}; {case.mend}{end}"
    assert result["failed"]
    assert not result["changed"]


# Lines of the host's answer that differ, and the sentence about the host that each role gives.
HOSTS = {
    "base: little room": (
        "base",
        {"free_var": "1024"},
        "web1",
        "has 1 MiB free on /var, and the role needs 512",
        "free some space or give it a bigger disk",
    ),
    "docker: little room": (
        "docker",
        {"free_var": "1024"},
        "web1",
        "has 1 MiB free on /var, and the role needs 1024",
        "free some space or give it a bigger disk",
    ),
    "base: another distribution": (
        "base",
        {"os_ID": "alpine", "os_VERSION_ID": "3.22.1"},
        "web1",
        "runs alpine 3.22.1",
        "install Debian 12 or newer, or Ubuntu 22.04 or newer",
    ),
    "docker: an old release": (
        "docker",
        {"os_VERSION_ID": "11"},
        "web1",
        "runs debian 11",
        "install Debian 12 or newer, or Ubuntu 22.04 or newer",
    ),
}


@pytest.mark.parametrize(("role", "answers", "host", "what", "mend"), HOSTS.values(), ids=HOSTS)
def test_a_host_that_will_not_do_ends_in_one_sentence(
    bench: Bench, role: str, answers: dict[str, str], host: str, what: str, mend: str
) -> None:
    bench.write(KEYS)
    bench.answer(**answers)
    assert bench.preflight(role)["msg"] == f"ansible_host ({host}): {what}; {mend}."


def test_a_fault_of_the_host_is_told_once_for_all_roles(bench: Bench) -> None:
    bench.write(KEYS)
    bench.answer(os_VERSION_ID="11")
    assert bench.preflight("base", "firewall", "docker")["msg"].count("\n") == 0


def test_input_as_the_roles_want_it_passes(bench: Bench) -> None:
    bench.write(KEYS)
    result = bench.preflight("base", "firewall", "docker")
    assert "failed" not in result, result["msg"]
    assert bench.questions <= 1
