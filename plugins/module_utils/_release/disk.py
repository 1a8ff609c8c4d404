# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A full disk, which programs and the engine report in many ways or not at all."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from pathlib import Path

from .._errors import SlipwayError

FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
MEND = "free some of it; `df -h` and `docker system df` on the host say what holds it"
_LEAST_BYTES = 16 * 1024 * 1024  # what the engine leaves when a layer does not fit any more


def is_full(places: Iterable[Path]) -> bool:
    """Whether the file system of one of the places that are there has no room or no inode left."""
    for place in places:
        if place.is_dir():
            room = os.statvfs(place)
            if room.f_bavail * room.f_frsize < _LEAST_BYTES or (room.f_files and not room.f_favail):
                return True
    return False


def in_words(error: OSError) -> SlipwayError:
    """Return what the kernel has refused as a sentence for a person."""
    place = str(error.filename or "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SlipwayError(f"the host's disk is full{place and f', at {place}'}", MEND)
    return SlipwayError(f"the host refuses: {error.strerror or error}{place and f', at {place}'}")
