# SPDX-License-Identifier: GPL-3.0-or-later
"""The application as the playbook has left it, before and after a reboot."""

from __future__ import annotations

import re
from typing import Any

from support.proxy import LISTENS, Outside

HOST = "release.rehearsal.example"


def test_people_are_served(host: Any) -> None:
    outside = Outside(host.ansible.get_variables()["slipway_rehearsal"])
    host.check_output(LISTENS)
    assert outside.get(f"https://{HOST}/load").told() == {"name": "1"}


def test_images_are_pinned(host: Any) -> None:
    """What a tag leads to later changes nothing."""
    services = ("blue-api", "blue-worker")
    inspect = "docker inspect --format '{{.Config.Image}}' " + " ".join(
        f"releasetest-{name}" for name in services
    )
    images = host.check_output(inspect).splitlines()
    assert [re.sub("[0-9a-f]{64}", "DIGEST", image) for image in images] == [
        "slipway/release-test@sha256:DIGEST"
    ] * len(services)


def test_services_listen_on_the_loopback_address_alone(host: Any) -> None:
    published = host.check_output("docker ps --filter name=^releasetest- --format %s", "{{.Ports}}")
    assert {line for line in published.splitlines() if "->" in line} == {
        "5432/tcp, 127.0.0.1:21000->3000/tcp"
    }


def test_nothing_of_it_can_be_read_by_others(host: Any) -> None:
    folder = "/var/lib/slipway/release"
    assert host.check_output(f"find {folder} -name compose.json")
    assert host.check_output(f"find {folder} -perm /077") == ""


def test_no_secret_is_in_the_journal(host: Any) -> None:
    """Other scenarios' sentinels do not end so."""
    journal = host.check_output("journalctl --no-pager")
    assert "slipway.deploy.release" in journal
    assert not re.findall(r"sentinel-\S*release", journal)
