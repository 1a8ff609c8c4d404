# SPDX-License-Identifier: GPL-3.0-or-later
"""An application, and an engine's socket that answers what a test wants: the real client speaks to it."""

from __future__ import annotations

import json
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._app.description import App
from ansible_collections.slipway.deploy.plugins.module_utils._release.engine import Engine

Answers = dict[str, tuple[int, Any]]
"""By the beginning of the request, like ``GET /images/``."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture
def engine() -> Iterator[Callable[[Answers], Engine]]:
    servers: list[_Server] = []

    def start(answers: Answers) -> Engine:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = f"{self.command} {unquote(self.path)}"
                status, body = next(
                    (answer for begin, answer in answers.items() if asked.startswith(begin)),
                    (404, {"message": f"no answer to {asked}"}),
                )
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def address_string(self) -> str:
                return "unix"

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        # A socket's path may have 107 bytes, which pytest's own folders exceed.
        path = Path(tempfile.mkdtemp(prefix="engine-"), "socket")
        server = _Server(str(path), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return Engine(path)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
        path = Path(str(server.server_address))
        path.unlink()
        path.parent.rmdir()


@pytest.fixture
def app() -> App:
    return App.from_variables(
        {
            "app_name": "notes",
            "app_domain": "notes.example",
            "app_version": "1.0.0",
            "app_images": {"api": "acme/api:1", "web": "acme/web:1"},
            "app_routes": [
                {"host": "notes.example", "service": "web", "port": 3000},
                {"host": "api.notes.example", "service": "api", "port": 4000},
            ],
            "app_environment": {"api": {"MODE": "production"}},
            "app_secrets": {"api": {"PEPPER": "correct horse battery"}},
        }
    )
