# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal of its own with one host whose engine pulls from the rehearsal's registry."""

from __future__ import annotations

import io
import shlex
import tarfile
import time
from pathlib import Path

from support.rehearsal import Rehearsal

HOST = "engine"
ZONE = "rehearsal.example"
_INSTALL = """\
export DEBIAN_FRONTEND=noninteractive
mkdir -p /etc/docker
echo '{"registry-mirrors": ["MIRROR"]}' >/etc/docker/daemon.json
apt-get -qq update
apt-get -qq -y --no-install-recommends install docker.io docker-cli iptables curl >/dev/null
until docker info >/dev/null 2>&1; do sleep 0.2; done
"""


class Services(Rehearsal):
    """An environment whose inventory is written into a folder; commands run outside or on its only host."""

    def __init__(self, folder: Path, environment: str) -> None:
        self.folder = folder / environment
        variables = self.folder / "group_vars" / "all"
        variables.mkdir(parents=True)
        (self.folder / "hosts.yml").write_text(f"local:\n  hosts:\n    {HOST}:\n")
        (variables / "main.yml").write_text('server_ssh_key: "{{ inventory_dir }}/.slipway/id_ed25519"\n')
        super().__init__(str(self.folder), environment)

    @property
    def key_file(self) -> Path:
        """The key that changes the zone."""
        return self.folder / ".slipway" / "tsig.key"

    @property
    def ca_file(self) -> Path:
        """What a client of the CA trusts."""
        return self.folder / ".slipway" / "ca.pem"

    def address(self, service: str) -> str:
        """Return the IPv4 address of a service or host on the network."""
        container = self.engine.containers.get(f"slipway-{self.environment}-{service}")
        networks = container.attrs["NetworkSettings"]["Networks"]
        return str(networks[f"slipway-{self.environment}"]["IPAddress"])

    def outside(self, script: str) -> str:
        """Run a shell script at the vantage point."""
        return self.on_host("outside", "sh", "-euc", script)

    def host(self, script: str) -> str:
        """Run a shell script on the host, past SSH."""
        return self.on_host(HOST, "sh", "-euc", script)

    def put(self, container: str, path: str, content: bytes) -> None:
        """Write a file, readable by root alone, without its content in any argument."""
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as archive:
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
        name = f"slipway-{self.environment}-{container}"
        self.engine.containers.get(name).put_archive("/", stream.getvalue())

    def have_engine(self) -> None:
        """Have a host with an engine that takes the registry for its mirror."""
        self.must_play("playbooks/provision.yml")
        self.host(_INSTALL.replace("MIRROR", f"http://{self.address('registry')}:5000"))

    def run(self, name: str, image: str, *arguments: str, options: str = "") -> None:
        """Start a container on the host, under the name that production pulls."""
        self.host(f"docker rm -f {name} >/dev/null 2>&1 || true")
        self.host(f"docker run --detach --name {name} {options} {image} {shlex.join(arguments)}")

    def eventually(self, script: str, seconds: float = 60) -> str:
        """Run a script on the host until it succeeds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.host(script)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
