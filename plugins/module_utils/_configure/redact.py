# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keep secrets out of what a command has said."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SHORTEST = 4  # a shorter word masks half of every sentence and protects nothing
_BETWEEN_WORDS = re.compile(r"[\s=:,;\"'<>\[\](){}]+")


def mask(text: str, contents: Iterable[str]) -> str:
    """Return ``text`` with every word of the sensitive ``contents`` masked."""
    words = {word for content in contents for word in _BETWEEN_WORDS.split(content) if len(word) >= _SHORTEST}
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "***")
    return text
