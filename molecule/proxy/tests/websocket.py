# SPDX-License-Identifier: GPL-3.0-or-later
"""A WebSocket to HOST, trusting CA_FILE: sends each line of standard input, prints each answer."""

import base64
import os
import socket
import ssl
import sys

HOST, CA_FILE = sys.argv[1:]

context = ssl.create_default_context(cafile=CA_FILE)
plain = socket.create_connection((HOST, 443), timeout=20)
with context.wrap_socket(plain, server_hostname=HOST) as connection:
    stream = connection.makefile("rwb")
    key = base64.b64encode(os.urandom(16)).decode()
    head = f"GET /live HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    stream.write(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    stream.flush()
    status = stream.readline()
    if b" 101 " not in status:
        sys.exit(f"no WebSocket: {status!r}")
    while stream.readline() != b"\r\n":
        pass
    for line in sys.stdin:
        text = line.strip().encode()
        stream.write(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
        stream.flush()
        length = stream.read(2)
        print(stream.read(length[1]).decode() if length[:1] == b"\x81" else f"closed: {length!r}", flush=True)
