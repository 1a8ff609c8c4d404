# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which secrets an environment needs and what each looks like. Knows no value."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENCODINGS = ("hex", "base64", "base64url")
# Below, a secret can be guessed by trying (NIST SP 800-57: 112 bits); above, nobody checks a size.
SMALLEST, LARGEST = 16, 1024
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Shape:
    """How many random bytes (``size``), and how they become text; hexadecimal needs quoting nowhere."""

    size: int = 32
    encoding: str = "hex"

    def text(self, data: bytes) -> str:
        """Return the data as text."""
        if self.encoding == "hex":
            return data.hex()
        encode = base64.b64encode if self.encoding == "base64" else base64.urlsafe_b64encode
        return encode(data).decode()

    def placeholder(self, name: str) -> str:
        """Return what looks like this secret and is none: the same for the same name, always."""
        return self.text(hashlib.shake_256(f"placeholder of {name}".encode()).digest(self.size))


# S3 clients expect the 20 and 40 characters that AWS gives.
BACKING: Mapping[str, Mapping[str, Shape]] = {
    "postgres": {"postgres_password": Shape()},
    "redis": {"redis_password": Shape()},
    "object_storage": {
        "object_storage_access_key_id": Shape(10),
        "object_storage_secret_key": Shape(20),
    },
}


def faults(name: object, entry: object) -> list[tuple[str, str, str]]:
    """Return what is wrong with an entry of ``secrets_generated``: its key or nothing, what, and the mend."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        mend = "begin with a letter and use letters, digits and underscores"
        return [("", f"{name!r} is no name for a variable", mend)]
    if entry is None:
        return []
    if not isinstance(entry, Mapping):
        return [("", "is no dictionary", "write {} for a secret as usual, or {bytes: 32, encoding: base64}")]
    found = []
    if unknown := sorted(str(key) for key in entry.keys() - {"bytes", "encoding"}):
        found.append(("", f"has no option {unknown[0]!r}", "use bytes and encoding"))
    size, encoding = entry.get("bytes", SMALLEST), entry.get("encoding", ENCODINGS[0])
    if not isinstance(size, int) or isinstance(size, bool) or not SMALLEST <= size <= LARGEST:
        mend = f"write a number from {SMALLEST} to {LARGEST}"
        found.append((".bytes", f"{size!r} is no size for a secret", mend))
    if encoding not in ENCODINGS:
        found.append((".encoding", f"{encoding!r} is no encoding", f"use one of {', '.join(ENCODINGS)}"))
    return found


def wanted(generated: Any, backing: Any) -> dict[str, Shape]:
    """Return the secrets that ``secrets_generated`` and ``app_backing`` ask for.

    Passes over what is no sound entry; preflight tells of it.
    """
    shapes: dict[str, Shape] = {}
    for service in backing if isinstance(backing, list) else []:
        shapes.update(BACKING.get(service, {}) if isinstance(service, str) else {})
    for name, entry in generated.items() if isinstance(generated, Mapping) else []:
        if not faults(name, entry):
            given = {"size" if key == "bytes" else key: value for key, value in (entry or {}).items()}
            shapes[name] = Shape(**given)
    return shapes
