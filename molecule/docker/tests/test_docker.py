# SPDX-License-Identifier: GPL-3.0-or-later
"""A host after the role docker, with the role's defaults; seen over SSH, before and after a reboot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# An image made on the spot, because an engine is proven without a registry: a static shell and no more.
IMAGE = "slipway-test/shell"
MAKE_IMAGE = f"""
set -e
apt-get install --yes --quiet busybox-static >/dev/null
folder=$(mktemp -d); trap 'rm -r "$folder"' EXIT
mkdir "$folder/bin"; cp /bin/busybox "$folder/bin/sh"
tar --create --directory "$folder" . | docker import - {IMAGE} >/dev/null
"""

Docker = Callable[..., str]


@pytest.fixture(scope="module")
def docker(host: Any) -> Iterator[Docker]:
    """Run the Docker client with these words; containers and images named slipway-test go afterwards."""
    host.check_output("sh -c %s", MAKE_IMAGE)

    def run(*words: str) -> str:
        return str(host.check_output("docker " + " ".join(["%s"] * len(words)), *words))

    yield run
    host.run("docker rm --force --volumes $(docker ps --all --quiet --filter name=slipway-test)")
    host.run("docker image rm --force %s", IMAGE)


@pytest.fixture(scope="module")
def info(host: Any) -> dict[str, Any]:
    """What the engine says of itself."""
    return dict(json.loads(host.check_output("docker info --format %s", "{{json .}}")))


@pytest.mark.parametrize("unit", ["docker.service", "containerd.service", "slipway-docker-prune.timer"])
def test_unit_runs_now_and_after_a_reboot(host: Any, unit: str) -> None:
    service = host.service(unit)
    assert service.is_running, host.run("journalctl --no-pager --lines=20 --unit=%s", unit).stdout
    assert service.is_enabled


def test_compose_is_version_2(host: Any) -> None:
    assert host.check_output("docker compose version --short").lstrip("v").split(".")[0] >= "2"


def test_engine_has_taken_the_settings(info: dict[str, Any]) -> None:
    assert info["LiveRestoreEnabled"] is True
    assert info["LoggingDriver"] == "local"
    assert {"Base": "172.30.0.0/16", "Size": 24} in info["DefaultAddressPools"]


def test_default_bridge_comes_from_the_pools(docker: Docker) -> None:
    assert (
        docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}")
        == "172.30.0.0/24"
    )


def test_container_runs_on_while_the_engine_restarts(host: Any, docker: Docker) -> None:
    docker(
        "run", "--detach", "--name", "slipway-test-runs-on", IMAGE, "sh", "-c", "while :; do sleep 1; done"
    )
    state = ("inspect", "--format", "{{.State.Running}} {{.State.StartedAt}}", "slipway-test-runs-on")
    before = docker(*state)
    assert before.startswith("true ")
    host.check_output("systemctl restart docker.service")
    host.check_output("systemctl reset-failed docker.service")  # this restart must not count against the next
    assert docker(*state) == before


def test_logs_are_written_with_limits(docker: Docker) -> None:
    docker("run", "--name", "slipway-test-logs", IMAGE, "sh", "-c", "echo seen")
    assert docker("logs", "slipway-test-logs") == "seen"
    written = json.loads(docker("inspect", "--format", "{{json .HostConfig.LogConfig}}", "slipway-test-logs"))
    assert written == {"Type": "local", "Config": {"max-file": "5", "max-size": "20m"}}


def test_published_port_has_no_proxy_process(host: Any, docker: Docker) -> None:
    docker(
        "run",
        "--detach",
        "--name",
        "slipway-test-port",
        "--publish",
        "127.0.0.1:8099:80",
        IMAGE,
        "sh",
        "-c",
        "sleep 60",
    )
    assert not host.process.filter(comm="docker-proxy")


def test_engine_is_held(host: Any) -> None:
    held = host.check_output("apt-mark showhold").split()
    assert {"docker.io", "containerd", "runc"} <= set(held) or {"docker-ce", "containerd.io"} <= set(held)
    blacklist = host.check_output("apt-config dump Unattended-Upgrade::Package-Blacklist")
    for package in held:
        assert f'"^{package.replace(".", chr(92) + ".")}$"' in blacklist


def test_prune_keeps_what_a_name_leads_to(host: Any, docker: Docker) -> None:
    host.check_output("sh -c %s", MAKE_IMAGE)  # the image that had the name before has none now
    docker("tag", IMAGE, f"{IMAGE}:kept")
    nameless = ("image", "ls", "--quiet", "--filter", "dangling=true")
    host.check_output("systemctl start slipway-docker-prune.service")
    docker("image", "inspect", f"{IMAGE}:kept")
    used = docker("ps", "--all", "--quiet", "--filter", "name=slipway-test")
    assert used
    assert docker(*nameless)  # in use by containers, and younger than docker_prune_after_days
