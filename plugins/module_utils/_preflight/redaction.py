# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The last net: no sentence leaves preflight with a secret in it, whoever wrote the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

USER_OF_ADDRESS = re.compile(r"(?<=://)[^\s/@]+(?=@)")
REDACTED = "********"
SHORTEST = 4  # characters; anything shorter would be found in the middle of ordinary words


def secret_texts(options: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> set[str]:
    """Return every text inside the values of options that are ``no_log``, suboptions included."""
    return {text for text in _secrets(options, values) if len(text) >= SHORTEST}


def redacted(sentence: str, secrets: Iterable[str]) -> str:
    """Return the sentence without secrets, nor the user and password of an address.

    The longest secret goes first, as one may hold another.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        sentence = sentence.replace(secret, REDACTED).replace(repr(secret)[1:-1], REDACTED)
    return USER_OF_ADDRESS.sub(REDACTED, sentence)


def _secrets(options: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[str]:
    for name, spec in options.items():
        value = values.get(name)
        if spec.get("no_log"):
            yield from _leaves(value)
        elif "options" in spec:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, Mapping):
                    yield from _secrets(spec["options"], item)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
