# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Debian's package system: what is installed, and having what is not, with one bound for others' locks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .._configure.commands import Finished, run
from .._errors import SlipwayError

INSTALL_SECONDS = (
    1800  # a slow mirror and a small machine; apt itself gives up on a silent mirror much earlier
)
_ASK_SECONDS = 60
_LISTS = Path("/var/lib/apt/lists")
_LISTS_MAX_AGE = 86400.0  # seconds
_POLL_SECONDS = 1.0
_APT_GET = (
    "apt-get",
    "--yes",
    "--no-install-recommends",
    "--option=Dpkg::Use-Pty=false",
    # Questions about changed configuration files would wait for ever: keep the administrator's.
    "--option=Dpkg::Options::=--force-confdef",
    "--option=Dpkg::Options::=--force-confold",
)
_LOCKED = re.compile(
    r"Could not get lock (?P<lock>\S+?)\.? .*|dpkg frontend lock was locked|dpkg status database is locked"
)
_HOLDER = re.compile(r"held by process \d+ \([^)]*\)")
_INTERRUPTED = "dpkg was interrupted"

Run = Callable[[Sequence[str], int], Finished]

# Of the module, and of its action plugin, which refuses the same on a host that has them all.
OPTIONS: dict[str, dict[str, Any]] = {
    "names": {"type": "list", "elements": "str", "required": True},
    "start_services": {"type": "bool", "default": True},
    "lock_timeout": {"type": "int", "default": 300},
}


def question(names: Sequence[str]) -> list[str]:
    """Return the command that asks dpkg for the state of packages."""
    return ["dpkg-query", "--show", "--showformat", r"${Package}\t${db:Status-Status}\n", *names]


def absent(names: Sequence[str], answer: str) -> list[str]:
    """Return those of the packages that dpkg's answer does not call wholly installed, in the given order."""
    installed = {line.partition("\t")[0] for line in answer.splitlines() if line.endswith("\tinstalled")}
    return [name for name in names if name not in installed]


def missing(names: Sequence[str], execute: Run = run) -> list[str]:
    """Ask, and return those of the packages that are not wholly installed."""
    return absent(names, execute(question(names), _ASK_SECONDS).output)


class Apt:
    """Installs packages; every wait for other programs' locks comes out of one budget.

    :param lock_timeout: seconds to wait in all until other programs let go of the package system.
    """

    def __init__(
        self, lock_timeout: float, execute: Run = run, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._lock_timeout = lock_timeout
        self._execute = execute
        self._sleep = sleep
        self._waited = 0.0

    def install(self, names: Sequence[str]) -> None:
        """Install the packages; fetch the lists when those at hand are old or name what the mirror lacks.

        :raises SlipwayError: when others keep the lock too long, or apt-get fails by fresh lists too.
        """
        fresh = _lists_age() > _LISTS_MAX_AGE
        if fresh:
            self._must(["update"])
        done = self._apt_get(["install", *names])
        if done.problem and not fresh:
            self._must(["update"])
            done = self._apt_get(["install", *names])
        if done.problem:
            raise SlipwayError(
                f"{', '.join(names)} cannot be installed: {done}", "mend what apt-get says and run this again"
            )

    def _must(self, words: Sequence[str]) -> None:
        done = self._apt_get(words)
        if done.problem:
            raise SlipwayError(str(done), "check the package sources below /etc/apt and the host's way out")

    def _apt_get(self, words: Sequence[str]) -> Finished:
        mended = False
        while True:
            done = self._execute(
                ["env", "DEBIAN_FRONTEND=noninteractive", *_APT_GET, *words], INSTALL_SECONDS
            )
            if not done.problem:
                return done
            if _INTERRUPTED in done.output and not mended:
                # An earlier run was killed while packages were being unpacked or configured.
                self._execute(
                    ["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"], INSTALL_SECONDS
                )
                mended = True
            elif locked := _LOCKED.search(done.output):
                self._wait(locked, done.output)
            else:
                return done

    def _wait(self, locked: re.Match[str], output: str) -> None:
        if self._waited >= self._lock_timeout:
            lock = locked["lock"] or "/var/lib/dpkg/lock"
            holder = _HOLDER.search(output)
            held = holder[0] if holder else "held by another program"
            raise SlipwayError(
                f"the package system ({lock}) is {held} and was not free within {self._lock_timeout:.0f} s",
                "wait until that program is done and run this again, or allow more time",
            )
        self._sleep(_POLL_SECONDS)
        self._waited += _POLL_SECONDS


def _lists_age() -> float:
    """Return the age of the package lists in seconds; without lists, without end."""
    try:
        if not any(path.is_file() and path.name != "lock" for path in _LISTS.iterdir()):
            return float("inf")
        return time.time() - _LISTS.stat().st_mtime
    except OSError:
        return float("inf")
