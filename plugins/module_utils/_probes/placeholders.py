# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Placeholders like ``{id}``: what a step has kept stands in the addresses and bodies of later ones."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
NAME = re.compile(r"[A-Za-z_]\w*")
# Everybody has these; an address at example.com belongs to nobody (RFC 2606).
BUILT_IN = ("probe_email", "probe_password")


def fresh_person() -> dict[str, Any]:
    """Return the values of the placeholders that everybody has: a person whom the app has never seen."""
    # Rules for passwords ask for capitals, digits and signs.
    password = f"{secrets.token_urlsafe(24)}-aZ9"
    return {"probe_email": f"probe-{secrets.token_hex(8)}@example.com", "probe_password": password}


def names_in(value: Any) -> Iterator[str]:
    """Yield the name of every placeholder in a value."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from names_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item)


def fill(value: Any, kept: Mapping[str, Any]) -> Any:
    """Return the value with its placeholders filled; one that stands alone keeps its type."""
    if isinstance(value, Mapping):
        return {key: fill(item, kept) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, kept) for item in value]
    if not isinstance(value, str):
        return value
    alone = _PLACEHOLDER.fullmatch(value)
    return kept[alone[1]] if alone else _filled(value, kept, str)


def fill_address(url: str, kept: Mapping[str, Any]) -> str:
    """Return the address with its placeholders filled, whatever signs the kept values hold."""
    return _filled(url, kept, lambda value: quote(str(value), safe=""))


def _filled(text: str, kept: Mapping[str, Any], written: Callable[[Any], str]) -> str:
    return _PLACEHOLDER.sub(lambda match: written(kept[match[1]]), text)
