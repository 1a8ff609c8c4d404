# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AWS Signature Version 4 in the Authorization header, as S3 wants it.

After "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)" in Amazon's S3 API
reference; the examples there are this file's tests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Keys:
    """An account's two keys, and the region that it signs for."""

    access_key_id: str
    secret_key: str = field(repr=False)
    region: str


@dataclass(frozen=True)
class Request:
    """What is signed. ``path`` is not encoded yet; ``headers`` has every header that counts, ``host`` too."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def target(self) -> str:
        """The path and query as they stand in the request's first line, in the order that is signed."""
        query = self.encoded_query
        return f"{quote(self.path, safe='/~')}?{query}" if query else quote(self.path, safe="/~")

    @property
    def encoded_query(self) -> str:
        """The query in canonical form."""
        pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in self.query.items())
        return "&".join(f"{name}={value}" for name, value in pairs)


def signed_headers(request: Request, keys: Keys, now: datetime) -> dict[str, str]:
    """Return all headers of the request, its signature among them; ``now`` is in UTC."""
    time, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(request.body).hexdigest()
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    headers |= {"x-amz-content-sha256": digest, "x-amz-date": time}
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        [
            request.method,
            quote(request.path, safe="/~"),
            request.encoded_query,
            *(f"{name}:{headers[name]}" for name in sorted(headers)),
            "",
            names,
            digest,
        ]
    )
    scope = f"{day}/{keys.region}/s3/aws4_request"
    to_sign = "\n".join([ALGORITHM, time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{keys.secret_key}".encode()
    for part in (day, keys.region, "s3", "aws4_request"):
        key = _hmac(key, part)
    credential = f"{keys.access_key_id}/{scope}"
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credential},SignedHeaders={names},Signature={_hmac(key, to_sign).hex()}"
    )
    return headers


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
