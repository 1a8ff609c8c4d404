# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Servers as systemd system containers on this machine's Docker Engine."""

from __future__ import annotations

import io
import socket
import tarfile
import time
from typing import TYPE_CHECKING, Any, cast

from ..._engine import (
    connect,
    docker,
    engine_errors,
)
from ..._errors import SlipwayError
from ..interface import (
    Provider,
    Server,
    ServerSpec,
)
from . import (
    addresses,
    container,
    hosts,
    images,
)

if TYPE_CHECKING:
    from docker.models.containers import Container
    from docker.models.networks import Network

SSH_PORT = 22
STOP_TIMEOUT_SECONDS = 30
# An engine inside keeps its data where overlay file systems can be stacked: on a volume.
_ENGINE_MOUNTS = {"docker": "/var/lib/docker", "containerd": "/var/lib/containerd"}


class LocalProvider(Provider):
    """The servers of one environment; ``timeout`` in seconds bounds the wait for SSH after a start."""

    def __init__(self, environment: str, timeout: int) -> None:
        self._environment = environment
        self._timeout = timeout
        self._engine = connect()
        self._cgroup_version = self._engine.info().get("CgroupVersion", "1")

    def find(self, name: str) -> Server | None:
        found = self._container(name)
        return None if found is None else self._describe(found)

    def check(self, spec: ServerSpec) -> None:
        hosts.distribution(spec.image)
        hosts.flavour(spec.flavour)
        if not spec.ssh_keys:
            raise SlipwayError(
                "ssh_keys: is empty, so nobody could log in", "give at least one OpenSSH public key"
            )

    def create(self, spec: ServerSpec) -> Server:
        image = images.ensure_host_image(self._engine, spec.image, spec.flavour)
        network = self._network()
        with engine_errors(f"Creating server {spec.name}"):
            created = self._start_new(spec, image, network)
        return self._await_ssh(created)

    def start(self, server: Server) -> Server:
        with engine_errors(f"Starting server {server.name}"):
            stopped = self._engine.containers.get(server.id)
            stopped.start()
        return self._await_ssh(stopped)

    def stop(self, server: Server) -> Server:
        with engine_errors(f"Stopping server {server.name}"):
            running = self._engine.containers.get(server.id)
            running.stop(timeout=STOP_TIMEOUT_SECONDS)
            running.reload()
        return self._describe(running)

    def delete(self, name: str) -> None:
        with engine_errors(f"Deleting server {name}"):
            found = self._container(name)
            if found is not None:
                found.remove(force=True, v=True)
            for volume in self._volumes(name):
                volume.remove()

    def leftovers(self, name: str) -> tuple[str, ...]:
        with engine_errors(f"Looking for server {name}"):
            return tuple(volume.name for volume in self._volumes(name))

    def _full_name(self, name: str) -> str:
        return f"slipway-{self._environment}-{name}"

    def _labels(self, name: str) -> dict[str, str]:
        return {"slipway.environment": self._environment, "slipway.server": name}

    def _volumes(self, name: str) -> list[Any]:
        labels = [f"{key}={value}" for key, value in self._labels(name).items()]
        return list(self._engine.volumes.list(filters={"label": labels}))

    def _container(self, name: str) -> Container | None:
        with engine_errors(f"Looking for server {name}"):
            try:
                found = self._engine.containers.get(self._full_name(name))
            except docker.errors.NotFound:
                return None
        if self._labels(name).items() <= found.labels.items():
            return found
        raise SlipwayError(
            f"name: a container {self._full_name(name)} is here that slipway did not make",
            "choose another name for the server, or remove that container",
        )

    def _network(self) -> Network:
        name = f"slipway-{self._environment}"
        with engine_errors(f"Looking for network {name}"):
            try:
                return self._engine.networks.get(name)
            except docker.errors.NotFound:
                raise SlipwayError(
                    f"environment: the network {name} is not up", "run playbooks/rehearse_up.yml first"
                ) from None

    def _start_new(self, spec: ServerSpec, image: str, network: Network) -> Container:
        mounts = {f"{self._full_name(spec.name)}-{role}": place for role, place in _ENGINE_MOUNTS.items()}
        mounts |= {f"{self._full_name(spec.name)}-disk-{disk}": f"/mnt/{disk}" for disk in spec.disks}
        for volume in mounts:
            self._engine.volumes.create(volume, labels=self._labels(spec.name))
        network.reload()
        reserved = [
            other.labels["slipway.ipv4"]
            for other in self._engine.containers.list(all=True, filters={"label": "slipway.ipv4"})
        ]
        pairs = addresses.candidates(network.attrs, reserved)
        privileges = list(container.PRIVILEGES)
        for pair in pairs:
            while True:
                created = self._create_container(spec, image, str(network.name), pair, mounts, privileges[0])
                try:
                    created.start()
                except docker.errors.APIError as error:
                    created.remove(force=True)
                    reason = str(error.explanation)
                    if "Address already in use" in reason:  # another server was created at the same time
                        break
                    if "unable to apply caps" in reason and len(privileges) > 1:
                        privileges.pop(0)
                        continue
                    raise
                return created
        raise SlipwayError(
            f"environment: every address of network {network.name} is taken", "remove some servers"
        )

    def _create_container(
        self,
        spec: ServerSpec,
        image: str,
        network: str,
        address: tuple[str, str],
        mounts: dict[str, str],
        privilege: dict[str, Any],
    ) -> Container:
        api = self._engine.api
        created = api.create_container(
            image=image,
            name=self._full_name(spec.name),
            hostname=spec.name,
            command=container.init_command(self._cgroup_version),
            environment={"container": "docker"},
            labels={
                **self._labels(spec.name),
                "slipway.image": spec.image,
                "slipway.flavour": spec.flavour,
                "slipway.disks": ",".join(spec.disks),
                "slipway.ipv4": address[0],
                "slipway.ipv6": address[1],
            },
            host_config={
                **container.host_config(self._cgroup_version, mounts),
                **privilege,
                "NetworkMode": network,
            },
            networking_config={
                "EndpointsConfig": {
                    network: {"IPAMConfig": {"IPv4Address": address[0], "IPv6Address": address[1]}}
                }
            },
        )
        api.put_archive(created["Id"], "/", _authorized_keys(spec))
        return self._engine.containers.get(created["Id"])

    def _await_ssh(self, started: Container) -> Server:
        started.reload()
        server = self._describe(started)
        deadline = time.monotonic() + self._timeout
        while not _answers_ssh(server.ipv4, server.ssh_port):
            started.reload()
            if started.status != "running" or time.monotonic() > deadline:
                raise SlipwayError(
                    f"timeout: server {server.name} is {started.status} and its SSH port did not answer "
                    f"within {self._timeout} s; the end of its log: {_last_lines(started)}",
                    "look at the host with docker logs, or raise timeout",
                )
            time.sleep(0.2)
        return self._describe(started)

    def _describe(self, found: Container) -> Server:
        flavour = hosts.flavour(found.labels["slipway.flavour"])
        running = found.status == "running"
        return Server(
            id=str(found.id),
            name=found.labels["slipway.server"],
            power="running" if running else "stopped",
            image=found.labels["slipway.image"],
            flavour=found.labels["slipway.flavour"],
            disks=tuple(filter(None, found.labels["slipway.disks"].split(","))),
            ipv4=found.labels["slipway.ipv4"],
            ipv6=found.labels["slipway.ipv6"],
            ssh_user=flavour.ssh_user,
            ssh_port=SSH_PORT,
            host_keys=_host_keys(found) if running else (),
        )


