# SPDX-License-Identifier: GPL-3.0-or-later
"""What no tool can spare a fresh host, by hand over SSH: boot, packages, images, the application."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

import docker

from .hosts import CHECKOUT, INVENTORY, connection, ssh, timed
from .hosts import server as server_command

NAME = "plain-1"
COMPOSE_FILE = CHECKOUT / "tests" / "reference_app" / "compose.yml"
INSTALLED = ["dpkg-query", "--show", "--showformat", "'${Package}\\n'"]
PULLED = ["docker", "image", "ls", "--digests", "--format", "'{{.Repository}} {{.Digest}}'"]
DAEMON = "/etc/docker/daemon.json"


class PlainHost:
    """A server like the benchmark's, without anything on it."""

    def __init__(self, known_hosts: Path) -> None:
        key = connection()["ansible_ssh_private_key_file"]
        public = Path(f"{key}.pub").read_text()
        timed(server_command(NAME, disks=["data"], ssh_keys=[public]))
        self.container = docker.from_env().containers.get(f"slipway-{INVENTORY.name}-{NAME}")
        trust = ["-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={known_hosts}"]
        self._ssh = ["ssh", "-i", key, *trust, f"root@{self.container.labels['slipway.ipv4']}"]

    def seconds(self, script: str, given: str | None = None) -> float:
        """Run a script there and return how long it took, with its connection."""
        return timed([*self._ssh, f"set -e; {script}"], given=given)[0]

    def boot(self) -> float:
        """Return the seconds from switching it on to the first login."""
        self.container.kill()
        started = time.perf_counter()
        self.container.start()
        while run([*self._ssh, "true"], capture_output=True, check=False).returncode != 0:
            time.sleep(0.1)
        return time.perf_counter() - started

    def install(self, packages: Sequence[str]) -> float:
        """Install with apt-get what is not there."""
        there = timed([*self._ssh, *INSTALLED])[1].split()
        missing = [package for package in packages if package not in there]
        install = "apt-get install --yes --no-install-recommends"
        return self.seconds(
            f"export DEBIAN_FRONTEND=noninteractive; apt-get update; {install} {' '.join(missing)}"
        )

    def pull(self, images: Mapping[str, str], daemon: str) -> float:
        """Pull images, given as digests by name, with the engine set up as on the other host."""
        self.seconds(f"cat > {DAEMON}; systemctl restart docker", given=daemon)
        return self.seconds("; ".join(f"docker pull --quiet {name}@{images[name]}" for name in images))

    def start_app(self, images: Mapping[str, str]) -> float:
        """Migrate and start the application with its backing services until it is healthy."""
        compose = COMPOSE_FILE.read_text()
        for name, digest in images.items():
            compose = re.sub(rf"image: {name}:\S+", f"image: {name}@{digest}", compose)
        self.seconds("cat > compose.yml", given=compose)
        return self.seconds("docker compose run --rm migrate; docker compose up --detach --wait")


@contextmanager
def plain_host() -> Iterator[PlainHost]:
    """Have the server for a while."""
    with TemporaryDirectory() as scratch:
        try:
            yield PlainHost(Path(scratch, "known_hosts"))
        finally:
            timed(server_command(NAME, state="absent"))


def lines(command: Sequence[str]) -> list[str]:
    """Return the lines that a command prints on the host of the benchmark."""
    return timed([*ssh(), *command])[1].splitlines()
