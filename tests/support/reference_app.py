# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference application by itself: its containers and what they need, on a network of their own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Self
from uuid import uuid4

import docker
import requests
from docker.models.containers import Container

from ansible_collections.slipway.deploy.plugins.module_utils._images.bootstrap import ensure_bootstrapped
from ansible_collections.slipway.deploy.plugins.module_utils._images.build import ensure_built
from ansible_collections.slipway.deploy.plugins.module_utils._images.recipe import load
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.names import full_name, labels
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.network import create_network
from support.collection import CHECKOUT

IMAGES = CHECKOUT / "tests" / "reference_app" / "images"
_RECIPES = [IMAGES, CHECKOUT / "roles" / "rehearsal" / "files" / "images"]
PAGE = "http://web:3000"
_PATIENCE_SECONDS = 60
_ENVIRONMENT = {
    "DATABASE_URL": "postgresql://reference:p%40ss%2Fword@postgres:5432/reference",
    "REDIS_URL": "redis://redis:6379/0",
    "S3_ENDPOINT": "http://object-storage:7070",
    "S3_REGION": "us-east-1",
    "S3_BUCKET": "reference",
    "S3_ACCESS_KEY_ID": "access",
    "S3_SECRET_ACCESS_KEY": "secret",
    "JWT_SECRET": uuid4().hex * 2,
    "CORS_ORIGIN": PAGE,
}


class ReferenceApp:
    """Has database, cache and storage while it is entered; releases come and go in between."""

    def __init__(self) -> None:
        self.client = docker.from_env(timeout=1800)
        self.name = f"app-{uuid4().hex[:8]}"

    def __enter__(self) -> Self:
        create_network(self.client, self.name)
        try:
            self._start_backing()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_unused: object) -> None:
        label = {"label": f"slipway.environment={self.name}"}
        for container in self.client.containers.list(all=True, filters=label):
            container.remove(force=True, v=True)
        self.client.networks.get(full_name(self.name)).remove()

    def container(self, service: str) -> Container:
        """Return a service's container, as it is now."""
        return self.client.containers.get(full_name(self.name, service))

    def image(self, name: str) -> str:
        """Return an image by its recipe's name, built when the engine does not have it."""
        return ensure_built(self.client, load(_RECIPES, name), ensure_bootstrapped(self.client, "trixie"))

    def migrate(self, version: str) -> tuple[int, str]:
        """Run a release's migrations; return how they ended, and what they said."""
        container = self._run(f"reference-api:{version}", "migration", {}, "alembic", "upgrade", "head")
        code = container.wait(timeout=_PATIENCE_SECONDS)["StatusCode"]
        said = container.logs().decode()
        container.remove()
        return code, said

    def release(self, version: str, **environment: str) -> None:
        """Replace the API and the worker, and the page when the release has one of its own."""
        for service in ("api", "worker"):
            self._remove(service)
        self._run(f"reference-api:{version}", "api", environment)
        self._run(f"reference-api:{version}", "worker", environment, "python3", "-m", "reference.worker")
        if version in ("1.0.0", "1.1.0"):
            self._remove("web")
            self._run(f"reference-web:{version}", "web", {"API_ORIGIN": "http://api:4000"})
        self.eventually(lambda: self.get("/api/version").json()["version"] == version)

    def run_api(self, version: str, environment: Mapping[str, str]) -> tuple[int, str]:
        """Start the API with an environment in which it ends by itself; return how, and what it said."""
        container = self.client.containers.run(
            self.image(f"reference-api:{version}"),
            detach=True,
            environment=dict(environment),
            labels=labels(self.name),
        )
        code = container.wait(timeout=_PATIENCE_SECONDS)["StatusCode"]
        said = container.logs().decode()
        container.remove()
        return code, said

    def get(self, path: str, **options) -> requests.Response:
        return self.ask("GET", path, **options)

    def ask(self, method: str, path: str, token: str = "", **options) -> requests.Response:
        """Send a request to the API, past every proxy."""
        headers = {**options.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return requests.request(
            method, f"http://{self.address('api')}:4000{path}", headers=headers, timeout=30, **options
        )

    def register(self) -> str:
        """Register somebody; return the token."""
        who = {"email": f"{uuid4().hex}@example.org", "password": uuid4().hex}
        answer = self.ask("POST", "/api/v1/auth/register", json=who)
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def query(self, statement: str) -> str:
        """Ask the database."""
        command = ["psql", "-U", "reference", "-d", "reference", "-Atc", statement]
        code, output = self.container("postgres").exec_run(command)
        assert code == 0, output.decode()
        return output.decode().strip()

    def objects(self) -> list[str]:
        """Return what lies in the bucket."""
        code, output = self.container("object-storage").exec_run(["ls", "/data/reference"])
        assert code == 0, output.decode()
        return output.decode().split()

    def address(self, service: str) -> str:
        """Return a service's IPv4 address."""
        return self.container(service).attrs["NetworkSettings"]["Networks"][full_name(self.name)]["IPAddress"]

    def eventually(self, holds, seconds: float = _PATIENCE_SECONDS) -> None:
        """Wait until something holds; what the connection says on the way does not count."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(requests.RequestException, docker.errors.APIError):
                if holds():
                    return
            assert time.monotonic() < deadline, self.container("api").logs(tail=20).decode()
            time.sleep(0.2)

    def _start_backing(self) -> None:
        account = {"POSTGRES_USER": "reference", "POSTGRES_PASSWORD": "p@ss/word", "POSTGRES_DB": "reference"}
        self._run("postgres", "postgres", account)
        self._run("redis", "redis", {})
        keys = {"ROOT_ACCESS_KEY": "access", "ROOT_SECRET_KEY": "secret"}
        storage = self._run("versitygw", "object-storage", keys, "posix", "/data", volumes=["/data"])
        storage.exec_run(["mkdir", "-p", "/data/reference"])
        ready = ["pg_isready", "-h", "127.0.0.1", "-U", "reference"]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.container("postgres").exec_run(ready).exit_code:
            assert time.monotonic() < deadline, self.container("postgres").logs(tail=20).decode()
            time.sleep(0.2)

    def _run(
        self, image: str, service: str, environment: Mapping[str, str], *command: str, **options
    ) -> Container:
        own = {} if service in ("postgres", "redis", "object-storage") else _ENVIRONMENT
        network = full_name(self.name)
        return self.client.containers.run(
            self.image(image),
            list(command) or None,
            detach=True,
            name=full_name(self.name, service),
            labels=labels(self.name, service),
            environment={**own, **environment},
            network=network,
            networking_config={network: self.client.api.create_endpoint_config(aliases=[service])},
            **options,
        )

    def _remove(self, service: str) -> None:
        with suppress(docker.errors.NotFound):
            self.container(service).remove(force=True, v=True)
