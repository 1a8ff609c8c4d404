# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One signed request to an S3 endpoint and its answer, with the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import urlsplit
from xml.etree import ElementTree

from .._errors import SlipwayError
from .signature import Keys, Request, signed_headers

SECONDS = 20  # for a connection, and for each answer
_LONGEST_ANSWER = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What the endpoint said. ``code`` is S3's name for an error, empty when there is none."""

    status: int
    body: bytes

    @property
    def code(self) -> str:
        """S3's name for the error, like ``NoSuchBucket``."""
        return "" if self.status < 300 else self._element("Code")

    def __str__(self) -> str:
        """Return one phrase: the status, the error's name and what the endpoint says about it."""
        return " ".join(part for part in (str(self.status), self.code, self._element("Message")) if part)

    def _element(self, name: str) -> str:
        try:
            return ElementTree.fromstring(self.body).findtext(f"{{*}}{name}") or ""  # noqa: S314  see client
        except ElementTree.ParseError:
            return ""


class Client:
    """Asks an endpoint as one account. Buckets are in the path, which every endpoint understands."""

    def __init__(self, endpoint: str, keys: Keys) -> None:
        self.endpoint = endpoint
        self.keys = keys
        self._url = urlsplit(endpoint)

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a signed request; raises SlipwayError when the endpoint cannot be reached."""
        given = {"host": self._url.netloc, **(headers or {})}
        if body:
            given["content-md5"] = base64.b64encode(hashlib.md5(body).digest()).decode()  # noqa: S324
        request = Request(method, path, query or {}, given, body)
        signed = signed_headers(request, self.keys, datetime.now(timezone.utc))
        https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=SECONDS)
        try:
            connection.request(method, request.target, body, signed)
            response = connection.getresponse()
            return Answer(response.status, response.read(_LONGEST_ANSWER))
        except (OSError, http.client.HTTPException) as error:
            raise SlipwayError(
                f"the S3 endpoint {self.endpoint} cannot be reached from the host: {error}",
                "check the endpoint, and that the host's own network leads there",
            ) from error
        finally:
            connection.close()
