# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Images that are fetched in the background, so that who needs them later finds them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._errors import SlipwayError
from .engine import Engine
from .images import pin
from .programs import run

UNIT = "slipway-fetch-images"
_START_SECONDS = 30
# Two at a time: while one is unpacked, the next one is on its way.
_SCRIPT = "printf '%s\\n' \"$@\" | xargs -n 1 -P 2 docker pull --quiet"


def lacking(engine: Engine, images: Iterable[str]) -> list[str]:
    """Return those of the images that the host does not have; raises SlipwayError without an engine."""
    return [image for image in dict.fromkeys(images) if engine.image(image) is None]


def pinned(engine: Engine, images: Iterable[str]) -> list[str]:
    """Return the images by digest, as a release runs them; it tells of one that no registry gives."""
    found: list[str] = []
    for image in images:
        try:
            found += pin(engine, {image: image}).values()
        except SlipwayError:
            continue
    return found


def begin(images: Sequence[str]) -> bool:
    """Fetch images in this order, in the background; return whether it has begun, or one was at work."""
    command = ["systemd-run", "--quiet", "--collect", f"--unit={UNIT}", "sh", "-c", _SCRIPT, "fetch", *images]
    return not run(command, _START_SECONDS).problem
