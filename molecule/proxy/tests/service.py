# SPDX-License-Identifier: GPL-3.0-or-later
"""A service behind the proxy: NAME PORT. It tells its name, what it was asked and with which headers.

As a WebSocket it answers each message with its name in front.
"""

import base64
import hashlib
import http.server
import json
import sys

NAME, PORT = sys.argv[1], int(sys.argv[2])
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


class Service(http.server.BaseHTTPRequestHandler):
    """Keeps connections, as services do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Answer, or become a WebSocket."""
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.become_websocket()
            return
        told = {"name": NAME, "path": self.path, "body": self.body(), "headers": dict(self.headers)}
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Server", "service/1.0")
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815  the name that the base class looks for

    def body(self):
        """Read the request's body and return how long it was."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        length = 0
        while size := int(self.rfile.readline() or "0", 16):
            length += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return length

    def become_websocket(self):
        """Echo short messages until the other side closes."""
        key = self.headers["Sec-WebSocket-Key"].encode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        accept = hashlib.sha1(key + MAGIC, usedforsecurity=False).digest()
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(accept).decode())
        self.end_headers()
        self.close_connection = True
        while len(head := self.rfile.read(2)) == 2 and head[0] == 0x81:
            mask = self.rfile.read(4)
            text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(head[1] & 0x7F)))
            answer = f"{NAME} {text.decode()}".encode()
            self.wfile.write(bytes([0x81, len(answer)]) + answer)


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Service).serve_forever()
