# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Take everything of an environment away from this machine's engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._engine import docker, engine_errors
from .._errors import SlipwayError
from .._images.progress import Progress
from .names import ENVIRONMENT_LABEL
from .up import CA_FILE, TSIG_FILE

if TYPE_CHECKING:
    from docker import DockerClient


def down(
    client: DockerClient, environment: str, state_directory: Path, check_mode: bool, progress: Progress
) -> tuple[str, ...]:
    """Remove containers, volumes and networks with the environment's label, then the controller's files.

    Images and caches stay. Return what was removed (in check mode: would be), in words.

    :raises SlipwayError: when the engine does not let something go.
    """
    steps: list[str] = []
    label: dict[str, Any] = {"label": f"{ENVIRONMENT_LABEL}={environment}"}
    with engine_errors(f"Looking for what environment {environment} has"):
        containers = client.containers.list(all=True, filters=label, ignore_removed=True)
        volumes = client.volumes.list(filters=label)
        networks = client.networks.list(filters=label)
    for kind, found in (("container", containers), ("volume", volumes), ("network", networks)):
        for thing in found:
            steps.append(f"remove {kind} {thing.name}")
            if check_mode:
                continue
            progress(steps[-1])
            with engine_errors(f"Removing {kind} {thing.name}"):
                try:
                    # v: with the anonymous volumes that nobody could tell apart afterwards.
                    thing.remove(**({"force": True, "v": True} if kind == "container" else {}))
                except docker.errors.NotFound:
                    continue
    return (*steps, *_remove_files(state_directory, check_mode))


def _remove_files(directory: Path, check_mode: bool) -> list[str]:
    steps = []
    for path in (directory / TSIG_FILE, directory / CA_FILE):
        if path.exists():
            steps.append(f"remove {path}")
            if not check_mode:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise SlipwayError(
                        f"{path} cannot be removed ({error.strerror})", "mend its permissions"
                    ) from error
    return steps
