# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be told of a secret without telling it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Collection
from urllib.parse import urlsplit

FEWEST_CHARACTERS = 8  # different ones in a secret that is long enough to be random

# Whole words that stand where a value should be, and texts that do so inside a longer one.
_WORDS = re.compile(
    r"admin|dev|dummy|fixme|foo|foobar|pass|password|secret|secretkey|tbd|test|testing|todo|xxx|(your|my)?"
    r"(key|secret|password|token)|12345*6?7?8?9?0?"
)
_INSIDE = re.compile(
    r"change[\s_-]?(me|this|it)|example|place[\s_-]?holder|replace[\s_-]?(me|this|with)|insert[\s_-]|"
    r"your[\s_-](key|secret|password|token|value)|to[\s_-]?do\b|not[\s_-]?(a|so)?[\s_-]?secret|<[^<>]*>|\{\{|x{6,}",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"(^|_)(SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIALS|PEPPER|SALT)$"
    r"|(^|_)(SECRET|PRIVATE|API|ENCRYPTION|SIGNING|MASTER|AUTH|ACCESS)_?KEY$|SECRET_ACCESS_KEY$|SECRET_KEY_BASE$",
    re.IGNORECASE,
)
_PUBLIC_NAME = re.compile(r"PUBLIC|PUBLISHABLE", re.IGNORECASE)


def is_placeholder(value: str) -> bool:
    """Whether the text stands where a secret is still to be written; of an address, its password counts."""
    secret = _secret_part(value)
    if secret is None:
        return False
    bare = re.sub(r"[^a-z0-9]", "", secret.lower())
    return _WORDS.fullmatch(bare) is not None or _INSIDE.search(secret) is not None


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable has the name of a secret, and no truth value, number or path of a file."""
    return bool(
        _SECRET_NAME.search(name)
        and not _PUBLIC_NAME.search(name)
        and not re.fullmatch(r"|true|false|[0-9.]+|/.*", value.strip(), re.IGNORECASE)
    )


def repeats_itself(value: str) -> bool:
    """Whether the text is one piece again and again, or has too few different characters to be random."""
    return len(set(value)) < FEWEST_CHARACTERS or (value + value).find(value, 1) < len(value)


def decoded(value: str) -> tuple[int, str] | None:
    """Return how many bytes hexadecimal or base64 text stands for, and which it is; ``None`` for neither."""
    if re.fullmatch(r"([0-9a-fA-F]{2})+", value):
        return len(value) // 2, "hexadecimal"
    padded = value.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        data = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except binascii.Error:
        return None
    return (len(data), "base64") if data else None


def foreign_origin(value: str, allowed: Collection[str]) -> str:
    """Say what is wrong with a list of origins, which may be JSON or have commas or blanks between them."""
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    origins = [str(item) for item in parsed] if isinstance(parsed, list) else re.findall(r"[^\s,;]+", value)
    if not origins:
        return "names no origin"
    for number, origin in enumerate(origins, 1):
        which = f"origin {number} of {len(origins)}" if len(origins) > 1 else "its origin"
        if "*" in origin:
            return f"{which} has a wildcard, so pages of strangers may call the application as its users"
        if origin.rstrip("/") in allowed and origin not in allowed:
            return f"{which} ends in /, and no browser sends it like that"
        if origin not in allowed:
            return f"{which} is none of {', '.join(allowed)}"
    return ""


def fingerprint(name: str, value: str) -> str:
    """Return what tells two values of a variable apart; slow, so that a weak one is not guessed by it."""
    digest = hashlib.pbkdf2_hmac("sha256", value.encode(), f"slipway {name}".encode(), 20_000)
    return f"fp-{digest[:6].hex()}"


def _secret_part(value: str) -> str | None:
    if "://" not in value:
        return value
    try:
        return urlsplit(value).password
    except ValueError:
        return None
