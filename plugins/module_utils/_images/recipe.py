# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An image described by a folder: Dockerfile, its files, and image.yml with what a Dockerfile cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    official: bool
    """Whether a registry may have it."""
    version: str
    """For the Dockerfile's ``ARG VERSION``; empty where one folder is one image."""
    go: GoProgram | None
    files: Mapping[str, tuple[int, bytes]]

    def content(self, base: str) -> str:
        """Return the hash of everything that goes into the image."""
        parts: list[str | bytes] = [base, self.go.identity if self.go else ""]
        if self.version:
            parts.append(self.version)
        for name, (mode, data) in sorted(self.files.items()):
            parts += [name, oct(mode), data]
        return content_hash(parts)

    def reference(self, base: str) -> str:
        """Return the image's name and tag in the engine."""
        return f"slipway/{self.name}:{self.content(base)}"


def load(directories: Sequence[Path], image: str) -> Recipe:
    """Read the recipe of one image, from the first folder that has it.

    :param image: a folder's name; where that describes several versions, with one of them: ``shop:1.0.0``.
    :raises SlipwayError: when there is no such image, or its description cannot be right.
    """
    name, _unused, version = image.partition(":")
    folder = next((path / name for path in directories if (path / name / "Dockerfile").is_file()), None)
    description = _read(folder) if folder else None
    if folder is None or description is None or version not in description.versions:
        raise SlipwayError(
            f"images: there is no image {image!r} in {' or '.join(map(str, directories))}",
            f"use one of {', '.join(offered_images(directories))}",
        )
    names = tuple(f"{known}:{version}" if version else known for known in description.names)
    return Recipe(name, names, description.official, version, description.go, _context(folder))


def offered_images(directories: Sequence[Path]) -> list[str]:
    """Return the images that have a name in production, as ``load`` takes them, sorted.

    :raises SlipwayError: when a description cannot be right.
    """
    folders = {
        path.parent.name: path.parent
        for directory in reversed(directories)
        for path in directory.glob("*/Dockerfile")
    }
    return sorted(
        f"{name}:{version}" if version else name
        for name, description in ((name, _read(folder)) for name, folder in folders.items())
        for version in description.versions
        if description.names
    )


@dataclass(frozen=True)
class _Description:
    """What stands in an image.yml."""

    names: tuple[str, ...]
    versions: tuple[str, ...] = ("",)
    official: bool = True
    go: GoProgram | None = None


def _read(folder: Path) -> _Description:
    try:
        given = dict(yaml.safe_load((folder / _DESCRIPTION).read_text()))
        go = given.pop("go", None)
        texts: dict[str, Any] = {
            key: tuple(map(str, given.pop(key))) for key in ("names", "versions") if key in given
        }
        return _Description(**texts, **given, go=GoProgram(**go) if go else None)
    except (OSError, TypeError, ValueError) as error:
        raise SlipwayError(
            f"{folder / _DESCRIPTION} is no description of an image ({error})",
            "give names (a list) and perhaps versions (a list), official (true or false) and "
            "go (program, module, version, package, version_variable)",
        ) from error


def _context(folder: Path) -> dict[str, tuple[int, bytes]]:
    # Of a file's mode only the execute bit counts, as in git: no checkout's umask rebuilds images.
    return {
        str(path.relative_to(folder)): (0o755 if path.stat().st_mode & 0o100 else 0o644, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _NOT_IN_CONTEXT
    }
