# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the rehearsal's registry offers, asked and changed through commands in its own container."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._engine import engine_errors
from .._images.build import CONTENT_LABEL
from .commands import run_in

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

_ASK_SECONDS = 60
_PUBLISH_SECONDS = 900
_UPLOAD = "/var/lib/slipway/upload"


class Registry:
    """A running registry container; nothing of it is published on the machine."""

    def __init__(self, client: DockerClient, container: Container) -> None:
        self._client = client
        self._container = container

    def offers(self, name: str, content: str) -> bool:
        """Whether the registry has an official image of that name, or our own with that content.

        :raises SlipwayError: when the registry does not answer.
        """
        answer = run_in(self._container, ["content", name], f"Asking the registry for {name}", _ASK_SECONDS)
        if answer.strip() == "MISSING":
            return False
        label = (json.loads(answer).get("config", {}).get("Labels") or {}).get(CONTENT_LABEL)
        return label in {None, content}

    def publish(self, reference: str, names: Sequence[str]) -> None:
        """Offer an image of the engine under each of the names.

        :raises SlipwayError: when the engine or the registry refuses it.
        """
        doing = f"Publishing {reference}"
        clear = ["sh", "-c", f"rm -rf {_UPLOAD} {_UPLOAD}.tar && mkdir {_UPLOAD}"]
        run_in(self._container, clear, doing, _ASK_SECONDS)
        with engine_errors(doing):
            # The archive goes through this process in pieces; an image may be larger than the memory.
            self._container.put_archive(_UPLOAD, self._client.images.get(reference).save(named=True))
        run_in(self._container, ["publish", _UPLOAD, *names], doing, _PUBLISH_SECONDS)
