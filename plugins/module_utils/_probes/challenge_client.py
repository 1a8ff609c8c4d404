# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What runs at the vantage point, by its own Python: fetch a path of a host through each address it has.

Needs nothing but the standard library, and nothing of this collection: it travels as text.
"""

from __future__ import annotations

import errno
import http.client
import json
import socket
import sys

_PORT = 80
_MOST = 200  # bytes of an answer; a page that is not ours is only named by its beginning


def fetch(host: str, address: str, path: str, seconds: float, port: int) -> dict[str, object]:
    """Return what came through this address: status and body, or an error."""
    connection = http.client.HTTPConnection(address, port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Host": host, "Connection": "close"})
        answer = connection.getresponse()
        body = answer.read(_MOST).decode(errors="replace")
    except OSError as error:
        unreachable = error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL)
        return {"unreachable": unreachable, "error": error.strerror or str(error) or type(error).__name__}
    except http.client.HTTPException as error:
        return {"error": f"no HTTP: {type(error).__name__}"}
    finally:
        connection.close()
    return {"status": answer.status, "body": body, "location": answer.headers.get("Location", "")}


def look(host: str, path: str, seconds: float, port: int = _PORT) -> dict[str, dict[str, object]]:
    """Return what came through each address that the host's name has here; nothing when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return {}
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return {address: fetch(host, address, path, seconds, port) for address in addresses}


if __name__ == "__main__":
    json.dump({host: look(host, sys.argv[1], float(sys.argv[2])) for host in sys.argv[3:]}, sys.stdout)
