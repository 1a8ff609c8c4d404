# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a tool of the test environment as a gate: what the tool said is what the failure shows."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.collection import CHECKOUT, COLLECTIONS

# The environment pytest runs in, whether or not somebody activated it.
TOOLS = Path(sys.executable).parent


def environment(**changes: str) -> dict[str, str]:
    """The caller's environment with our tools first in PATH and only this checkout's collections in view."""
    return {
        **os.environ,
        "PATH": f"{TOOLS}:{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(
            CHECKOUT / ".slipway" / "ansible"
        ),  # ansible-lint prefers collections found there
        "NO_COLOR": "1",
        **changes,
    }


def gate(*command: str, cwd: Path = CHECKOUT, env: Mapping[str, str] | None = None, minutes: int = 5) -> str:
    """Run a command and return everything it wrote.

    Fails the test with that same text when the exit code is not 0, or after ``minutes``.
    """
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env or environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=minutes * 60,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        so_far = (late.stdout or b"").decode(errors="replace")  # bytes, whatever run() was told about text
        pytest.fail(
            f"$ {shlex.join(command)}\n{so_far}\nstill running after {minutes} minutes",
            pytrace=False,
        )
    if done.returncode != 0:
        pytest.fail(f"$ {shlex.join(command)}\n{done.stdout}\nexit code {done.returncode}", pytrace=False)
    return done.stdout


def project_files(*patterns: str) -> list[Path]:
    """The files of the project that git tracks or would track, relative to the checkout, sorted.

    ``patterns`` are git pathspecs such as ``plugins/**/*.py``; none means all.
    """
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    named = {Path(name) for name in listing.split("\0") if name}
    # A file deleted in the work tree is still in the index.
    return sorted(path for path in named if (CHECKOUT / path).exists())
