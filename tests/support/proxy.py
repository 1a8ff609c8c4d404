# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's proxy as the internet sees it: from the rehearsal's vantage point, by curl and by a WebSocket."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from support.collection import CHECKOUT

SCRIPTS = CHECKOUT / "molecule/proxy/tests"
CA = "/root/proxy-ca.pem"
# Outside of what the role release gives to its slots.
BLUE = {"web:3000": "127.0.0.1:31000", "api:4000": "127.0.0.1:31001"}
GREEN = {"web:3000": "127.0.0.1:32000", "api:4000": "127.0.0.1:32001"}
LISTENS = "for _ in $(seq 50); do ss -lnt | grep -q ':443 ' && exit; sleep 0.1; done; exit 1"
POINT = "/usr/local/lib/slipway/point-proxy"

Point = Callable[[dict[str, str]], Any]


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: str

    def told(self) -> dict[str, Any]:
        """Return what the service says of the request that it got."""
        return dict(json.loads(self.body))


class Outside:
    """The rehearsal's vantage point, which trusts the rehearsal's CA alone."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._container = facts["services"]["outside"]["container"]
        subprocess.run(["docker", "cp", facts["ca_file"], f"{self._container}:{CA}"], check=True)

    def command(self, *words: str) -> list[str]:
        """Return the command that runs these words there."""
        return ["docker", "exec", "--interactive", self._container, *words]

    def run(self, *words: str) -> str:
        """Run a command there and return what it printed."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def get(self, url: str, *options: str) -> Answer:
        """Fetch without following."""
        output = self.run("curl", "--silent", "--show-error", "--include", "--cacert", CA, *options, url)
        head, _unused, body = output.partition("\n\n")
        status, *lines = head.splitlines()
        headers = (line.partition(": ") for line in lines)
        return Answer(int(status.split()[1]), {name.lower(): value for name, _unused, value in headers}, body)

    def load(self, host: str, meanwhile: Callable[[], object]) -> dict[str, int]:
        """Ask without a pause while something is done; return how often each service or failure was seen."""
        command = self.command("python3", "-c", (SCRIPTS / "load.py").read_text(), host, CA)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            assert process.stdout.readline() == "begun\n"
            meanwhile()
            process.stdin.close()
            return dict(json.loads(process.stdout.read()))

    @contextmanager
    def websocket(self, host: str) -> Iterator[Callable[[str], str]]:
        """Open a WebSocket; the function says something and returns the answer."""
        client = (SCRIPTS / "websocket.py").read_text()
        command = self.command("python3", "-c", client, host, CA)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            write, read = process.stdin, process.stdout

            def say(text: str) -> str:
                write.write(f"{text}\n")
                write.flush()
                return read.readline().strip()

            yield say
