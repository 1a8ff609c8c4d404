# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One service of the rehearsal as a container: brought up, replaced when it differs, and found healthy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._engine import docker, engine_errors
from .._errors import SlipwayError
from .._images.archive import tar_of
from .._images.cache import content_hash
from .names import full_name, labels
from .network import Network

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

_IDENTITY_LABEL = "slipway.identity"
_POLL_SECONDS = 0.2
_SHOWN_LINES = 15


@dataclass(frozen=True)
class Service:
    """What a service's container is made of.

    ``files`` (path: content) are put in before the start and are readable by root alone: secrets go there.
    ``volume`` is a path whose content outlives the container.
    """

    name: str
    image: str
    ipv4: str
    ipv6: str
    alias: str
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    volume: str = ""
    resolver: str = ""

    @property
    def identity(self) -> str:
        """A hash of everything that would need a new container, secrets included but not recoverable."""
        parts: list[str | bytes] = [self.image, self.ipv4, self.ipv6, self.alias, self.volume, self.resolver]
        for name, value in sorted(self.environment.items()):
            parts += [name, value]
        for path, content in sorted(self.files.items()):
            parts += [path, content]
        return content_hash(parts)


def find_container(client: DockerClient, environment: str, service: str) -> Container | None:
    """Return the service's container, or ``None``.

    :raises SlipwayError: when something of that name is here that slipway did not make.
    """
    name = full_name(environment, service)
    with engine_errors(f"Looking for {name}"):
        try:
            found = client.containers.get(name)
        except docker.errors.NotFound:
            return None
    if not labels(environment, service).items() <= found.labels.items():
        raise SlipwayError(
            f"A container {name} is here that slipway did not make",
            "choose another name for the environment, or remove that container",
        )
    return found


def needed_step(found: Container | None, service: Service) -> str:
    """Return what must be done: ``create``, ``replace``, ``start``, or nothing."""
    if found is None:
        return "create"
    if found.labels.get(_IDENTITY_LABEL) != service.identity:
        return "replace"
    return "" if found.status == "running" else "start"


def bring_up(client: DockerClient, environment: str, network: Network, service: Service) -> None:
    """Do what ``needed_step`` says; the container runs afterwards, healthy or not.

    :raises SlipwayError: when the engine refuses.
    """
    found = find_container(client, environment, service.name)
    step = needed_step(found, service)
    with engine_errors(f"Starting {full_name(environment, service.name)}"):
        if found and step == "replace":
            found.remove(force=True, v=True)
            found = None
        if found is None:
            found = _create(client, environment, network, service)
        if step:
            found.start()


def _create(client: DockerClient, environment: str, network: Network, service: Service) -> Container:
    api = client.api
    name = full_name(environment, service.name)
    mounts = []
    if service.volume:
        client.volumes.create(name, labels=labels(environment, service.name))
        mounts = [docker.types.Mount(service.volume, name)]
    created = api.create_container(
        image=service.image,
        name=name,
        hostname=service.name,
        environment=dict(service.environment),
        labels={**labels(environment, service.name), _IDENTITY_LABEL: service.identity},
        host_config=api.create_host_config(
            network_mode=network.name, mounts=mounts, dns=[service.resolver] if service.resolver else None
        ),
        # The stubs take one endpoint where the SDK takes a dictionary of them.
        networking_config=api.create_networking_config(
            {  # type: ignore[arg-type]
                network.name: api.create_endpoint_config(
                    ipv4_address=service.ipv4, ipv6_address=service.ipv6, aliases=[service.alias]
                )
            }
        ),
    )
    files = {path.lstrip("/"): (0o600, content) for path, content in service.files.items()}
    api.put_archive(created["Id"], "/", tar_of(files))
    return client.containers.get(created["Id"])


def await_healthy(client: DockerClient, environment: str, service: str, timeout: float) -> None:
    """Wait until the container's own command ``healthy`` succeeds.

    :param timeout: seconds.
    :raises SlipwayError: with the end of the container's log, when it ended or did not become healthy.
    """
    name = full_name(environment, service)
    deadline = time.monotonic() + timeout
    with engine_errors(f"Waiting for {name}"):
        container = client.containers.get(name)
        while True:
            container.reload()
            running = container.status == "running"
            if running and _is_healthy(container):
                return
            if not running or time.monotonic() > deadline:
                log = container.logs(tail=_SHOWN_LINES).decode(errors="replace").strip()
                state = f"not healthy within {timeout:.0f} s" if running else container.status
                raise SlipwayError(
                    f"{name} is {state}; mend what its log says, or remove it with docker rm -f {name} and "
                    f"run this again. The end of the log:\n{log or '(it is empty)'}"
                )
            time.sleep(_POLL_SECONDS)


def _is_healthy(container: Container) -> bool:
    try:
        # The command has its own bound; this one is for the case that it cannot even begin.
        return bool(container.exec_run(["timeout", "10", "healthy"]).exit_code == 0)
    except docker.errors.APIError:
        # The container ended between the look and the command, which engines say in several ways (409, 500);
        # the next look says it in ours, and an engine that is itself in trouble fails that look.
        return False
