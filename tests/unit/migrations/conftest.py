# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real tools in a folder, where a release runs them in a container."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import Finished


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Sequence[str]], Finished]:
    """Run an argument list in the test's folder; python3 and the tools are this environment's."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def run(argv: Sequence[str]) -> Finished:
        process = subprocess.run(
            argv, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        problem = f"ended with {process.returncode}" if process.returncode else ""
        return Finished(shlex.join(argv), problem, process.stdout, process.stderr)

    return run
