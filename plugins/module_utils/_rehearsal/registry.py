# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the rehearsal's registry offers, asked and changed through commands in its own container."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from .._engine import engine_errors
from .._images.build import CONTENT_LABEL
from .._images.cache import drop_unused
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

    def publish(self, reference: str, names: Sequence[str], keep: Path | None = None) -> None:
        """Offer an image of the engine under each of the names.

        :param keep: where to keep it, packed, for ``publish_kept`` of another registry.
        :raises SlipwayError: when the engine or the registry refuses it.
        """
        doing = f"Publishing {reference}"
        with engine_errors(doing):
            self._pack(reference, doing)
            if keep:
                self._keep(keep)
        self._offer(names, doing)

    def publish_kept(self, kept: Path, names: Sequence[str]) -> None:
        """Offer an image that was kept, packed, under each of the names; the engine need not have it.

        :raises SlipwayError: when the engine or the registry refuses it.
        """
        doing = f"Publishing {kept.stem}"
        with engine_errors(doing):
            self._upload(kept, doing)
        self._offer(names, doing)

    def _offer(self, names: Sequence[str], doing: str) -> None:
        run_in(self._container, ["publish", _UPLOAD, *names], doing, _PUBLISH_SECONDS)

    def _pack(self, reference: str, doing: str) -> None:
        run_in(self._container, ["sh", "-c", f"rm -rf {_UPLOAD} && mkdir {_UPLOAD}"], doing, _ASK_SECONDS)
        # The archive goes through this process in pieces; an image may be larger than the memory.
        self._container.put_archive(_UPLOAD, self._client.images.get(reference).save(named=True))
        run_in(self._container, ["pack", _UPLOAD], doing, _PUBLISH_SECONDS)

    def _keep(self, kept: Path) -> None:
        drop_unused(kept.parent, "*.tar")
        pieces, _unused = self._container.get_archive(_UPLOAD)
        with NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.writelines(pieces)
        Path(file.name).rename(kept)

    def _upload(self, kept: Path, doing: str) -> None:
        run_in(self._container, ["rm", "-rf", _UPLOAD], doing, _ASK_SECONDS)
        kept.touch()
        with kept.open("rb") as file:
            self._container.put_archive(str(PurePosixPath(_UPLOAD).parent), file)
