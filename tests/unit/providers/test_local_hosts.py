# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._providers._local import container, hosts


@pytest.mark.parametrize("flavour", hosts.FLAVOURS)
def test_every_file_that_an_image_copies_is_in_its_context(flavour):
    context = hosts.build_context(flavour)
    copied = [
        name
        for line in context["Dockerfile"].splitlines()
        if line.startswith("COPY")
        for name in line.split()[1:-1]
    ]
    assert set(copied) == set(context) - {"Dockerfile"}


def test_the_rules_of_oracles_images_reject_last_and_keep_the_link_local_chain():
    rules = hosts.build_context("oci")["rules.v4"].splitlines()
    entering = [rule for rule in rules if rule.startswith("-A INPUT")]
    assert "--dport 22 -j ACCEPT" in entering[-2]
    assert "REJECT" in entering[-1]
    assert any(rule.startswith("-A OUTPUT -d 169.254.0.0/16 -j InstanceServices") for rule in rules)


@pytest.mark.parametrize(
    ("lookup", "name", "sentence"),
    [
        (
            hosts.distribution,
            "debian-99",
            "image: the local provider has no 'debian-99'; use one of debian-12, ",
        ),
        (hosts.flavour, "aws", "flavour: the local provider knows no 'aws'; use one of hetzner, oci."),
    ],
)
def test_unknown_names_are_answered_with_the_known_ones(lookup, name, sentence):
    with pytest.raises(SlipwayError) as refused:
        lookup(name)
    assert str(refused.value).startswith(sentence)


def test_systemd_gets_the_machines_hierarchy_on_cgroup_1_and_its_own_on_cgroup_2():
    legacy = container.host_config("1", {"v": "/mnt/v"})
    unified = container.host_config("2", {"v": "/mnt/v"})
    assert legacy["Binds"] == ["v:/mnt/v", "/sys/fs/cgroup:/sys/fs/cgroup:rw"]
    assert (legacy["CgroupnsMode"], unified["CgroupnsMode"]) == ("host", "private")
    assert unified["Binds"] == ["v:/mnt/v"]
    assert container.init_command("2") == ["/sbin/init"]
    assert "systemd.unified_cgroup_hierarchy=0" in container.init_command("1")
