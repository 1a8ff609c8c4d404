# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A person's Compose file on the controller, and the texts beside it that Compose reads with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

_MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class ComposeFile:
    """What travels to a host: texts. ``beside`` has them by their paths from the Compose file's directory."""

    text: str
    beside: Mapping[str, str]


class _Tolerant(yaml.SafeLoader):
    """Reads Compose's own tags, like ``!reset``, as nothing: only the paths of env_file matter here."""


_Tolerant.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def read_compose_file(written: str | Mapping[str, Any]) -> ComposeFile:
    """Read what ``app_compose`` says: a path, or the file's content itself.

    Raises SlipwayError for a file that cannot be read, or that names one which cannot travel.
    """
    if isinstance(written, Mapping):
        if paths := [path for _service, path, _required in _environment_files(written)]:
            raise SlipwayError(
                f"app_compose names the file {paths[0]}, and written inline it has no directory",
                "write the variables themselves into app_environment",
            )
        return ComposeFile(json.dumps(written), {})
    path = Path(written)
    text = _read(path, "app_compose")
    try:
        content = yaml.load(text, _Tolerant)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError:
        return ComposeFile(text, {})  # Compose says what is wrong with it, and in which line
    beside = {}
    for service, name, required in _environment_files(content):
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "$" in name:
            raise SlipwayError(
                f"env_file {name} of the service {service} is not beside the Compose file",
                "move it there, or write its variables into app_environment",
            )
        if required or (path.parent / pure).is_file():
            beside[str(pure)] = _read(path.parent / pure, f"env_file of the service {service}")
    return ComposeFile(text, beside)


def _environment_files(content: Any) -> Iterator[tuple[str, str, bool]]:
    """Yield service, path and whether it must be there, in all the ways that Compose lets one write them."""
    services = content.get("services") if isinstance(content, Mapping) else None
    for name, definition in (services if isinstance(services, Mapping) else {}).items():
        files = definition.get("env_file") if isinstance(definition, Mapping) else None
        for entry in files if isinstance(files, list) else [files]:
            if isinstance(entry, str):
                yield str(name), entry, True
            elif isinstance(entry, Mapping) and entry.get("path"):
                yield str(name), str(entry["path"]), bool(entry.get("required", True))


def _read(path: Path, what: str) -> str:
    try:
        content = path.read_bytes()
        text = content.decode()
    except OSError as error:
        raise SlipwayError(f"{what}, {path}, cannot be read: {error.strerror}", "correct the path") from error
    except UnicodeDecodeError as error:
        raise SlipwayError(f"{what}, {path}, is no text in UTF-8", "only texts travel to a host") from error
    if len(content) > _MOST_BYTES:
        raise SlipwayError(f"{what}, {path}, is larger than {_MOST_BYTES // 1024} KiB", "correct the path")
    return text
