# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``websocket``: a connection that opens, answers a ping, and says what is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..deadline import TimeUpError
from ..entry import Entry
from ..exchange import SECURE, place_of
from ..failure import ProbeError, UnansweredError
from ..kind import Kind
from ..libraries import websockets
from ..placeholders import fill
from ..session import Session, said_of

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class WebSocket(Kind):
    """Opens a connection, sends a text if there is one, and waits for the wanted one."""

    key = "websocket"
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    send: str = ""
    receive: str = ""

    @property
    def writes(self) -> bool:
        """What is sent may be kept by the app."""
        return bool(self.send)

    @classmethod
    def read(cls, entry: Entry) -> WebSocket:
        """Read ``websocket``, an address, and what is sent and wanted."""
        return cls(
            entry.address("websocket", ("wss", "ws")),
            entry.headers("request_headers", "{Origin: https://app.example.com}"),
            entry.text("send", "write the text of a message"),
            entry.text("receive", "write words that a message must hold"),
        )

    def run(self, session: Session) -> str:
        """Open, talk, close."""
        url = websocket_address(session.address(self.url))
        headers = {name: str(fill(value, session.kept)) for name, value in self.headers.items()}
        wanted = f"a message with {self.receive!r} in it" if self.receive else "a WebSocket that answers"
        with opened(session, url, headers, wanted) as connection:
            if self.send:
                connection.send(str(fill(self.send, session.kept)))
            answered, heard = connection.ping(), not self.receive
            # Only whoever listens learns that the connection has ended.
            while not (heard and answered.is_set()):
                with suppress(TimeoutError):
                    heard = self.receive in text_of(connection, session, _PAUSE_SECONDS) or heard
        return f"{url} opened and answered"


def websocket_address(url: str) -> str:
    """Return the address with the scheme of WebSockets: relative ones have come out with that of HTTP."""
    return f"ws{url.removeprefix('http')}" if url.startswith("http") else url


def text_of(connection: ClientConnection, session: Session, seconds: float = math.inf) -> str:
    """Return the next message; raises TimeoutError when none comes in time."""
    message = connection.recv(timeout=min(seconds, session.deadline.remaining()))
    return message if isinstance(message, str) else message.decode(errors="replace")


@contextmanager
def opened(session: Session, url: str, headers: Mapping[str, str], wanted: str) -> Iterator[ClientConnection]:
    """Have a WebSocket; raises ProbeError when it does not open, or fails while the caller uses it."""
    endpoint = session.endpoints(url)[0]
    parts, _name, _port = place_of(url)
    deadline = session.deadline
    try:
        with (
            session.network.connected(endpoint, deadline) as raw,
            websockets.sync.client.connect(
                url,
                sock=raw,
                ssl=session.network.trust if parts.scheme in SECURE else None,
                additional_headers=dict(headers),
                open_timeout=deadline.remaining(),
                close_timeout=1,
            ) as connection,
        ):
            yield connection
    except (websockets.exceptions.WebSocketException, UnansweredError, TimeUpError) as error:
        observed, *more = _words(error, session)
        raise ProbeError(session.hidden.clean(f"{url} {observed}"), wanted, *more) from error


def _words(error: Exception, session: Session) -> list[str]:
    """Say why there is no WebSocket, after the subject; a refusal shows its body on a line of its own."""
    if session.deadline.passed or isinstance(error, (UnansweredError, TimeUpError)):
        return [said_of(error, session.deadline)]
    if isinstance(error, websockets.exceptions.InvalidStatus):
        answer = error.response
        body = session.hidden.body(answer.body or b"")
        shown = [f"its body: {body}"] if body else []
        return [f"answered {answer.status_code} {answer.reason_phrase}".rstrip(), *shown]
    if isinstance(error, websockets.exceptions.ConnectionClosed):
        return [f"closed: {error}"]
    return [f"is no WebSocket: {error}"]
