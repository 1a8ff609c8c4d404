# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the machine's own apt says about Debian's archive: mirror and proxy are the operator's choice."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from .cache import cache_directory

_COMMAND_TIMEOUT_SECONDS = 30

# How the archive is reached. Paths on this machine (certificates, logins) stay out: images lack the files.
_OPTION = re.compile(
    r'(?P<name>Acquire::(https?::Proxy(::[^" ]+)?|Check-Valid-Until|Check-Date|Retries)) "(?P<value>[^"]*)";'
)
_TARGET_FORMAT = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"


@dataclass(frozen=True)
class AptConfiguration:
    """How this machine reaches Debian's archive; every field may be empty, then apt's defaults hold."""

    archive: str
    security: str
    options: str
    """Lines for a file in apt.conf.d."""

    def sources(self, suite: str) -> str:
        """Return the lines of a sources.list for a suite; none when no mirror of Debian is configured."""
        lines = []
        if self.archive:
            lines += [f"deb {self.archive} {name} main" for name in (suite, f"{suite}-updates")]
            lines += [f"deb {self.security} {suite}-security main"] if self.security else []
        return "".join(f"{line}\n" for line in lines)


def parse(index_targets: str, options: str) -> AptConfiguration:
    """Read the output of ``apt-get indextargets`` (in our format) and of ``apt-config dump``."""
    mirrors: dict[str, str] = {}
    for line in index_targets.splitlines():
        origin, label, address = [*line.split("|"), "", ""][:3]
        if origin == "Debian":
            mirrors.setdefault(label, address.rstrip("/"))
    kept = [
        match[0]
        for line in options.splitlines()
        if (match := _OPTION.fullmatch(line.strip())) and match["value"]
    ]
    return AptConfiguration(
        archive=mirrors.get("Debian", ""),
        security=mirrors.get("Debian-Security", ""),
        options="".join(f"{line}\n" for line in kept),
    )


def of_this_machine() -> AptConfiguration:
    """Return this machine's configuration; an empty one where there is no apt or its lists are empty."""
    # Container images of Debian switch apt's own cache off, and without one every call takes a second.
    own_cache = f"Dir::Cache::pkgcache={cache_directory('apt')}/pkgcache.bin"
    return parse(
        _output(
            ["apt-get", "indextargets", "-o", own_cache, "--format", _TARGET_FORMAT, "Identifier: Packages"]
        ),
        _output(["apt-config", "dump"]),
    )


def _output(command: list[str]) -> str:
    try:
        # This runs without a module object, so there is no run_command.
        return subprocess.run(  # pylint: disable=ansible-bad-function
            command, check=True, capture_output=True, text=True, timeout=_COMMAND_TIMEOUT_SECONDS
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
