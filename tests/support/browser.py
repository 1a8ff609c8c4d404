# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser in a container, which sees the network as another container does."""

from __future__ import annotations

import io
import tarfile
import time
import urllib.request
from typing import Self
from uuid import uuid4

import docker
from selenium import webdriver

from ansible_collections.slipway.deploy.plugins.module_utils._images.bootstrap import ensure_bootstrapped
from ansible_collections.slipway.deploy.plugins.module_utils._images.build import ensure_built
from ansible_collections.slipway.deploy.plugins.module_utils._images.recipe import load
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.names import ENVIRONMENT_LABEL
from support.collection import CHECKOUT

_HOME = "/home/browser"
_DRIVER_PORT = 9515
_START_SECONDS = 30
_FLAGS = (
    "--headless",
    # The container is the sandbox; chromium's own needs namespaces that containers may not make.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)


class Browser:
    """Chromium beside a container: in its network, with its names.

    :param beside: the container's name, like ``slipway-local-outside``.
    :param authorities: certificates in PEM that the browser trusts, and nothing else that is not public.
    :param resolve: rules as of ``--host-resolver-rules``, where no DNS server knows the names:
        ``MAP *.rehearsal.example 198.18.0.10``.
    """

    def __init__(self, beside: str, authorities: bytes = b"", resolve: str = "") -> None:
        self._client = docker.from_env(timeout=1800)
        self._beside = self._client.containers.get(beside)
        self._authorities = authorities
        self._resolve = resolve

    def __enter__(self) -> Self:
        base = ensure_bootstrapped(self._client, "trixie")
        image = ensure_built(self._client, load([CHECKOUT / "tests" / "images"], "browser"), base)
        self._container = self._client.containers.run(
            image,
            detach=True,
            name=f"slipway-test-browser-{uuid4().hex[:8]}",
            # Of the same environment, so that it goes with it when a test is killed.
            labels={name: value for name, value in self._beside.labels.items() if name == ENVIRONMENT_LABEL},
            network_mode=f"container:{self._beside.id}",
        )
        try:
            if self._authorities:
                self.put("authorities.pem", self._authorities)
                self._run("sh", "-c", f"trust <{_HOME}/authorities.pem")
            self._await_driver()
        except BaseException:
            self._container.remove(force=True)
            raise
        return self

    def __exit__(self, *_unused: object) -> None:
        self._container.remove(force=True)

    def window(self) -> webdriver.Remote:
        """Open a window of its own: it shares neither cookies nor storage with the others."""
        options = webdriver.ChromeOptions()
        for flag in _FLAGS:
            options.add_argument(flag)
        if self._resolve:
            options.add_argument(f"--host-resolver-rules={self._resolve}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        window = webdriver.Remote(self._driver, options=options)
        # Chromium's own addition to WebDriver, which the general client does not know.
        window.command_executor.add_command("getLog", "POST", "/session/$sessionId/se/log")
        return window

    def put(self, name: str, content: bytes) -> str:
        """Write a file where the browser can read it, for an upload say; return its path."""
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as archive:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
        self._container.put_archive(_HOME, stream.getvalue())
        return f"{_HOME}/{name}"

    @property
    def _driver(self) -> str:
        networks = self._beside.attrs["NetworkSettings"]["Networks"].values()
        return f"http://{next(network['IPAddress'] for network in networks)}:{_DRIVER_PORT}"

    def _run(self, *command: str) -> None:
        code, output = self._container.exec_run(list(command))
        assert code == 0, output.decode()

    def _await_driver(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self._driver}/status", timeout=5):  # noqa: S310  # our own
                    return
            except OSError:
                assert time.monotonic() < deadline, self._container.logs().decode()
                time.sleep(0.2)
