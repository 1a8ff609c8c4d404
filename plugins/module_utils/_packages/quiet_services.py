# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages that must not start their services yet, by Debian's own means for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .._errors import SlipwayError

_MARK = "# written by slipway for the time of an installation"
_POLICY = f"#!/bin/sh\n{_MARK}\nexit 101\n"


@contextmanager
def quiet_services(policy: Path = Path("/usr/sbin/policy-rc.d")) -> Iterator[None]:
    """Forbid packages to start services; a leftover of a run that was killed is ours to use and to remove.

    :raises SlipwayError: when the host has a policy of its own.
    """
    try:
        if policy.exists() and _MARK not in policy.read_text(encoding="utf-8"):
            raise SlipwayError(f"{policy} is here and not ours", "remove it for the time of this run")
        policy.write_text(_POLICY, encoding="utf-8")
        policy.chmod(0o755)
        yield
    finally:
        if policy.exists() and _MARK in policy.read_text(encoding="utf-8"):
            policy.unlink()
