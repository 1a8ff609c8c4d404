# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a controller asks a host to release, and how it travels."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._app.description import App


@dataclass(frozen=True)
class Order:
    """One release. It holds secrets."""

    app: App
    compose: str
    """The Compose file's text."""
    files: Mapping[str, str]
    """Texts beside the Compose file that it names, by their paths from there."""
    rules: Mapping[str, Mapping[str, Any]]
    """As in ``app_rules``."""

    def packed(self) -> str:
        """Return it as one text in which no word is readable, so that Ansible masks none by chance."""
        fields = [self.app.to_json(), self.compose, dict(self.files), self.rules]
        return base64.b64encode(json.dumps(fields).encode()).decode()

    @classmethod
    def unpacked(cls, text: str) -> Order:
        """Return what ``packed`` was called on."""
        app, compose, files, rules = json.loads(base64.b64decode(text))
        return cls(App.from_json(app), compose, files, rules)


@dataclass(frozen=True)
class Settings:
    """How a host releases; times are in seconds."""

    port_base: int
    health_timeout: int
    drain: int
    keep: int
    """How many releases are remembered on the host."""
