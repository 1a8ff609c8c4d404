# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One HTTP request and its answer over a connection to a given address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from ssl import SSLEOFError
from urllib.parse import SplitResult, urlsplit

from .deadline import Deadline, TimeUpError
from .failure import UnansweredError
from .network import Endpoint, Network, said

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
SECURE = ("https", "wss")
_KEPT_BYTES = 4 * 1024 * 1024  # no JSON that a probe looks into is longer
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Request:
    """What is sent; a body may come in parts."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Sequence[bytes] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(frozen=True)
class Response:
    """What came back; ``body`` is its beginning, ``length`` and ``sha256`` are of the whole."""

    status: int
    reason: str
    headers: HTTPMessage
    body: bytes
    length: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.status} {self.reason}".rstrip()


def place_of(url: str) -> tuple[SplitResult, str, int]:
    """Return an address in its parts, its host and its port."""
    parts = urlsplit(url)
    return parts, parts.hostname or "", parts.port or PORTS[parts.scheme]


def exchange(request: Request, endpoint: Endpoint, network: Network, deadline: Deadline) -> Response:
    """Send a request and return its answer; raises UnansweredError when no whole answer comes."""
    parts, name, port = place_of(request.url)
    secure = parts.scheme in SECURE
    headers = {"User-Agent": "slipway-smoke", "Accept-Encoding": "identity", "Connection": "close"}
    headers.update(request.headers)
    if request.body is not None:
        headers["Content-Length"] = str(sum(map(len, request.body)))
    with network.connected(endpoint, deadline) as connection:
        http = _http_over_tls(name, port, network) if secure else HTTPConnection(name, port)
        http.sock = network.secured(connection, name, deadline) if secure else connection
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            # A server that refuses a body says so and closes before it has read all of it.
            with suppress(BrokenPipeError, ConnectionResetError, SSLEOFError):
                http.request(request.method, target, request.body, headers)
            return _read(http.getresponse(), deadline)
        except HTTPException as error:
            raise UnansweredError(said(error, deadline)) from error
        except ValueError as error:
            raise UnansweredError(f"cannot be asked: {error}") from error
        finally:
            http.close()


def _http_over_tls(name: str, port: int, network: Network) -> HTTPSConnection:
    # It connects nowhere by itself, and would still read all of the system's CAs for a context of its own.
    return HTTPSConnection(name, port, context=network.trust)


def _read(response: HTTPResponse, deadline: Deadline) -> Response:
    digest, beginning, length = hashlib.sha256(), b"", 0
    while piece := response.read(_PIECE):
        digest.update(piece)
        length += len(piece)
        beginning += piece[: _KEPT_BYTES - len(beginning)]
    if deadline.passed:
        raise TimeUpError(deadline.seconds)
    # http.client counts down what the announced length lacks, and takes an early end for the end.
    if response.length:
        raise UnansweredError(f"closed the connection {response.length} bytes before the end of its answer")
    return Response(response.status, response.reason, response.headers, beginning, length, digest.hexdigest())
