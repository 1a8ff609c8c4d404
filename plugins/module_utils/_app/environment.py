# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The environment of a service's containers, as they will see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import SlipwayError

Environment = dict[str, str]


def texts(path: str, values: Mapping[str, Any]) -> Environment:
    """Return the variables of one service as texts; raises SlipwayError for one that has no value."""
    return {str(name): text(f"{path}.{name}", value) for name, value in values.items()}


def text(path: str, value: Any) -> str:
    """Return a value as a container gets it: ``true`` and ``false``, numbers plain, texts as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    if value is None:
        raise SlipwayError(f"{path} has no value", 'give it one, or "" for an empty text')
    raise SlipwayError(f"{path} is no text", "write one value; for JSON, use the filter to_json")


def container_environment(project: Mapping[str, Any], service: str) -> Environment:
    """Return what Compose gives the containers of a service; the project may be a slot's.

    What the image itself sets is beneath it and not in here.
    """
    return _unescaped(project["services"][service].get("environment") or {})


def rendered(
    normalised: Mapping[str, Any], described: Mapping[str, Environment], services: Iterable[str]
) -> dict[str, Environment]:
    """Return the environments of containers by service: the file's, and over it the description's."""
    return {
        name: _unescaped(merged(normalised["services"][name], described.get(name, {}))) for name in services
    }


def merged(definition: Mapping[str, Any], described: Environment) -> Environment:
    """Return the environment for a Compose file of a service whose definition Compose has normalised."""
    written = definition.get("environment") or {}
    return {
        **{name: value for name, value in written.items() if value is not None},
        **{name: escaped(value) for name, value in described.items()},
    }


def escaped(value: str) -> str:
    """Return a value for a Compose file, which would take ``$`` for a reference to a variable."""
    return value.replace("$", "$$")


def _unescaped(environment: Mapping[str, str | None]) -> Environment:
    return {name: value.replace("$$", "$") for name, value in environment.items() if value is not None}
