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
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from .figures import Figure

ROUNDS = 5
ROLES = ("base", "firewall", "docker")
CHECKOUT = Path(__file__).resolve().parents[2]
INVENTORY = CHECKOUT / "tests" / "inventories" / "bench"
BIN = Path(sys.executable).parent


def figures() -> Iterator[Figure]:
    """Bring up a host, converge it, and measure both sides in turn."""
    with converged_host() as host, TemporaryDirectory() as scratch:
        command = pyinfra_command(host, Path(scratch))
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


def playbook(path: str) -> list[str]:
    """Return the command that runs a playbook on the host of the benchmark."""
    return [str(BIN / "ansible-playbook"), path, "-i", str(INVENTORY)]


def timed(command: Sequence[str]) -> tuple[float, str]:
    """Run a command and return its seconds and output; stop when it fails."""
    started = time.perf_counter()
    environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "default"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.perf_counter() - started, done.stdout


def require_no_change(output: str) -> None:
    """Stop when the run changed something, since then it measured something else."""
    if not re.search(r"changed=0 ", output):
        sys.exit(f"the run was to change nothing, but did:\n{output[-3000:]}")


@contextmanager
def converged_host() -> Iterator[dict[str, str]]:
    """Yield how to reach a host on which the roles have run; take it away afterwards."""
    try:
        timed(playbook("tests/hosts/create.yml"))
        timed(playbook("playbooks/configure.yml"))
        yield yaml.safe_load((INVENTORY / "host_vars" / "bench-1" / "server.yml").read_text())
    finally:
        timed(playbook("tests/hosts/destroy.yml"))


def pyinfra_command(host: dict[str, str], scratch: Path) -> list[str]:
    """Write the deploy's data and return the command that asserts the host's state with pyinfra."""
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
