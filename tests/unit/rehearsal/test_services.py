# SPDX-License-Identifier: GPL-3.0-or-later
"""What each service is told, and when its container has to be a new one."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from types import SimpleNamespace

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.service import needed_step
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.services import OFFSETS, services

NETWORK = Network("slipway-local", IPv4Network("198.18.7.0/24"), IPv6Network("2001:db8:0:7::/64"))
IMAGES = {name: f"slipway/{name}:0123456789ab" for name in OFFSETS}
SECRET = b"key:\n  - id: slipway\n    secret: c2VudGluZWw=\n"


@pytest.fixture
def named():
    return {service.name: service for service in services(NETWORK, "rehearsal.example", IMAGES, SECRET)}


def test_every_service_has_an_address_of_each_family_below_the_servers(named):
    assert [(service.ipv4, service.ipv6) for service in named.values()] == [
        (f"198.18.7.{number}", f"2001:db8:0:7::{number}") for number in (2, 3, 4, 5)
    ]
    assert max(OFFSETS.values()) < 64


def test_the_zone_begins_with_the_services(named):
    assert named["dns"].environment["RECORDS"].splitlines() == [
        f"{service.name} {service.ipv4} {service.ipv6}" for service in named.values()
    ]


def test_the_ca_asks_the_rehearsals_dns_and_is_valid_for_its_name_and_addresses(named):
    assert named["ca"].environment["RESOLVER"] == "198.18.7.2:53"
    names = named["ca"].environment["SUBJECT_ALT_NAMES"].split(",")
    assert {"DNS:ca.rehearsal.example", "IP:198.18.7.3", "IP:2001:db8:0:7::3"} <= set(names)


def test_the_key_is_in_a_file_and_in_no_environment(named):
    assert list(named["dns"].files.values()) == [SECRET]
    assert not any("c2VudGluZWw" in str(service.environment) for service in named.values())


def container(service, status="running"):
    return SimpleNamespace(labels={"slipway.identity": service.identity}, status=status)


def test_what_is_as_it_should_be_needs_nothing(named):
    assert needed_step(container(named["dns"]), named["dns"]) == ""


def test_what_is_missing_or_stands_still_is_brought_up(named):
    assert needed_step(None, named["dns"]) == "create"
    assert needed_step(container(named["dns"], "exited"), named["dns"]) == "start"


@pytest.mark.parametrize(
    "change",
    [
        {"image": "slipway/dns:ba9876543210"},
        {"ipv4": "198.18.7.9"},
        {"environment": {"ZONE": "other.example"}},
        {"files": {"/etc/knot/tsig.conf": b"another key"}},
        {"resolver": "198.18.7.2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_is_replaced(named, change):
    assert needed_step(container(named["dns"]), replace(named["dns"], **change)) == "replace"
