# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal whose application is asked from outside, again and again, while something goes wrong."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import yaml

from support.collection import CHECKOUT
from support.rehearsal import Rehearsal, Run
from support.sentinels import Sentinels

APP = "https://app.rehearsal.example"
HEALTH, PAGE = f"{APP}/api/health", f"{APP}/config.json"
PATIENCE_SECONDS = 90
_STATE = "/var/lib/slipway/release/reference"
APPLICATION = yaml.safe_load((CHECKOUT / "tests" / "reference_app" / "app.yml").read_text())

# As 1.0.0 has it, whatever has been migrated.
_SCHEMA = """
DROP INDEX IF EXISTS messages_by_time;
ALTER TABLE messages DROP COLUMN IF EXISTS read_at;
UPDATE alembic_version SET version_num = '0002'
"""

# Runs at the vantage point: a line for each request that was not answered with 200, then how many there were.
_WATCH = """
import os, ssl, sys, time, urllib.request
authority, stop, *addresses = sys.argv[1:]
context, count, deadline = ssl.create_default_context(cadata=authority), 0, time.monotonic() + 600
while True:
    for address in addresses:
        count += 1
        try:
            urllib.request.urlopen(address, context=context, timeout=10).read()
        except Exception as error:
            print(time.strftime("%H:%M:%S"), address, repr(error))
    if os.path.exists(stop) or time.monotonic() > deadline:
        break
    time.sleep(0.25)
print(count)
"""


