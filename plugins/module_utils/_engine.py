# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The connection to this machine's Docker Engine, and its errors in words."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from ._errors import SlipwayError

try:
    import docker
    import docker.errors
    from requests.exceptions import RequestException
except ImportError:
    docker = None  # type: ignore[assignment]  # the module says so before anything uses it
    DOCKER_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    DOCKER_IMPORT_ERROR = None

__all__ = ["DOCKER_IMPORT_ERROR", "connect", "docker", "engine_errors"]

ENGINE_TIMEOUT_SECONDS = 120


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn the engine's errors into one sentence that begins with what was being done.

    :raises SlipwayError: for every error of the engine or of the connection to it.
    """
    try:
        yield
    except docker.errors.APIError as error:
        raise SlipwayError(f"{doing}: the Docker Engine refused: {error.explanation or error}") from error
    except (docker.errors.DockerException, RequestException) as error:
        raise SlipwayError(
            f"{doing}: no Docker Engine answers ({error.__class__.__name__})",
            "start it, or let ./slipway rehearse install and start one",
        ) from error


def connect() -> docker.DockerClient:
    """Return a client of the engine that ``DOCKER_HOST`` or the default socket leads to.

    :raises SlipwayError: when none answers.
    """
    with engine_errors("Connecting to the engine"):
        client = docker.from_env(timeout=ENGINE_TIMEOUT_SECONDS)
        client.ping()
        return client
