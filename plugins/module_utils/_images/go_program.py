# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs built from their Go modules, once for each version, with the machine's Go."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Protocol

from .._errors import SlipwayError
from .cache import build_lock, cache_directory, drop_unused
from .progress import Progress, quiet
from .recipe import GoProgram

TIMEOUT_SECONDS = 1800
_SHOWN_LINES = 12
# The first that fetches, by GOTOOLCHAIN, the newer Go that a module asks for.
_OLDEST_GO = (1, 21)

# A go.mod of our own, because `go install` refuses modules that have replace directives. Which versions the
# module's own dependencies have is settled by its go.mod, and their contents by Go's checksum database.
SCRIPT = """\
set -eu
go mod init slipway.invalid/standin
go mod edit -require="$MODULE@$VERSION"
exec nice -n 10 go build -trimpath -ldflags "-s -w -X $VERSION_VARIABLE=$VERSION" -o "$OUTPUT" "$PACKAGE"
"""


class Builder(Protocol):
    """Runs SCRIPT somewhere; raises SlipwayError when it fails."""

    def __call__(self, environment: dict[str, str], folder: Path, program: str) -> Path:
        """Return where in ``folder`` the program lies now."""


def ensure_program(go: GoProgram, other_builder: Builder, progress: Progress = quiet) -> Path:
    """Return the path of a static binary of the program; build it when the cache does not have it.

    :param other_builder: builds on machines that have no Go of their own.
    :raises SlipwayError: with the end of the build's output, when it fails.
    """
    directory = cache_directory("go-programs")
    target = directory / f"{go.program}-{go.version}-{go.identity}"
    drop_unused(directory, "*")
    with build_lock(target.name, TIMEOUT_SECONDS):
        if target.exists():
            target.touch()
            return target
        machine_has_go = go_is_usable()
        progress(
            f"building {go.program} {go.version} from its Go module with "
            f"{'this machine' if machine_has_go else 'Debian'}'s Go: some minutes on two cores, once"
        )
        began = time.monotonic()
        folder = cache_directory("go-build") / go.identity
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            builder: Builder = _build_on_machine if machine_has_go else other_builder
            builder(_environment(go), folder, go.program).replace(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        progress(f"built {go.program} in {time.monotonic() - began:.0f} s")
    return target


def _environment(go: GoProgram) -> dict[str, str]:
    return {
        "MODULE": go.module,
        "VERSION": go.version,
        "PACKAGE": go.package,
        "VERSION_VARIABLE": go.version_variable,
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "auto",
        # modcacherw: a module cache that rm -rf can remove.
        "GOFLAGS": "-mod=mod -modcacherw -buildvcs=false",
        "GOWORK": "off",
    }


def go_is_usable() -> bool:
    """Whether the machine has a Go that can fetch whichever version a module asks for."""
    try:
        # This runs without a module object, so there is no run_command.
        answer = subprocess.run(  # pylint: disable=ansible-bad-function
            ["go", "version"], capture_output=True, text=True, timeout=30, check=True, cwd="/"
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.search(r"go(\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= _OLDEST_GO


def _build_on_machine(environment: dict[str, str], folder: Path, program: str) -> Path:
    environment |= {
        "OUTPUT": str(folder / program),
        # Not the user's own caches: these go with the cache's folder.
        "GOMODCACHE": str(cache_directory("go-modules")),
        "GOCACHE": str(cache_directory("go-objects")),
    }
    try:
        # This runs without a module object, so there is no run_command.
        result = subprocess.run(  # pylint: disable=ansible-bad-function
            ["sh", "-c", SCRIPT],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise build_failure(program, f"it took longer than {TIMEOUT_SECONDS} s", "") from error
    if result.returncode:
        raise build_failure(program, f"it ended with {result.returncode}", result.stdout)
    return folder / program


def build_failure(program: str, reason: str, output: str) -> SlipwayError:
    """Return the error that shows the end of a build's output."""
    end = "\n".join(output.strip().splitlines()[-_SHOWN_LINES:])
    return SlipwayError(
        f"{program} could not be built from its Go module: {reason}; see that this machine reaches a Go "
        f"module proxy (GOPROXY), then run this again. The end of the output:\n{end or '(there is none)'}"
    )
