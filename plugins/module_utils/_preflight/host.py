# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host before anything has changed: one read-only shell command and what its answer means."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from .._errors import SlipwayError

# Plain POSIX shell, because a fresh host may lack Python and the user may lack sudo.
# df and /proc/meminfo count in units of 1024 bytes.
QUESTION = r"""
printf 'client=%s\n' "${SSH_CONNECTION%% *}"
printf 'user=%s\n' "$(id -un)"
printf 'architecture=%s\n' "$(uname -m)"
printf 'free_root=%s\n' "$(df -Pk / | awk 'NR == 2 { print $4 }')"
printf 'free_var=%s\n' "$(df -Pk /var | awk 'NR == 2 { print $4 }')"
printf 'memory=%s\n' "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
if [ -s /run/systemd/container ] || [ -e /.dockerenv ]; then echo container=yes; else echo container=no; fi
sed -n 's/^\(ID\|VERSION_ID\|VERSION_CODENAME\)=/os_\1=/p' /etc/os-release
""".strip()

KIB = 1024


@dataclass(frozen=True)
class Host:
    """What one look at the host told. Sizes are bytes."""

    distribution: str
    """``ID`` of os-release: ``debian``, ``ubuntu``."""
    version: str
    """``VERSION_ID`` of os-release: ``13``, ``24.04``; empty on a testing distribution."""
    codename: str
    """``VERSION_CODENAME`` of os-release: ``trixie``, ``noble``."""
    architecture: str
    """As ``uname -m`` says it: ``x86_64``, ``aarch64``."""
    free_root: int
    """Bytes free for a user on the file system that holds ``/``."""
    free_var: int
    """Bytes free for a user on the file system that holds ``/var``."""
    memory: int
    """Bytes of memory, as the kernel sees them (a container sees its machine's)."""
    user: str
    """The user we connect as, before any become."""
    is_container: bool
    """Whether the host is a system container rather than a machine."""
    client_address: str | None
    """The address we come from as the host sees it; ``None`` when the connection is not SSH."""


def read_host(answer: str) -> Host:
    """Read the output of QUESTION; raises SlipwayError when a line that every Linux host has is missing."""
    lines = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    try:
        return Host(
            distribution=lines["os_ID"].strip("\"'"),
            version=lines.get("os_VERSION_ID", "").strip("\"'"),
            codename=lines.get("os_VERSION_CODENAME", "").strip("\"'"),
            architecture=lines["architecture"],
            free_root=int(lines["free_root"]) * KIB,
            free_var=int(lines["free_var"]) * KIB,
            memory=int(lines["memory"]) * KIB,
            user=lines["user"],
            is_container=lines["container"] == "yes",
            client_address=_address(lines["client"]),
        )
    except (KeyError, ValueError) as error:
        raise SlipwayError(
            f"the host answers preflight's question incompletely ({error})",
            "check that it is a Debian or Ubuntu host and that its login shell prints nothing of its own",
        ) from error


def _address(text: str) -> str | None:
    """Return the address without zone, and an IPv4 one as such even when it came over an IPv6 socket."""
    if not text:
        return None
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address)
