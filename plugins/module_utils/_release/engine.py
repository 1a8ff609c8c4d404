# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host's Docker Engine, by its API over its socket: what the client's commands do not tell."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from .._errors import SlipwayError

SOCKET = Path("/var/run/docker.sock")
_SECONDS = 60
_HEADER = (
    8  # bytes before each piece of a log: stream, three zeros, length; Engine API, "Attach to a container"
)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("docker", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class RefusedError(SlipwayError):
    """The engine's own words, with the status of HTTP."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"the Docker Engine refuses: {words.removesuffix('.')}")
        self.status = status
        self.words = words


class Engine:
    """Every method raises RefusedError, or SlipwayError when no engine answers."""

    def __init__(self, path: Path = SOCKET) -> None:
        self._path = path

    @property
    def there(self) -> bool:
        """Whether the host has an engine that listens."""
        return self._path.is_socket()

    @property
    def directory(self) -> Path:
        """Where it keeps images and containers."""
        return Path(self._json("GET", "/info")["DockerRootDir"])

    def image(self, reference: str) -> dict[str, Any] | None:
        """Return what the host knows of an image that it has, or None."""
        try:
            return dict(self._json("GET", f"/images/{quote(reference)}/json"))
        except RefusedError as refusal:
            if refusal.status == http.client.NOT_FOUND:
                return None
            raise

    def digest(self, reference: str, credentials: Mapping[str, str] | None = None) -> str:
        """Ask the registry, or its mirror, for the digest that a reference leads to now."""
        headers = {}
        if credentials:
            headers["X-Registry-Auth"] = base64.urlsafe_b64encode(json.dumps(credentials).encode()).decode()
        answer = self._json("GET", f"/distribution/{quote(reference)}/json", headers=headers)
        return str(answer["Descriptor"]["digest"])

    def containers(self, project: str, *, running: bool = False) -> list[dict[str, Any]]:
        """Return everything about each container of a Compose project, but for those of ``compose run``."""
        labels = [f"com.docker.compose.project={project}", "com.docker.compose.oneoff=False"]
        query = urlencode({"all": not running, "filters": json.dumps({"label": labels})})
        found = []
        for entry in self._json("GET", f"/containers/json?{query}"):
            try:
                found.append(dict(self._json("GET", f"/containers/{entry['Id']}/json")))
            except RefusedError as refusal:
                if refusal.status != http.client.NOT_FOUND:  # it has just gone
                    raise
        return sorted(found, key=lambda container: str(container["Name"]))

    def names(self, project: str) -> list[str]:
        """Return the names of the running containers of a project that ``compose run`` started."""
        labels = [f"com.docker.compose.project={project}", "com.docker.compose.oneoff=True"]
        query = urlencode({"filters": json.dumps({"label": labels})})
        return [
            str(entry["Names"][0]).lstrip("/") for entry in self._json("GET", f"/containers/json?{query}")
        ]

    def log(self, container: Mapping[str, Any], lines: int) -> str:
        """Return the last lines that a container has written, both streams in their order."""
        query = urlencode({"stdout": True, "stderr": True, "tail": lines})
        raw = self._request("GET", f"/containers/{container['Id']}/logs?{query}")
        plain = raw if container["Config"].get("Tty") else b"".join(_pieces(raw))
        return plain.decode(errors="replace")

    def create_volume(self, name: str, settings: Mapping[str, Any]) -> None:
        """Have a volume; one that exists stays as it is."""
        body = {
            "Name": name,
            "Driver": settings.get("driver") or "local",
            "DriverOpts": settings.get("driver_opts") or {},
            "Labels": settings.get("labels") or {},
        }
        self._json("POST", "/volumes/create", body)

    def volumes(self) -> set[str]:
        """Return the names of all volumes."""
        return {str(volume["Name"]) for volume in self._json("GET", "/volumes")["Volumes"] or ()}

    def _json(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        return json.loads(self._request(method, path, body, headers))

    def _request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        connection = _Connection(self._path)
        try:
            content = None if body is None else json.dumps(body)
            kind = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, content, {**kind, **(headers or {})})
            answer = connection.getresponse()
            raw = answer.read()
        except TimeoutError as error:
            raise SlipwayError(
                f"the Docker Engine did not answer within {_SECONDS} s", "look at it"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise SlipwayError("no Docker Engine answers on the host", "run role docker first") from error
        finally:
            connection.close()
        if answer.status >= http.client.MULTIPLE_CHOICES:
            raise RefusedError(answer.status, _words(raw))
        return raw


def _words(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return raw.decode(errors="replace").strip()


def _pieces(raw: bytes) -> Iterator[bytes]:
    position = 0
    while position + _HEADER <= len(raw):
        length = int.from_bytes(raw[position + 4 : position + _HEADER], "big")
        yield raw[position + _HEADER : position + _HEADER + length]
        position += _HEADER + length
