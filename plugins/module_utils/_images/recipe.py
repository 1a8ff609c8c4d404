# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An image described by a folder: Dockerfile, its files, and image.yml with what a Dockerfile cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._errors import SlipwayError
from .cache import content_hash

try:
    import yaml
except ImportError:  # ansible-core brings it to every controller; hosts never read recipes
    yaml = None  # type: ignore[assignment]

_DESCRIPTION = "image.yml"
_NOT_IN_CONTEXT = {_DESCRIPTION, "README.md"}


@dataclass(frozen=True)
class GoProgram:
    """A program to build from its Go module; ``version_variable`` is told the version at link time."""

    program: str
    module: str
    version: str
    package: str
    version_variable: str

    @property
    def identity(self) -> str:
        """What tells this build from another one."""
        return content_hash([self.module, self.version, self.package, self.version_variable])


@dataclass(frozen=True)
class Recipe:
    """One image: what it is built from, and the names under which production pulls it."""

    name: str
    names: tuple[str, ...]
    go: GoProgram | None
    files: Mapping[str, tuple[int, bytes]]

    def content(self, base: str) -> str:
        """Return the hash of everything that goes into the image."""
        parts: list[str | bytes] = [base, self.go.identity if self.go else ""]
        for name, (mode, data) in sorted(self.files.items()):
            parts += [name, oct(mode), data]
        return content_hash(parts)

    def reference(self, base: str) -> str:
        """Return the image's name and tag in the engine."""
        return f"slipway/{self.name}:{self.content(base)}"


def load(directory: Path, name: str) -> Recipe:
    """Read the recipe of one image.

    :raises SlipwayError: when there is no such folder, or its description cannot be right.
    """
    folder = directory / name
    if not (folder / "Dockerfile").is_file():
        known = ", ".join(sorted(path.parent.name for path in directory.glob("*/Dockerfile")))
        raise SlipwayError(f"images: there is no image {name!r} in {directory}", f"use one of {known}")
    description = yaml.safe_load((folder / _DESCRIPTION).read_text())
    return Recipe(name, *_described(folder, description), _context(folder))


def _described(folder: Path, description: Any) -> tuple[tuple[str, ...], GoProgram | None]:
    try:
        go = description.get("go")
        return tuple(description["names"]), GoProgram(**go) if go else None
    except (AttributeError, KeyError, TypeError) as error:
        raise SlipwayError(
            f"{folder / _DESCRIPTION} is no description of an image ({error})",
            "give names (a list) and perhaps go (program, module, version, package, version_variable)",
        ) from error


def _context(folder: Path) -> dict[str, tuple[int, bytes]]:
    # Of a file's mode only the execute bit counts, as in git: no checkout's umask rebuilds images.
    return {
        str(path.relative_to(folder)): (0o755 if path.stat().st_mode & 0o100 else 0o644, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _NOT_IN_CONTEXT
    }
