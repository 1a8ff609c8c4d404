# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.slipway.deploy.plugins.module_utils._providers._local.addresses import candidates

NETWORK = {
    "IPAM": {"Config": [{"Subnet": "198.18.4.0/24"}, {"Subnet": "2001:db8:4::/64"}]},
    "Containers": {"a": {"IPv4Address": "198.18.4.64/24"}, "b": {"IPv4Address": "198.18.4.2/24"}},
}


def test_the_lowest_free_pair_comes_first_and_both_families_share_their_offset():
    assert next(candidates(NETWORK, taken=())) == ("198.18.4.65", "2001:db8:4::41")


def test_an_address_of_a_stopped_server_is_not_given_away():
    assert next(candidates(NETWORK, taken=("198.18.4.65",))) == ("198.18.4.66", "2001:db8:4::42")


def test_the_broadcast_address_is_never_given():
    assert list(candidates(NETWORK, taken=()))[-1] == ("198.18.4.254", "2001:db8:4::fe")