class FaultySite(Rehearsal):
    """The environment ``faults``; whatever is broken on it is whole again when a ``with`` ends."""

    def __init__(self, evidence: Path) -> None:
        super().__init__("tests/inventories/faults", "faults")
        self.directory = CHECKOUT / self.inventory
        self.evidence = evidence
        self.settings = {
            "ANSIBLE_STDOUT_CALLBACK": "slipway.deploy.phases",
            "SLIPWAY_EVIDENCE": "on",
            "SLIPWAY_EVIDENCE_DIRECTORY": str(evidence),
        }
        self.secrets_file = self.directory / "group_vars" / "all" / "generated_secrets.yml"

    def attempt(self, playbook: str, *arguments: str, **variables: object) -> Run:
        """Run a playbook as a person does, with these variables over the inventory's."""
        given = ("--extra-vars", json.dumps(variables)) if variables else ()
        return self.play(playbook, *arguments, *given, **self.settings)

    def release(self, version: str = "1.0.0", **variables: object) -> Run:
        """Release a version."""
        return self.attempt("playbooks/release.yml", app_version=version, release_drain=0, **variables)

    def shell(self, script: str) -> str:
        """Run a script on the host, as root."""
        return self.on_host("app-1", "sh", "-euc", script)

    def query(self, statement: str) -> str:
        """Ask the app's database, or change it."""
        asked = f"docker exec slipway-postgres psql -U postgres -d reference -Atqc {shlex.quote(statement)}"
        return self.shell(asked).strip()

    def refused(self, run: Run, *words: str) -> None:
        """See that a run has stopped with these words, without a traceback, and without a secret anywhere."""
        assert run.code != 0, run.output
        for said in words:
            assert said in run.output, run.output
        assert "Traceback" not in run.output
        self.tells_no_secret(run)

    def tells_no_secret(self, run: Run) -> None:
        """See that no secret is in what a run has printed and kept."""
        secrets = Sentinels()
        for name, value in yaml.safe_load(self.secrets_file.read_text()).items():
            secrets.watch(name, value)
        assert not secrets.found_in(run.output)
        assert not secrets.found_below(self.evidence)

    def address(self, service: str) -> str:
        """Return the IPv4 address of a service or host of the rehearsal."""
        container = self.engine.containers.get(f"slipway-{self.environment}-{service}")
        networks = container.attrs["NetworkSettings"]["Networks"]
        return str(networks[f"slipway-{self.environment}"]["IPAddress"])

    def forget_migrations(self) -> None:
        """Have the schema that 1.0.0 has made, while that release serves."""
        self.query(_SCHEMA)

    def forget_images(self) -> None:
        """Have no image on the host but those that run."""
        self.shell("docker container prune --force && docker image prune --all --force")

    def serving(self) -> dict[str, str]:
        """Return the release that serves, and its containers."""
        record = json.loads(self.shell(f"cat {_STATE}/current.json"))
        running = self.shell("docker ps --no-trunc --format '{{.Names}} {{.ID}}'")
        slot = f"reference-{record['slot']}-"
        containers = dict(line.split() for line in running.splitlines() if line.startswith(slot))
        return {"release": record["id"], "version": record["version"], **containers}

    @contextmanager
    def watched(self, *addresses: str) -> Iterator[list[str]]:
        """Ask addresses from outside, by HTTPS and again and again; the list holds what was not answered."""
        failures: list[str] = []
        stop, authority = f"/tmp/{uuid4().hex}", (self.directory / ".slipway" / "ca.pem").read_text()  # noqa: S108
        outside = self.engine.containers.get(f"slipway-{self.environment}-outside")
        words = ["python3", "-c", _WATCH, authority, stop, *addresses]
        watch = self.engine.api.exec_create(outside.id, words)
        said = self.engine.api.exec_start(watch, stream=True)
        try:
            yield failures
        finally:
            outside.exec_run(["touch", stop])
            *failed, count = b"".join(said).decode().splitlines()
            outside.exec_run(["rm", stop])
            failures += failed
            assert int(count) >= len(addresses)

    def must_answer(self) -> None:
        """Ask the page and the API's health from outside, once."""
        with self.watched(HEALTH, PAGE) as failures:
            pass
        assert not failures

    @contextmanager
    def stopped(self, service: str) -> Iterator[None]:
        """Have one of the rehearsal's services stopped."""
        container = self.engine.containers.get(f"slipway-{self.environment}-{service}")
        container.stop(timeout=5)
        try:
            yield
        finally:
            container.start()

    def lose_power(self) -> None:
        """Kill every host and every service, as hard as anything can."""
        ours = {"label": f"slipway.environment={self.environment}"}
        for container in self.engine.containers.list(filters=ours):
            container.kill()

    @contextmanager
    def full(self, directory: str, files: int) -> Iterator[None]:
        """Have a disk at a directory of the host that takes so many files and 4 KiB in all of them."""
        disk = f"size=4k,nr_inodes={files + 1}"
        self.shell(f"mkdir -p {directory} && mount -t tmpfs -o {disk} tmpfs {directory}")
        try:
            yield
        finally:
            self.shell(f"umount {directory}")

    @contextmanager
    def held(self, holding: str) -> Iterator[Callable[[], None]]:
        """Have a program hold something on the host; what is yielded lets it go, which the end does, too."""
        name = f"held-{uuid4().hex[:8]}"
        self.shell(f"systemd-run --quiet --unit {name} {holding}")

        def let_go() -> None:
            self.shell(f"systemctl stop {name} 2>/dev/null || true")

        try:
            yield let_go
        finally:
            let_go()

    @contextmanager
    def releasing(self, version: str, **variables: object) -> Iterator[Releasing]:
        """Have a release under way."""
        run = Releasing(self, version, variables)
        try:
            yield run
        finally:
            run.end()

    def eventually(self, condition: str) -> None:
        """Wait until a command on the host succeeds."""
        loop = f"until {condition}; do sleep 0.05; done"
        self.shell(f"timeout {PATIENCE_SECONDS} sh -c {shlex.quote(loop)}")


class Releasing:
    """A release in the background, which can be killed as hard as anything can."""

    def __init__(self, site: FaultySite, version: str, variables: dict[str, object]) -> None:
        given = {"app_version": version, "release_drain": 0, **variables}
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "playbooks/release.yml"]
        self._site = site
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed by end()
        self._process = subprocess.Popen(
            [*command, "-i", site.inventory, "--extra-vars", json.dumps(given)],
            cwd=CHECKOUT,
            env={**os.environ, **site.settings},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill ansible-playbook with all it has started, and the module on the host, by SIGKILL."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        pid = json.loads(self._site.shell(f"cat {_STATE}/lock"))["process"]
        self._site.shell(f"kill -9 {pid}")
        self._site.eventually(f"test ! -e /proc/{pid}")

    def result(self) -> Run:
        """Wait for the end."""
        code = self._process.wait(PATIENCE_SECONDS)
        self._output.seek(0)
        return Run(code, self._output.read().decode())

    def end(self) -> None:
        """Leave nothing behind on this machine."""
        if self._process.poll() is None:
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._output.close()
