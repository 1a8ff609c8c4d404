# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of the scenario's application, and what its people see of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.collection import CHECKOUT
from support.proxy import Outside

APPLICATION = CHECKOUT / "molecule" / "release" / "application"
STATE = "/var/lib/slipway/release/releasetest"
URL = "https://release.rehearsal.example/load"
SECONDS = 240
# What a person sees, whatever molecule has set; and with -vvv the arguments of modules, which not every
# ansible-core shows without being asked.
OUTPUT = {
    "ANSIBLE_STDOUT_CALLBACK": "slipway.deploy.phases",
    "ANSIBLE_FORCE_COLOR": "false",
    "ANSIBLE_INJECT_INVOCATION": "true",
}
RESET = """
docker compose --project-name releasetest-blue down --timeout 1 2>/dev/null
docker compose --project-name releasetest-green down --timeout 1 2>/dev/null
docker compose --project-name releasetest-kept down --timeout 1 2>/dev/null
rm -rf /var/lib/slipway/release/releasetest
docker exec slipway-postgres psql --username=postgres --quiet --dbname=releasetest \
    --command='DROP OWNED BY releasetest'
"""


@dataclass(frozen=True)
class Told:
    """What a run has said, and how it ended."""

    code: int
    text: str


class Releases:
    """Runs the playbook as a person does."""

    def __init__(self, host: Any, outside: Outside) -> None:
        self.host, self.outside = host, outside

    def start(self, version: str, *options: str) -> subprocess.Popen[str]:
        """Begin to release a version."""
        return subprocess.Popen(
            [
                *(str(Path(sys.executable).parent / "ansible-playbook"), "playbooks/release.yml"),
                *("--inventory", self.host.backend.ansible_inventory),
                *("--extra-vars", f"@{APPLICATION}/app.yml"),
                *("--extra-vars", f"app_compose={APPLICATION}/compose.yml"),
                *("--extra-vars", f"app_version={version}", *options),
            ],
            cwd=CHECKOUT,
            env={**os.environ, **OUTPUT},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, version: str, *options: str) -> Told:
        """Release a version."""
        with self.start(version, *options) as process:
            text, _unused = process.communicate(timeout=SECONDS)
        return Told(process.returncode, " ".join(text.split()))

    def current(self) -> dict[str, Any]:
        """Return what the host says of the release that serves."""
        return dict(json.loads(self.host.check_output(f"cat {STATE}/current.json")))

    def served(self) -> str:
        """Return the version that people see."""
        return str(self.outside.get(URL).told()["name"])

    def containers(self) -> dict[str, str]:
        """Return the running containers of the application, by name, and since when they run."""
        template = "{{.Name}} {{.State.StartedAt}}"
        ids = self.host.check_output("docker ps --quiet --filter name=^releasetest-").split()
        if not ids:
            return {}
        lines = self.host.check_output("docker inspect --format %s " + " ".join(ids), template)
        return dict(line.lstrip("/").split() for line in lines.splitlines())


@pytest.fixture(scope="module")
def releases(host: Any) -> Iterator[Releases]:
    """The application as if it had never been there; afterwards, as the scenario's converge has left it."""
    releases = Releases(host, Outside(host.ansible.get_variables()["slipway_rehearsal"]))
    host.run(RESET)
    yield releases
    host.run(RESET)
    assert releases.run("1").code == 0
