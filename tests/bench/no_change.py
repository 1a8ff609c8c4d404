# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that finds nothing to do: base, firewall and docker on one host, beside pyinfra asserting the same.

pyinfra is told nothing by hand: the files are those that the roles declare, with the content they have on the
converged host, so that both sides look at the same things.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from .figures import Figure
from .hosts import BIN, CHECKOUT, INVENTORY, playbook, timed

ROUNDS = 5
ROLES = ("base", "firewall", "docker")


def figures() -> Iterator[Figure]:
    """Converge the server, and measure both sides in turn."""
    with TemporaryDirectory() as scratch:
        timed(playbook("playbooks/configure.yml"))
        command = pyinfra_command(Path(scratch))
        subprocess.run(command, check=True, capture_output=True)  # installs what only pyinfra wants
        ours, theirs, tasks = [], [], 0
        for _unused in range(ROUNDS):
            seconds, output = timed(playbook("playbooks/configure.yml"))
            require_no_change(output)
            tasks = len(re.findall(r"^TASK \[", output, re.MULTILINE))
            ours.append(seconds)
            theirs.append(timed(command)[0])
    yield Figure("no-change run, tasks", tasks, "tasks", aim=20)
    yield Figure("no-change run, slipway", statistics.median(ours), "s")
    yield Figure("no-change run, pyinfra", statistics.median(theirs), "s")
    yield Figure(
        "no-change run, slipway : pyinfra",
        statistics.median(ours) / statistics.median(theirs),
        "ratio",
        aim=1.5,
    )


def require_no_change(output: str) -> None:
    """Stop when the run changed something, since then it measured something else."""
    if not re.search(r"changed=0 ", output):
        sys.exit(f"the run was to change nothing, but did:\n{output[-3000:]}")


def pyinfra_command(scratch: Path) -> list[str]:
    """Write the deploy's data and return the command that asserts the host's state with pyinfra."""
    host = yaml.safe_load((INVENTORY / "host_vars" / "bench-1" / "server.yml").read_text())
    ssh = [
        "ssh",
        "-i",
        host["ansible_ssh_private_key_file"],
        *host["ansible_ssh_common_args"].split(),
        f"{host['ansible_user']}@{host['ansible_host']}",
    ]
    for path in role_files():
        content = subprocess.run([*ssh, "sudo", "cat", path], capture_output=True, check=True).stdout
        local = scratch / path.lstrip("/")
        local.parent.mkdir(parents=True, exist_ok=True)
        local.write_bytes(content)
    os.environ["SLIPWAY_BENCH_FILES"] = str(scratch)
    known_hosts = host["ansible_ssh_common_args"].partition("UserKnownHostsFile=")[2]
    return [
        str(BIN / "pyinfra"),
        "-y",
        f"--ssh-user={host['ansible_user']}",
        f"--ssh-key={host['ansible_ssh_private_key_file']}",
        f"--data=ssh_known_hosts_file={known_hosts}",
        host["ansible_host"],
        "tests/bench/pyinfra_deploy.py",
    ]


def role_files() -> Iterator[str]:
    """Yield the host paths of every file that the roles configure."""
    for role in ROLES:
        for task in yaml.safe_load((CHECKOUT / "roles" / role / "tasks" / "main.yml").read_text()):
            for entry in task.get("slipway.deploy.configure", {}).get("files", []):
                path = "/" + entry["template"].removesuffix(".j2")
                yield "/home/slipway/.ssh/authorized_keys" if "authorized_keys" in path else path
