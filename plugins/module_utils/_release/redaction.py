# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keep the secrets of an environment out of every sentence; a log or a tool may have said them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote, urlsplit

from .._preflight.redaction import SHORTEST, redacted

_TELLING = re.compile(r"SECRET|PASSW|TOKEN|KEY|CREDENTIAL|SALT|PRIVATE", re.IGNORECASE)


class Redaction:
    """Knows secrets and takes them out of texts."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def learn(self, environment: Mapping[str, str], secret_names: Collection[str] = ()) -> None:
        """Take for secret what is declared so, what is named so, and the password of every address."""
        for name, value in environment.items():
            if name in secret_names or _TELLING.search(name):
                self._add(value)
                for line in value.splitlines():
                    self._add(line)
            self._add_password(value)

    def __call__(self, text: str) -> str:
        """Return the text without the secrets."""
        return redacted(text, self._secrets)

    def _add(self, secret: str | None) -> None:
        if secret and len(secret) >= SHORTEST:
            self._secrets.add(secret)

    def _add_password(self, value: str) -> None:
        try:
            password = urlsplit(value).password
        except ValueError:
            return
        self._add(password)
        self._add(unquote(password or ""))
