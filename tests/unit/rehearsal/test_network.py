# SPDX-License-Identifier: GPL-3.0-or-later
"""The network is ours or none, on a range that is free even when two runs want one at the same time."""

from __future__ import annotations

from types import SimpleNamespace

import docker
import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.addresses import free_subnets
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.network import (
    create_network,
    find_network,
)
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.service import find_container

OURS = {"slipway.environment": "local"}
OVERLAP = docker.errors.APIError("refused", explanation="Pool overlaps with other one on this address space")


class Engine:
    """An engine with some networks and containers, whose next creations end as told."""

    def __init__(self, networks=(), containers=(), refusals=()):
        self._networks = {network["Name"]: SimpleNamespace(attrs=network) for network in networks}
        self._containers = dict(containers)
        self._refusals = list(refusals)
        self.created = []
        self.networks = SimpleNamespace(get=self._network, list=self._list, create=self._create)
        self.containers = SimpleNamespace(get=self._container)

    def _network(self, name):
        if name not in self._networks:
            raise docker.errors.NotFound(name)
        return self._networks[name]

    def _container(self, name):
        if name not in self._containers:
            raise docker.errors.NotFound(name)
        return SimpleNamespace(labels=self._containers[name])

    def _list(self):
        return list(self._networks.values())

    def _create(self, name, **options):
        if self._refusals:
            raise self._refusals.pop(0)
        self.created.append((name, options))


def network(name, *subnets, labels=None):
    return {"Name": name, "Labels": labels, "IPAM": {"Config": [{"Subnet": subnet} for subnet in subnets]}}


def test_our_network_is_found_with_both_ranges():
    engine = Engine([network("slipway-local", "198.18.7.0/24", "2001:db8:0:7::/64", labels=OURS)])
    found = find_network(engine, "local")
    assert found is not None
    assert found.address(2) == ("198.18.7.2", "2001:db8:0:7::2")


def test_none_is_found_where_none_is():
    assert find_network(Engine(), "local") is None


@pytest.mark.parametrize("labels", [None, {}, {"slipway.environment": "other"}])
def test_a_network_of_that_name_that_is_not_ours_is_left_alone(labels):
    engine = Engine([network("slipway-local", "198.18.7.0/24", "2001:db8:0:7::/64", labels=labels)])
    with pytest.raises(SlipwayError, match="slipway did not make; choose another name"):
        find_network(engine, "local")


def test_a_container_of_that_name_that_is_not_ours_is_left_alone():
    engine = Engine(containers={"slipway-local-dns": {"maintainer": "somebody"}})
    with pytest.raises(SlipwayError, match="slipway did not make; choose another name"):
        find_container(engine, "local", "dns")


def test_a_network_without_ipv6_is_none_of_today_s():
    engine = Engine([network("slipway-local", "198.18.7.0/24", labels=OURS)])
    with pytest.raises(SlipwayError, match=r"run playbooks/rehearse_down\.yml first"):
        find_network(engine, "local")


def test_a_new_network_carries_our_label_and_both_families():
    engine = Engine()
    made = create_network(engine, "local")
    ((name, options),) = engine.created
    assert (name, options["labels"], options["enable_ipv6"]) == ("slipway-local", OURS, True)
    assert [pool["Subnet"] for pool in options["ipam"]["Config"]] == [str(made.ipv4), str(made.ipv6)]


def test_a_range_that_another_run_took_meanwhile_is_passed_over():
    engine = Engine(refusals=[OVERLAP])
    first, second = list(free_subnets("local", []))[:2]
    made = create_network(engine, "local")
    assert (made.ipv4, made.ipv6) == second != first


def test_other_refusals_and_endless_overlaps_end_with_the_engines_words():
    with pytest.raises(SlipwayError, match="no permission"):
        create_network(Engine(refusals=[docker.errors.APIError("x", explanation="no permission")]), "local")
    with pytest.raises(SlipwayError, match="Pool overlaps"):
        create_network(Engine(refusals=[OVERLAP] * 5), "local")


def test_a_full_range_is_said_with_its_mend():
    with pytest.raises(SlipwayError, match="remove networks that nobody uses"):
        create_network(Engine([network("wide", "198.18.0.0/15")]), "local")
