# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the roles of backing services ask alike: an image, a secret, a folder for the data, memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from .formats import IMAGE
from .problem import Problem
from .supported import MIB

if TYPE_CHECKING:
    from .given import Given

_SYSTEM_FOLDERS = ("bin", "boot", "dev", "etc", "lib", "proc", "root", "run", "sbin", "sys", "tmp", "usr")
_SHORTEST_SECRET = 16


def check_image(given: Given, name: str) -> Iterator[Problem]:
    """Yield a problem unless the variable names an image in one version: data outlives the container."""
    image = given.str(name)
    match = IMAGE.fullmatch(image)
    if not match:
        yield Problem(name, f"{image!r} is no name of an image", "write it like docker.io/library/redis:8")
    elif not match["digest"] and match["tag"] in (None, "latest"):
        what = f"{image} is another version tomorrow, and the data on the host stays"
        yield Problem(name, what, "add a tag with a version, like :8, or a digest")


def check_secret(given: Given, name: str, shortest: int = _SHORTEST_SECRET) -> Iterator[Problem]:
    """Yield a problem unless the variable is long enough and of characters that every client takes."""
    secret = given.str(name)
    if not re.fullmatch(r"[!-~]*", secret):
        what = "has a character that some client would read otherwise, like a blank or an umlaut"
        yield Problem(name, what, "use letters, digits and ASCII's punctuation")
    elif len(secret) < shortest:
        what = f"is shorter than {shortest} characters"
        yield Problem(name, what, "write a longer one, `openssl rand -hex 32` makes one")


def check_data_directory(given: Given, name: str) -> Iterator[Problem]:
    """Yield a problem unless the variable is a folder that can be given to a container's user whole."""
    path = given.str(name)
    parts = PurePosixPath(path).parts
    mend = "write it like /var/lib/slipway/NAME or /mnt/data/NAME"
    if not re.fullmatch(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", path):
        yield Problem(name, f"{path!r} is no absolute path of letters, digits, '.', '_' and '-'", mend)
    elif len(parts) < 3 or parts[1] in _SYSTEM_FOLDERS or path in ("/var/lib", "/var/log"):
        yield Problem(name, f"{path} has other things in it, or will have", mend)


def check_memory(given: Given, name: str, least: int) -> Iterator[Problem]:
    """Yield a problem unless the size is at least ``least`` bytes."""
    size = given.int(name) or 0
    if size < least:
        yield Problem(name, f"{size // MIB} MiB are too little", f"write at least {least // MIB}M")
