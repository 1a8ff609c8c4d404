# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and their firewall, in the order in which a user meets them; each test stands on the one before."""

from __future__ import annotations

import pytest

from support.rehearsal import Rehearsal

HOSTS = ("debian-13", "oracle")

# The application has tests of its own, in test_main_job.py, and so have the stand-ins of its images.
HOSTS_ALONE = ("playbooks/provision.yml", "playbooks/configure.yml", "playbooks/prove_ports.yml")
NO_IMAGES = ("-e", '{"rehearsal_images": []}')

# The host's own programs serve as the image, so that no registry is asked.
PUBLISH = """
tar --create --one-file-system --directory / usr bin lib lib64 etc/alternatives | docker import - web
docker run --detach --name web --restart always --publish 8080:80 --publish 9443:80 web \
    python3 -m http.server --bind :: 80
for port in 8080 9443; do
    for try in $(seq 50); do
        python3 -c "from urllib.request import urlopen; urlopen('http://localhost:$port')" 2>&- && continue 2
        sleep 0.2
    done
    echo "nothing answers on the published port $port" >&2
    exit 1
done
"""


@pytest.fixture(scope="module")
def rehearsal():
    """The environment ``e2e``, described as a user would describe it: two hosts of different habits."""
    environment = Rehearsal("tests/inventories/e2e", "e2e")
    try:
        yield environment
    finally:
        environment.down()


def test_the_first_run_ends_with_the_proof_from_outside(rehearsal):
    run = rehearsal.must_play("playbooks/rehearse_up.yml", *HOSTS_ALONE, *NO_IMAGES)
    assert all(rehearsal.on_host(host, "nft", "list", "table", "inet", "slipway") for host in HOSTS)
    assert "TASK [slipway.deploy.firewall : Scan every port from outside]" in run.output


def test_the_second_run_changes_nothing(rehearsal):
    run = rehearsal.must_play("playbooks/rehearse_up.yml", *HOSTS_ALONE, *NO_IMAGES)
    assert set(run.changed().values()) == {0}


def test_a_plan_on_the_converged_hosts_finds_nothing_to_do(rehearsal):
    run = rehearsal.must_play(*HOSTS_ALONE, "--check", "--diff")
    assert set(run.changed().values()) == {0}


def test_oracles_rejecting_rules_are_gone_and_its_link_local_chain_is_not(rehearsal):
    rules = rehearsal.on_host("oracle", "iptables", "-S")
    assert "-A INPUT -j REJECT" not in rules
    assert "-A OUTPUT -d 169.254.0.0/16 -j InstanceServices" in rules


@pytest.fixture(scope="module")
def published(rehearsal):
    """A container on debian-13 that publishes 8080, undeclared, and 9443, declared, on both families."""
    rehearsal.on_host("debian-13", "sh", "-euc", PUBLISH)


@pytest.mark.usefixtures("published")
class TestAPortThatDockerPublishes:
    """Docker opens it on the host behind everybody's back; from outside it must be as declared."""

    def test_is_closed_outside_unless_declared(self, rehearsal):
        rehearsal.must_play("playbooks/prove_ports.yml")

    def test_stays_closed_when_docker_restarts(self, rehearsal):
        rehearsal.on_host("debian-13", "systemctl", "restart", "docker")
        rehearsal.must_play("playbooks/prove_ports.yml")

    def test_stays_closed_over_a_reboot(self, rehearsal):
        rehearsal.must_play("tests/hosts/reboot.yml")
        rehearsal.must_play("playbooks/prove_ports.yml")

    def test_is_reported_by_number_and_family_when_the_firewall_is_gone(self, rehearsal):
        rehearsal.on_host("debian-13", "nft", "delete", "table", "inet", "slipway")
        run = rehearsal.play("playbooks/prove_ports.yml", "--limit", "debian-13")
        assert run.code != 0
        assert "answers from outside but is not declared" in run.output
        assert "8080" in run.output or "1-65535" in run.output

    def test_is_closed_again_by_the_next_run(self, rehearsal):
        assert rehearsal.must_play("playbooks/configure.yml").changed()["debian-13"] > 0
        rehearsal.must_play("playbooks/prove_ports.yml", "--limit", "debian-13")


def test_taking_the_rehearsal_down_leaves_nothing(rehearsal):
    rehearsal.must_play("playbooks/rehearse_down.yml")
    assert rehearsal.things() == []
