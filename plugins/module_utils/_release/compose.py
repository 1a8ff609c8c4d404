# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Compose project on the host, and Compose's own reading of a person's file."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._errors import SlipwayError
from .programs import Finished, last_lines, run

_COMPOSE = ("docker", "compose", "--ansi", "never", "--env-file", "/dev/null")
_READING_SECONDS = 60
_STOP_SECONDS = 180
_UNSET = re.compile(r'The \\?"(\w+)\\?" variable is not set')
_STEERING = re.compile(r"PATH|HOME|LANG|LC_ALL|(COMPOSE|DOCKER|LD|SSL)_.*")


@dataclass(frozen=True)
class Compose:
    """One project and the file that says what is in it; commands keep the descriptors ``holding`` open."""

    project: str
    file: Path
    holding: tuple[int, ...] = ()

    def run(self, words: Sequence[str], seconds: float) -> Finished:
        """Run a command of Compose for the project."""
        place = ("--project-directory", str(self.file.parent), "--file", str(self.file))
        return run([*_COMPOSE, "--project-name", self.project, *place, *words], seconds, holding=self.holding)

    def remove(self) -> Finished:
        """Remove the project's containers and networks, whatever file they came from."""
        words = ("down", "--remove-orphans")
        return run([*_COMPOSE, "--project-name", self.project, *words], _STOP_SECONDS, holding=self.holding)

    def stop(self) -> Finished:
        """Stop the project's containers, each within its own grace period, whatever file they came from."""
        return run([*_COMPOSE, "--project-name", self.project, "stop"], _STOP_SECONDS, holding=self.holding)

    def run_docker(self, words: Sequence[str], seconds: float) -> Finished:
        """Run a command of Docker."""
        return run(["docker", *words], seconds, holding=self.holding)


@dataclass(frozen=True)
class Reading:
    """A person's Compose file as Compose understands it."""

    project: dict[str, Any]
    unset: tuple[str, ...]
    """Variables that the file asks for and nobody gave, so that they became empty."""
    folder: str
    """The directory, gone by now, that stood for the file's own."""


def read(text: str, files: Mapping[str, str], variables: Mapping[str, str], name: str) -> Reading:
    """Have Compose normalise a file; ``files`` are texts beside it that it names.

    Raises SlipwayError in Compose's own words.
    """
    environment = {key: value for key, value in variables.items() if not _STEERING.fullmatch(key)}
    with tempfile.TemporaryDirectory(prefix="slipway-compose-") as folder:
        for path, content in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        words = ("--file", "-", "config", "--format", "json")
        finished = run(
            [*_COMPOSE, "--project-name", name, "--project-directory", folder, *words],
            _READING_SECONDS,
            given=text,
            environment=environment,
        )
        if finished.problem:
            said = " ".join(last_lines(finished.reported, 1)).replace(f"{folder}/", "") or finished.problem
            raise SlipwayError(f"Compose cannot read app_compose: {said.removesuffix('.')}")
        project = json.loads(finished.printed)
    return Reading(project, tuple(dict.fromkeys(_UNSET.findall(finished.reported))), folder)


def refuse_local_files(reading: Reading, services: Collection[str]) -> None:
    """Raise SlipwayError for what one of the services would need of the person's own directory."""
    for service in services:
        definition = reading.project["services"][service]
        for volume in definition.get("volumes") or ():
            if path := _beside(reading, volume.get("source")):
                raise SlipwayError(
                    f"{service} mounts {path}, which is beside the Compose file and not on the host",
                    "put it into the image, or mount an absolute path of the host",
                )
        for kind in ("configs", "secrets"):
            for use in definition.get(kind) or ():
                declared = (reading.project.get(kind) or {}).get(use["source"]) or {}
                if path := _beside(reading, declared.get("file")):
                    raise SlipwayError(
                        f"{service} reads {path}, which is beside the Compose file and not on the host",
                        "put it into the image, or its content into app_environment or app_secrets",
                    )


def _beside(reading: Reading, path: object) -> str:
    """Return a path as the person wrote it when it leads beside their file, otherwise nothing."""
    text = str(path or "")
    return f".{text.removeprefix(reading.folder)}" if text.startswith(f"{reading.folder}/") else ""
