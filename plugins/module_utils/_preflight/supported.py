# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which hosts the roles are written for, and how much room they need on them."""

from __future__ import annotations

from collections.abc import Iterator

from .host import Host
from .problem import Problem

# The oldest releases with Python 3.10, an sshd that reads drop-ins, and apt with deb822 sources.
OLDEST = {"debian": 12.0, "ubuntu": 22.04}
MIB = 1024 * 1024


def check_distribution(host: Host) -> Iterator[Problem]:
    """Yield a problem with ``ansible_host`` when the roles do not know what it runs."""
    oldest = OLDEST.get(host.distribution)
    if oldest is None or (host.version and float(host.version) < oldest):
        what = f"runs {host.distribution} {host.version}".rstrip()
        yield Problem("ansible_host", what, "install Debian 12 or newer, or Ubuntu 22.04 or newer")


def check_room(path: str, free: int, needed: int) -> Iterator[Problem]:
    """Yield a problem with ``ansible_host`` when the file system at ``path`` has too few bytes free."""
    if free < needed:
        what = f"has {free // MIB} MiB free on {path}, and the role needs {needed // MIB}"
        yield Problem("ansible_host", what, "free some space or give it a bigger disk")
