# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``socketio``: Socket.IO connects over each of its transports, as its client in a browser does.

Engine.IO's protocol 4 and Socket.IO's protocol 5, as github.com/socketio/engine.io-protocol and
github.com/socketio/socket.io-protocol describe them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

from ..._preflight.formats import shown
from ..answer import Wanted
from ..deadline import TimeUpError
from ..entry import Entry
from ..failure import ProbeError
from ..kind import Kind
from ..placeholders import fill
from ..session import Session
from .websocket import opened, text_of, websocket_address

TRANSPORTS = ("polling", "websocket")
_DEFAULT_PATH = "/socket.io/"
# Engine.IO's packets; those of Socket.IO are messages of it.
_OPEN, _CLOSE, _PING, _PONG = "0", "1", "2", "3"
_CONNECT, _REFUSED = "40", "44"
_SEPARATOR = "\x1e"


@dataclass(frozen=True)
class SocketIo(Kind):
    """Shakes hands, joins a namespace, leaves."""

    key = "socketio"
    url: str
    path: str = _DEFAULT_PATH
    namespace: str = "/"
    transports: tuple[str, ...] = TRANSPORTS
    auth: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, entry: Entry) -> SocketIo:
        """Read ``socketio``, an address, and how its client is set up."""
        transports = entry.get("transports") if "transports" in entry.data else list(TRANSPORTS)
        if not isinstance(transports, list) or not transports or not set(transports) <= set(TRANSPORTS):
            mend = f"write some of {', '.join(TRANSPORTS)} in a list"
            entry.problem("transports", f"{shown(transports)} is not understood", mend)
            transports = []
        return cls(
            entry.address("socketio"),
            _path(entry, "path", _DEFAULT_PATH),
            _path(entry, "namespace", "/"),
            tuple(transports),
            entry.mapping("auth", "{token: ...}"),
        )

    def run(self, session: Session) -> str:
        """Connect over each transport."""
        for transport in self.transports:
            if transport == "polling":
                self._poll(session)
            else:
                self._open(session)
        return f"{session.address(self.url)} connected over {' and '.join(self.transports)}"

    def _address(self, session: Session, transport: str, **more: str) -> str:
        query = urlencode({"EIO": "4", "transport": transport, **more})
        return f"{urljoin(session.address(self.url), self.path)}?{query}"

    def _hello(self, session: Session) -> str:
        """Return the packet that joins the namespace."""
        namespace = "" if self.namespace == "/" else f"{self.namespace},"
        return f"{_CONNECT}{namespace}{json.dumps(fill(self.auth, session.kept)) if self.auth else ''}"

    def _poll(self, session: Session) -> None:
        url = self._address(session, "polling")
        request = session.request("GET", url)
        response = session.send(request)
        wanted = "a handshake of Engine.IO 4"
        Wanted(status=(200,)).judge(request, response, session.hidden)
        packet = response.body.decode(errors="replace")
        try:
            sid = str(json.loads(packet.removeprefix(_OPEN))["sid"])
        except (ValueError, KeyError, TypeError):
            body = session.hidden.body(response.body)
            raise ProbeError(f"{request} answered {response}", wanted, f"its body: {body}") from None
        session.hidden.add(sid)
        url = self._address(session, "polling", sid=sid)
        packets = {"Content-Type": "text/plain;charset=UTF-8"}
        joining = session.request("POST", url, headers=packets, body=[self._hello(session).encode()])
        Wanted(status=(200,)).judge(joining, session.send(joining), session.hidden)
        try:
            while True:
                response = session.send(session.request("GET", url))
                Wanted(status=(200,)).judge(session.request("GET", url), response, session.hidden)
                for packet in response.body.decode(errors="replace").split(_SEPARATOR):
                    if self._is_welcome(session, "polling", packet):
                        return
        finally:
            leaving = session.request("POST", url, headers=packets, body=[_CLOSE.encode()])
            self._leave(session, leaving)

    def _open(self, session: Session) -> None:
        url = websocket_address(self._address(session, "websocket"))
        with opened(session, url, {}, "a connection of Socket.IO") as connection:
            packet = text_of(connection, session)
            if not packet.startswith(_OPEN):
                raise ProbeError(f"{url} began with {shown(packet)}", "a handshake of Engine.IO 4")
            connection.send(self._hello(session))
            while not self._is_welcome(session, "websocket", packet):
                packet = text_of(connection, session)
                if packet == _PING:
                    connection.send(_PONG)

    def _is_welcome(self, session: Session, transport: str, packet: str) -> bool:
        """Whether a packet says that the namespace is joined.

        :raises ProbeError: when it says that it is not.
        """
        if packet.startswith(_REFUSED):
            said = session.hidden.clean(packet.removeprefix(_REFUSED))
            observed = f"{session.address(self.url)} refused the connection over {transport}: {said}"
            raise ProbeError(observed, f"a connection to the namespace {self.namespace}")
        return packet.startswith(_CONNECT)

    def _leave(self, session: Session, leaving: Any) -> None:
        """Close, so that the server need not wait for the one who is gone; it is no matter if that fails."""
        with suppress(ProbeError, TimeUpError):
            session.send(leaving)


def _path(entry: Entry, key: str, default: str) -> str:
    path = entry.text(key, f"write it like {default}", default)
    if not path.startswith("/"):
        entry.problem(key, f"{shown(path)} does not begin with /", f"write it like {default}")
    return path
