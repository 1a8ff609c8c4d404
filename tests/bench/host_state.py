# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles have made of the host of the benchmark, written down for pyinfra to assert.

Nothing is told by hand but packages and names: the files are those that the roles declare, with the content
they have on the converged host, and the containers are those that run there, so that both sides look at the
same things.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .hosts import BIN, CHECKOUT, INVENTORY, connection, ssh, timed

HOST_ROLES = ("base", "firewall", "docker")
SITE_ROLES = (*HOST_ROLES, "proxy", "postgres", "redis", "object_storage")
PACKAGES = {
    "base": [
        "ca-certificates",
        "openssh-server",
        "sudo",
        "systemd-timesyncd",
        "tzdata",
        "unattended-upgrades",
    ],
    "firewall": ["nftables"],
    "docker": ["docker.io", "docker-cli", "docker-compose", "apparmor"],
}
CONTAINERS = "docker inspect --format '{{.Name}} {{.Image}}' $(docker ps --quiet)"


def pyinfra(roles: Sequence[str], folder: Path) -> list[str]:
    """Write down what the roles have made of the host; return the command that asserts it with pyinfra."""
    files = folder / "files"
    files.mkdir(parents=True)
    # What a role only has in another setting is declared, too, and not there.
    names = dict.fromkeys(files_of(roles))
    archive = shlex.join(["tar", "--create", "--ignore-failed-read", "--directory=/", *names])
    content = subprocess.run([*ssh(), archive], capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract", "--no-same-owner", "-C", files], input=content, check=True)
    served = "proxy" in roles
    known = connection()
    facts = INVENTORY / "group_vars" / "all" / "rehearsal.yml"
    rehearsal = yaml.safe_load(facts.read_text())["slipway_rehearsal"]
    state = {
        "packages": PACKAGES,
        "containers": containers() if served else {},
        "names": [f"{name}.{rehearsal['zone']}" for name in ("app", "api.app")] if served else [],
        "addresses": known["server_addresses"],
        "name_server": rehearsal["services"]["dns"]["ipv4"],
        "ca_file": rehearsal["ca_file"],
    }
    (folder / "state.json").write_text(json.dumps(state))
    return [
        *(
            "env",
            f"SLIPWAY_BENCH_STATE={folder}",
            "sh",
            "-c",
            'exec "$0" "$@" 2>&1',
            str(BIN / "pyinfra"),
            "-y",
        ),
        f"--ssh-user={known['ansible_user']}",
        f"--ssh-key={known['ansible_ssh_private_key_file']}",
        f"--data=ssh_known_hosts_file={known['ansible_ssh_common_args'].partition('UserKnownHostsFile=')[2]}",
        known["ansible_host"],
        "tests/bench/pyinfra_deploy.py",
    ]


def containers() -> dict[str, str]:
    """Return the running containers with the identifiers of their images."""
    pairs = (line.split() for line in timed([*ssh(), CONTAINERS])[1].splitlines())
    return {name.lstrip("/"): image for name, image in pairs}


def files_of(roles: Sequence[str]) -> Iterator[str]:
    """Yield the paths, seen from the root, of the files that the roles' tasks declare."""
    for role in roles:
        for tasks in sorted((CHECKOUT / "roles" / role / "tasks").glob("*.yml")):
            for task in yaml.safe_load(tasks.read_text()):
                for entry in declared(task):
                    path = entry.get("template", entry.get("path")).removesuffix(".j2").lstrip("/")
                    yield "home/slipway/.ssh/authorized_keys" if "authorized_keys" in path else path


def declared(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a task's files; where an expression puts them together, all that its variables have."""
    files = task.get("slipway.deploy.configure", {}).get("files", [])
    if not isinstance(files, str):
        return files
    lists = [
        part
        for value in task["vars"].values()
        for part in ([value] if isinstance(value, list) else value.values())
    ]
    return [entry for part in lists for entry in part]
