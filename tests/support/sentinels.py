# SPDX-License-Identifier: GPL-3.0-or-later
"""Secret values that can be recognised wherever they turn up, and in whatever clothes."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus


class Sentinels:
    """Makes values to plant as secrets, and finds them again."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def plant(self, name: str) -> str:
        """Return a new value; in each of the forms that are looked for, its characters look otherwise."""
        return self.watch(name, f'S3nt/nel+"{secrets.token_hex(8)}é?~')

    def watch(self, name: str, value: str) -> str:
        """Look for this value, too."""
        self._values[name] = value
        return value

    def found_in(self, content: str | bytes) -> list[str]:
        """Return which values stand in a text, and how, like ``postgres_password as JSON``."""
        data = content.encode() if isinstance(content, str) else content
        return [
            f"{name} as {form}"
            for name, value in self._values.items()
            for form, needle in _forms(value)
            if needle in data
        ]

    def found_below(self, folder: Path) -> list[str]:
        """Return which values stand in the files below a folder, their names included, and how."""
        return [
            f"{path.relative_to(folder)}: {found}"
            for path in sorted(folder.rglob("*"))
            for found in self.found_in(
                str(path).encode() + b"\n" + (path.read_bytes() if path.is_file() else b"")
            )
        ]


def _forms(value: str) -> Iterator[tuple[str, bytes]]:
    data = value.encode()
    yield "it is", data
    for form, quoted in (("URL", quote(value, safe="")), ("path", quote(value)), ("form", quote_plus(value))):
        yield form, quoted.encode()
    yield "JSON", json.dumps(value)[1:-1].encode()
    yield "JSON beyond ASCII", json.dumps(value, ensure_ascii=False)[1:-1].encode()
    yield "Python", repr(value)[1:-1].encode()
    yield "hexadecimal", data.hex().encode()
    for offset in range(3):
        # Where it begins in a longer text shifts it; the first and the last characters hold others' bits.
        encoded = base64.b64encode(b"\0" * offset + data)
        yield "base64", encoded[4 if offset else 0 : len(encoded) - 4]
