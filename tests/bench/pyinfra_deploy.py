# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``host_state`` has written down, asserted with pyinfra's own operations and facts."""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
from pyinfra import host
from pyinfra.api import OperationError, operation
from pyinfra.facts.docker import DockerContainer
from pyinfra.operations import apt, files, server, systemd

FOLDER = Path(os.environ["SLIPWAY_BENCH_STATE"])
STATE = json.loads((FOLDER / "state.json").read_text())
FILES = FOLDER / "files"
SECONDS = 10


@operation()
def container_runs(container: str, image: str) -> Iterator[str]:
    """Start a container of that image; pyinfra's own operation would want all of its settings."""
    found = host.get_fact(DockerContainer, object_id=container)
    if not found or found[0]["Image"] != image:
        raise OperationError(f"{container} is not there with the image {image}")
    if not found[0]["State"]["Running"]:
        yield f"docker start {container}"


def require_name(name: str) -> None:
    """Ask the name server for both addresses, and the host over each for its certificate."""
    for kind, address in zip(("A", "AAAA"), STATE["addresses"], strict=True):
        answer = dns.query.udp(dns.message.make_query(name, kind), STATE["name_server"], SECONDS)
        if address not in answer.to_text():
            raise OperationError(f"{name} has no {kind} {address}")
        trust = ssl.create_default_context(cafile=STATE["ca_file"])
        with (
            socket.create_connection((address, 443), timeout=SECONDS) as connected,
            trust.wrap_socket(connected, server_hostname=name),
        ):
            pass


for role, packages in STATE["packages"].items():
    apt.packages(name=f"Packages of {role}", packages=packages, cache_time=86400, update=role == "base")
server.user(name="Admin user", user="slipway", shell="/bin/bash")  # noqa: S604  # a login shell, not a call
for source in sorted(path for path in FILES.rglob("*") if path.is_file()):
    destination = "/" + str(source.relative_to(FILES))
    files.put(name=destination, src=str(source), dest=destination, mode=None)
for unit in ("ssh", "docker", "slipway-firewall", "slipway-docker-prune.timer"):
    systemd.service(name=unit, service=unit, running=True, enabled=True)
# It ends once the kernel has its settings.
systemd.service(name="slipway-kernel", service="slipway-kernel", running=None, enabled=True)
for container, image in STATE["containers"].items():
    container_runs(name=container, container=container, image=image)
for name in STATE["names"]:
    require_name(name)
