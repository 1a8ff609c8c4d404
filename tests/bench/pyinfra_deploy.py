# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a host after base, firewall and docker, asserted with pyinfra's own operations."""

from __future__ import annotations

import os
from pathlib import Path

from pyinfra.operations import apt, files, server, systemd

FILES = Path(os.environ["SLIPWAY_BENCH_FILES"])

apt.packages(
    name="Packages of base",
    packages=[
        "ca-certificates",
        "openssh-server",
        "sudo",
        "systemd-timesyncd",
        "tzdata",
        "unattended-upgrades",
    ],
    cache_time=86400,
    update=True,
)
apt.packages(name="Packages of firewall", packages=["nftables"])
apt.packages(name="Packages of docker", packages=["docker.io", "docker-cli", "docker-compose", "apparmor"])
server.user(name="Admin user", user="slipway", shell="/bin/bash")  # noqa: S604  # a login shell, not a call
for source in sorted(path for path in FILES.rglob("*") if path.is_file()):
    destination = "/" + str(source.relative_to(FILES))
    files.put(name=destination, src=str(source), dest=destination, mode=None)
for unit in ("ssh", "docker", "slipway-firewall", "slipway-kernel", "slipway-docker-prune.timer"):
    systemd.service(name=unit, service=unit, running=True, enabled=True)
