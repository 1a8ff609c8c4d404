# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of the local provider for tests that need a host and no playbook to get it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.slipway.deploy.plugins.module_utils._engine import connect
from ansible_collections.slipway.deploy.plugins.module_utils._images.progress import quiet
from ansible_collections.slipway.deploy.plugins.module_utils._providers._local.provider import LocalProvider
from ansible_collections.slipway.deploy.plugins.module_utils._providers.interface import Server, ServerSpec
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.down import down
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.network import create_network

SSH_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Environment:
    """An environment with nothing but a network, and a key pair in its ``directory``."""

    name: str
    directory: Path

    @property
    def provider(self) -> LocalProvider:
        """The provider of the environment's servers."""
        return LocalProvider(self.name, SSH_TIMEOUT_SECONDS)

    @property
    def key(self) -> Path:
        """The private key that every server lets in."""
        return self.directory / "id_ed25519"

    def spec(
        self, name: str, flavour: str = "hetzner", image: str = "debian-13", disks: tuple[str, ...] = ()
    ):
        """Describe a server that the environment's key lets in."""
        public = self.key.with_suffix(".pub").read_text().strip()
        return ServerSpec(name=name, image=image, flavour=flavour, ssh_keys=(public,), disks=disks)

    def ssh(self, server: Server, command: str) -> str:
        """Run a command over a connection of its own, with the host keys that the provider tells."""
        known_hosts = self.directory / f"known_hosts-{server.name}"
        known_hosts.write_text("".join(f"{server.ipv4} {key}\n" for key in server.host_keys))
        options = (
            *(
                "-i",
                str(self.key),
                "-o",
                f"UserKnownHostsFile={known_hosts}",
                "-o",
                "StrictHostKeyChecking=yes",
            ),
            *("-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR"),
        )
        done = subprocess.run(
            ["ssh", *options, f"{server.ssh_user}@{server.ipv4}", command],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def environment(name: str, directory: Path) -> Iterator[Environment]:
    """Have a network of that name; take everything on it away at the end, whatever happened."""
    engine = connect()
    made = Environment(name, directory)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(made.key)], check=True)
    down(engine, name, directory, check_mode=False, progress=quiet)
    try:
        create_network(engine, name)
        yield made
    finally:
        down(engine, name, directory, check_mode=False, progress=quiet)
