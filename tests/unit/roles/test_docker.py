# SPDX-License-Identifier: GPL-3.0-or-later
"""What the docker role writes, for defaults and for each variable that changes it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.collection import CHECKOUT
from support.templates import RoleTemplates

VARS = yaml.safe_load((CHECKOUT / "roles/docker/vars/main.yml").read_text())


def daemon(**variables: Any) -> dict[str, Any]:
    return json.loads(RoleTemplates("docker", **variables).render("etc/docker/daemon.json"))


def test_containers_outlive_the_engine_and_logs_have_limits() -> None:
    config = daemon()
    assert config["live-restore"] is True
    assert config["userland-proxy"] is False
    assert config["log-driver"] == "local"
    assert config["log-opts"] == {"max-size": "20m", "max-file": "5"}  # the engine wants text, not numbers


def test_address_pools_are_passed_on() -> None:
    assert daemon()["default-address-pools"] == [{"base": "172.30.0.0/16", "size": 24}]
    pools = [{"base": "10.99.0.0/16", "size": 26}]
    assert daemon(docker_address_pools=pools)["default-address-pools"] == pools


def test_only_a_plain_http_mirror_is_used_without_tls() -> None:
    mirrors = ["https://mirror.example.org", "http://198.18.0.9:5000"]
    config = daemon(docker_registry_mirrors=mirrors)
    assert config["registry-mirrors"] == mirrors
    assert config["insecure-registries"] == ["198.18.0.9:5000"]


@pytest.mark.parametrize("source", ["distribution", "docker"])
@pytest.mark.parametrize("distribution", ["debian", "ubuntu"])
def test_unattended_upgrades_pass_the_engine_by(source: str, distribution: str) -> None:
    told = {"host": {"distribution": distribution}}
    templates = RoleTemplates("docker", docker_source=source, __docker_preflight=told)
    patterns = re.findall('"(.*)";', templates.render("etc/apt/apt.conf.d/53slipway-docker"))
    packages = VARS["__docker_packages"][source][distribution]
    assert len(patterns) == len(packages) >= 4
    assert all(re.match(pattern, name) for pattern, name in zip(patterns, packages, strict=True))
    assert not any(re.match(pattern, "docker-iox") for pattern in patterns)


@pytest.mark.parametrize(
    ("host", "lines"),
    [
        (
            {"distribution": "debian", "codename": "bookworm"},
            ["URIs: https://download.docker.com/linux/debian", "Suites: bookworm"],
        ),
        (
            {"distribution": "ubuntu", "codename": "noble"},
            ["URIs: https://download.docker.com/linux/ubuntu", "Suites: noble"],
        ),
    ],
)
def test_upstream_repository_trusts_one_key(host: dict[str, str], lines: list[str]) -> None:
    text = RoleTemplates("docker", __docker_preflight={"host": host}).render(
        "etc/apt/sources.list.d/slipway-docker.sources"
    )
    assert set(lines) < set(text.splitlines())
    # Printed in Docker's own installation guide, https://docs.docker.com/engine/install/debian/
    fingerprint = "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88".replace(" ", "")
    assert f"Signed-By: /etc/apt/keyrings/slipway-docker.asc {fingerprint}\n" in text


class Prune:
    """The prune script beside a stand-in for the Docker client, which knows four images without a tag."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        old, new = now - timedelta(hours=49), now - timedelta(hours=47)
        self.calls = folder / "calls"
        self._folder = folder
        (folder / "prune").write_text(RoleTemplates("docker").render("usr/local/lib/slipway/docker-prune"))
        (folder / "docker").write_text(f"""#!/bin/sh
case "$*" in
  "image ls"*) printf '%s\\n' '<none> old' '<none> used' '<none> new' 'sha256:abc release' ;;
  "image inspect"*new) echo {new.isoformat()} ;;
  "image inspect"*) echo {old.isoformat()} ;;
  "image rm used") exit 1 ;;
  *) echo "$*" >>{self.calls} ;;
esac
""")
        (folder / "docker").chmod(0o755)

    def run(self, hours: int) -> list[str]:
        """Run the script and return what it asked the engine to remove."""
        environment = {"PATH": f"{self._folder}:{os.environ['PATH']}"}
        subprocess.run(["sh", self._folder / "prune", str(hours)], check=True, env=environment)
        return self.calls.read_text().splitlines()


def test_prune_removes_what_is_old_unused_and_nameless(tmp_path: Path) -> None:
    assert Prune(tmp_path).run(48) == ["image rm old", "builder prune --force --filter until=48h"]
