# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's ranges are reserved for tests, and touch nothing that is there."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import islice

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.addresses import free_subnets


def test_every_pair_lies_in_ranges_that_nobody_routes():
    for ipv4, ipv6 in free_subnets("local", []):
        assert ipv4.subnet_of(IPv4Network("198.18.0.0/15"))
        assert ipv6.subnet_of(IPv6Network("2001:db8::/48"))
        assert (ipv4.prefixlen, ipv6.prefixlen) == (24, 64)


def test_there_are_as_many_as_the_range_has_and_no_two_overlap():
    pairs = list(free_subnets("local", []))
    assert (
        len({ipv4 for ipv4, _unused in pairs}) == len({ipv6 for _unused, ipv6 in pairs}) == len(pairs) == 512
    )


def test_an_environment_gets_its_addresses_again():
    assert next(free_subnets("staging", [])) == next(free_subnets("staging", []))


def test_two_environments_begin_in_different_places():
    assert next(free_subnets("local", [])) != next(free_subnets("staging", []))


@pytest.mark.parametrize("taken_index", [0, 1])
def test_a_taken_range_of_either_family_is_passed_over(taken_index):
    first, second = islice(free_subnets("local", []), 2)
    assert next(free_subnets("local", [str(first[taken_index])])) == second


def test_a_wider_network_that_holds_the_range_counts_as_taken():
    found = list(free_subnets("local", ["198.18.0.0/16"]))
    assert len(found) == 256
    assert not any(ipv4.overlaps(ip_network("198.18.0.0/16")) for ipv4, _unused in found)


def test_a_full_range_yields_nothing():
    assert list(free_subnets("local", ["198.18.0.0/15"])) == []