def _authorized_keys(spec: ServerSpec) -> bytes:
    """Return a tar archive, for ``/``, with the login user's authorized keys."""
    flavour = hosts.flavour(spec.flavour)
    content = "".join(f"{key}\n" for key in spec.ssh_keys).encode()
    folder = tarfile.TarInfo(f"{flavour.home}/.ssh".lstrip("/"))
    folder.type, folder.mode = tarfile.DIRTYPE, 0o700
    keys = tarfile.TarInfo(f"{folder.name}/authorized_keys")
    keys.size, keys.mode = len(content), 0o600
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for member in (folder, keys):
            member.uid = member.gid = flavour.uid
            archive.addfile(member, io.BytesIO(content) if member.isfile() else None)
    return stream.getvalue()


def _host_keys(running: Container) -> tuple[str, ...]:
    """Read the public host keys through the engine, the way a cloud's console would show them."""
    code, output = running.exec_run(["sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"])
    if code != 0:  # they are made in the first second after the first start
        return ()
    return tuple(" ".join(line.split()[:2]) for line in sorted(cast("bytes", output).decode().splitlines()))


def _answers_ssh(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=2) as connection:
            connection.settimeout(2)
            return connection.recv(8).startswith(b"SSH-2.0")
    except OSError:
        return False


def _last_lines(found: Container) -> str:
    return " | ".join(found.logs(tail=5).decode(errors="replace").splitlines())
