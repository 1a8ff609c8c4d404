# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the variables of the role rehearsal beyond their types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .._images.recipe import offered_images
from .formats import did_you_mean
from .problem import Problem

if TYPE_CHECKING:
    from .given import Given

# Part of the names of containers and networks, and with a server's name behind it of host names.
_ENVIRONMENT = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")
# RFC 1035, section 2.3.1, with digits in front as RFC 1123 allows.
_ZONE = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# RFC 2606 and RFC 6761: names that can never be somebody's.
_RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")

_IMAGES = Path(__file__).parents[3] / "roles" / "rehearsal" / "files" / "images"


def check(given: Given) -> Iterator[Problem]:
    """Yield the problems of an environment, a zone, images and a time-out."""
    environment = given.str("rehearsal_environment")
    if not _ENVIRONMENT.fullmatch(environment):
        yield Problem(
            "rehearsal_environment",
            f"{environment!r} is no name for an environment",
            "use at most 20 lower-case letters, digits and hyphens, with a letter or digit at both ends",
        )
    zone = given.str("rehearsal_zone")
    if not _ZONE.fullmatch(zone):
        yield Problem("rehearsal_zone", f"{zone!r} is no DNS zone", "write it like rehearsal.example")
    elif not any(f".{zone}".endswith(f".{name}") for name in _RESERVED):
        yield Problem(
            "rehearsal_zone",
            f"{zone} could be somebody's",
            f"take a zone below one of {', '.join(_RESERVED)}, as rehearsal.example",
        )
    timeout = given.int("rehearsal_timeout")
    if timeout is not None and timeout < 1:
        yield Problem("rehearsal_timeout", f"{timeout} is no time to wait", "give seconds, at least 1")
    yield from _image_problems(given)


def _image_problems(given: Given) -> Iterator[Problem]:
    directories = [_IMAGES]
    for index, directory in enumerate(given.list("rehearsal_image_directories")):
        if not Path(directory).is_dir():
            variable = f"rehearsal_image_directories[{index}]"
            yield Problem(
                variable, f"there is no folder {directory}", "give one that holds folders of images"
            )
        directories.append(Path(directory))
    images = given.list("rehearsal_images")
    offered = offered_images(directories) if images else []
    for index, image in enumerate(images):
        if image not in offered:
            mend = did_you_mean(image, offered) or f"use some of {', '.join(offered)}"
            yield Problem(f"rehearsal_images[{index}]", f"there is no image {image!r}", mend)
