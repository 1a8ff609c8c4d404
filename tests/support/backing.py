# SPDX-License-Identifier: GPL-3.0-or-later
"""The backing services of a host as an app meets them: by their names, from a container on their network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._s3.signature import (
    Keys,
    Request,
    signed_headers,
)
from support.collection import CHECKOUT

SCENARIO = CHECKOUT / "molecule" / "backing" / "converge.yml"
WRITTEN: dict[str, Any] = yaml.safe_load(SCENARIO.read_text())[0]["vars"]
POSTGRES, REDIS = "slipway-test-postgres", "slipway-test-redis"
CLIENTS = {POSTGRES: "pgvector/pgvector:pg17", REDIS: "redis:8"}
STORAGE_HOST = "object-storage:7070"
CONVERGE_SECONDS = 300


def converge(inventory: str, *options: str, **variables: Any) -> subprocess.CompletedProcess[str]:
    """Run the scenario's play again, with these variables instead of its own."""
    program = Path(sys.executable).parent / "ansible-playbook"
    given = ["--inventory", inventory, "--extra-vars", json.dumps(variables)]
    return subprocess.run(
        [str(program), str(SCENARIO), *given, *options],
        cwd=CHECKOUT,
        # With -vvv, older ansible-core shows each module's arguments without being asked.
        env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "ANSIBLE_INJECT_INVOCATION": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=CONVERGE_SECONDS,
    )


def spellings(secret: str) -> set[str]:
    """Return how a secret may have been written where it should not be."""
    return {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}


@contextmanager
def clients(host: Any) -> Iterator[None]:
    """Have the containers from which the services are asked: to start one for each question takes longer."""
    remove = "docker rm --force --volumes %s %s"
    host.run(remove, *CLIENTS)
    start = "docker run --detach --init --name %s --network slipway --entrypoint sleep %s infinity"
    for name, image in CLIENTS.items():
        host.check_output(start, name, image)
    yield
    host.check_output(remove, *CLIENTS)


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: str


class App:
    """Asks each service from one of the ``clients``; ``variables`` hold the secrets that it knows."""

    def __init__(self, host: Any, **variables: Any) -> None:
        self._host = host
        self._known = {**WRITTEN, **variables}

    def sql(self, query: str, user: str = "", password: str | None = None, database: str = "") -> Any:
        """Return what psql ended with, asked by a URL as an app would have it."""
        name = self._known["app_name"]
        secret = quote(self._known["postgres_password"] if password is None else password, safe="")
        url = f"postgresql://{user or name}:{secret}@postgres:5432/{database or name}"
        return self._run(POSTGRES, "psql", "--no-psqlrc", "-qAt", url, "-c", query)

    def redis(self, *words: str) -> str:
        """Return what Redis said to a command."""
        url = f"redis://default:{quote(self._known['redis_password'], safe='')}@redis:6379/0"
        return str(self._run(REDIS, "redis-cli", "--no-auth-warning", "-u", url, *words).stdout).strip()

    def s3(self, method: str, path: str, body: str = "", signed: bool = True, **headers: str) -> Answer:
        """Return what the storage answered to a request."""
        keys = Keys(
            self._known["object_storage_access_key_id"], self._known["object_storage_secret_key"], "us-east-1"
        )
        request = Request(method, path, {}, {"host": STORAGE_HOST, **headers}, body.encode())
        sent = signed_headers(request, keys, datetime.now(UTC)) if signed else dict(request.headers)
        sent |= {"connection": "close", "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        text = f"{method} {request.target} HTTP/1.1\r\n{head}\r\n{body}"
        # The shell speaks to the socket, as the image has no client for HTTP.
        script = f'exec 3<>/dev/tcp/{STORAGE_HOST.replace(":", "/")}; printf %s "$0" >&3; cat <&3'
        return _read(self._run(POSTGRES, "bash", "-c", script, text).stdout)

    def _run(self, client: str, *command: str) -> Any:
        words = ["docker", "exec", client, *command]
        return self._host.run(" ".join(["timeout 30", *["%s"] * len(words)]), *words)


def _read(answer: str) -> Answer:
    head, _unused, body = answer.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body)
