# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Images for system containers: built once for each distribution and flavour, kept in the engine."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

from ..._engine import docker, engine_errors
from ..._errors import SlipwayError
from ..._images.bootstrap import ensure_bootstrapped
from ..._images.cache import build_lock, content_hash
from . import hosts

if TYPE_CHECKING:
    from docker import DockerClient

_REPOSITORY = "slipway/host"
_BUILD_TIMEOUT_SECONDS = 900


def ensure_host_image(engine: DockerClient, image: str, flavour: str) -> str:
    """Return the reference of the system image, building it when the engine does not have it.

    :raises SlipwayError: when the distribution's files cannot be had, or the build fails.
    """
    context = hosts.build_context(flavour)
    content = content_hash(part for file in sorted(context.items()) for part in file)
    reference = f"{_REPOSITORY}:{image}-{flavour}-{content}"
    # Servers are created in parallel; the first builds, the others find the image made.
    with build_lock(reference, _BUILD_TIMEOUT_SECONDS), engine_errors(f"Making image {reference}"):
        if not engine.images.list(name=reference):
            _build(engine, reference, context, _base_image(engine, image))
    return reference


def _base_image(engine: DockerClient, image: str) -> str:
    distribution = hosts.distribution(image)
    if distribution.suite:
        return ensure_bootstrapped(engine, distribution.suite, ())
    try:
        engine.images.pull(distribution.registry_image)
    except (docker.errors.APIError, docker.errors.ImageNotFound) as error:
        raise SlipwayError(
            f"image: {image} comes from a container registry, and none gave {distribution.registry_image}: "
            f"{error.explanation}",
            "use debian-13, which is made from Debian packages",
        ) from error
    return distribution.registry_image


def _build(engine: DockerClient, reference: str, context: dict[str, str], base: str) -> None:
    try:
        # Host networking for the build alone: apt reaches its mirror as the machine itself does.
        engine.images.build(
            fileobj=_archive(context),
            custom_context=True,
            tag=reference,
            buildargs={"BASE": base},
            network_mode="host",
            rm=True,
            forcerm=True,
        )
    except docker.errors.BuildError as error:
        lines = [str(entry.get("stream", "")).strip() for entry in error.build_log]
        raise SlipwayError(
            f"image: building {reference} failed: {' | '.join(filter(None, lines[-6:]))}",
            "check that this machine reaches its Debian mirror: apt-get update",
        ) from error


def _archive(files: dict[str, str]) -> io.BytesIO:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, text in sorted(files.items()):
            content = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    stream.seek(0)
    return stream
