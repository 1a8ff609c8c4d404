# SPDX-License-Identifier: GPL-3.0-or-later
"""The rendered nftables rules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import Any

import jinja2
import pytest
import yaml

from ansible_collections.slipway.deploy.plugins.filter.open_ports import as_dicts
from support.collection import CHECKOUT

ROLE = CHECKOUT / "roles" / "firewall"
DEFAULTS = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())

EVERYTHING = {
    "firewall_services": ["ssh", "http", "https", "turn", "turns", "livekit"],
    "firewall_admin_networks": ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32"],
    "firewall_extra_ports": [
        {
            "port": "8000-8010",
            "protocol": "tcp",
            "networks": ["192.0.2.0/24"],
            "comment": "metrics; {internal}",
        },
        {"port": 51820, "protocol": "udp", "networks": ["2001:db8:1::/48"]},
    ],
}


def render(**overrides: Any) -> str:
    variables = {**DEFAULTS, "firewall_ssh_port": 22, **overrides}
    ports = as_dicts(
        variables["firewall_services"],
        **{
            name: variables[f"firewall_{name}"]
            for name in ("ssh_port", "admin_networks", "turn_relay_ports", "livekit_udp_ports", "extra_ports")
        },
    )
    # The settings of the module configure.
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROLE / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # rules, not HTML
    )
    return engine.get_template("etc/slipway/firewall.nft.j2").render(**variables, __firewall_open_ports=ports)


def chain(rules: str, name: str) -> list[str]:
    found = re.search(rf"^\tchain {name} {{\n(.*?)^\t}}", rules, re.MULTILINE | re.DOTALL)
    assert found
    return [
        line.strip() for line in found[1].splitlines() if line.strip() and not line.strip().startswith("#")
    ]


def test_declared_ports_by_default() -> None:
    assert chain(render(), "declared") == [
        'meta l4proto tcp ct original proto-dst 22 accept comment "ssh"',
        'meta l4proto tcp ct original proto-dst 80 accept comment "http"',
        'meta l4proto tcp ct original proto-dst 443 accept comment "https"',
        'meta l4proto udp ct original proto-dst 443 accept comment "https"',
    ]


def test_networks_become_one_rule_for_each_family() -> None:
    rules = chain(render(**EVERYTHING), "declared")
    ssh = "meta l4proto tcp ct original proto-dst 22"
    assert [rule for rule in rules if rule.startswith(ssh)] == [
        f'{ssh} ip saddr {{ 198.51.100.7/32, 203.0.113.0/24 }} accept comment "ssh"',
        f'{ssh} ip6 saddr {{ 2001:db8::/32 }} accept comment "ssh"',
    ]
    assert [rule for rule in rules if "8000-8010" in rule] == [
        "meta l4proto tcp ct original proto-dst 8000-8010 ip saddr { 192.0.2.0/24 } accept "
        'comment "metrics; {internal}"'
    ]
    assert [rule for rule in rules if "51820" in rule] == [
        "meta l4proto udp ct original proto-dst 51820 ip6 saddr { 2001:db8:1::/48 } accept comment "
        '"extra port"'
    ]


def test_replaced_in_one_transaction_and_only_our_table() -> None:
    statements = [line for line in render().splitlines() if line and line[0] not in "#\t}"]
    assert statements == ["table inet slipway", "delete table inet slipway", "table inet slipway {"]
    assert "flush" not in render()


def test_everything_is_dropped_unless_accepted() -> None:
    rules = render()
    assert chain(rules, "input")[0] == "type filter hook input priority filter; policy drop;"
    assert chain(rules, "input")[-1] == "jump declared"
    assert chain(rules, "forward") == [
        "type filter hook forward priority filter - 10; policy drop;",
        "ct state established,related accept",
        'iifname { "docker0", "docker_gwbridge", "br-*" } accept',
        "ct status dnat jump declared",
    ]


def test_without_container_interfaces_there_is_no_empty_set() -> None:
    assert not any("iifname" in rule for rule in chain(render(firewall_container_interfaces=[]), "forward"))


@pytest.mark.parametrize("variables", [{}, EVERYTHING, {"firewall_container_interfaces": []}])
def test_nft_accepts_the_rules(variables: dict[str, Any]) -> None:
    nft = shutil.which("nft", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if not nft:
        pytest.skip("nft is not installed")
    # In a network namespace of its own, because nft reads the machine's tables even for a check.
    command = ["unshare", "--user", "--map-root-user", "--net", nft, "--check", "--file", "-"]
    if subprocess.run([*command[:-4], "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    done = subprocess.run(command, input=render(**variables), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
