# SPDX-License-Identifier: GPL-3.0-or-later
"""An S3 endpoint on a port of its own that knows buckets, their CORS rules and one account."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class S3Server(ThreadingHTTPServer):
    """``buckets`` maps a name to the CORS rules as they were put, ``foreign`` are somebody else's."""

    def __init__(self, access_key_id: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.access_key_id = access_key_id
        self.buckets: dict[str, bytes | None] = {}
        self.foreign: set[str] = set()
        self.changes: list[tuple[str, str, bytes]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: S3Server

    def handle_one(self) -> None:
        url = urlsplit(self.path)
        name, query = url.path.strip("/"), parse_qs(url.query, keep_blank_values=True)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command != "GET":
            self.server.changes.append((self.command, self.path, body))
        if f"Credential={self.server.access_key_id}/" not in self.headers["Authorization"]:
            return self.answer(403, "InvalidAccessKeyId")
        if name in self.server.foreign:
            return self.answer(403, "AccessDenied")
        if name not in self.server.buckets and not (self.command == "PUT" and not query):
            return self.answer(404, "NoSuchBucket")
        if "cors" in query:
            return self.cors(name, body)
        if self.command == "PUT":
            self.server.buckets[name] = None
        return self.answer(200)

    do_GET = do_PUT = do_DELETE = handle_one  # noqa: N815

    def cors(self, name: str, body: bytes) -> None:
        rules = self.server.buckets[name]
        if self.command == "GET":
            return self.answer(200, body=rules) if rules else self.answer(404, "NoSuchCORSConfiguration")
        self.server.buckets[name] = body or None
        return self.answer(200 if body else 204)

    def answer(self, status: int, code: str = "", body: bytes = b"") -> None:
        if code:
            body = f"<Error><Code>{code}</Code><Message>said so</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def s3_server(access_key_id: str) -> Iterator[S3Server]:
    """Serve until the block ends."""
    with S3Server(access_key_id) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def reordered(rules: bytes) -> bytes:
    """Return the same rules written as another server might: no namespace, children the other way round."""
    elements = re.findall(rb"<([A-Za-z]+)>([^<]+)</\1>", rules)
    inner = b"".join(b"<%s>%s</%s>" % (name, value, name) for name, value in reversed(elements))
    return b"<CORSConfiguration>\n  <CORSRule>" + inner + b"</CORSRule>\n</CORSConfiguration>"
