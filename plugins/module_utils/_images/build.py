# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Images built from recipes, once for each content."""

from __future__ import annotations

import io
import tarfile
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .._engine import engine_errors
from .._errors import SlipwayError
from .cache import build_lock
from .progress import Progress, quiet
from .recipe import Recipe

if TYPE_CHECKING:
    from docker import DockerClient

CONTENT_LABEL = "slipway.content"
_TIMEOUT_SECONDS = 1800
_SHOWN_LINES = 12


def is_there(client: DockerClient, reference: str) -> bool:
    """Whether the engine has the image."""
    with engine_errors(f"Looking for image {reference}"):
        return bool(client.images.list(name=reference))


def ensure_built(
    client: DockerClient, recipe: Recipe, base: str, program: Path | None = None, progress: Progress = quiet
) -> str:
    """Return the reference of the recipe's image; build it on ``base`` when the engine does not have it.

    :param program: the binary of the recipe's Go program, which becomes a file of the build's context.
    :raises SlipwayError: with the end of the build's output, when it fails.
    """
    reference = recipe.reference(base)
    with build_lock(reference, _TIMEOUT_SECONDS):
        if not is_there(client, reference):
            progress(f"building image {reference}")
            _build(client, recipe, base, program)
    return reference


def _build(client: DockerClient, recipe: Recipe, base: str, program: Path | None) -> None:
    output: list[str] = []
    failure = ""
    with tempfile.TemporaryFile() as context, engine_errors(f"Building image {recipe.name}"):
        _write_context(context, recipe, program)
        context.seek(0)
        events = client.api.build(
            fileobj=context,
            custom_context=True,
            tag=recipe.reference(base),
            buildargs={"BASE": base, **({"VERSION": recipe.version} if recipe.version else {})},
            labels={"slipway.image": recipe.name, CONTENT_LABEL: recipe.content(base)},
            # The build has the machine's network: its packages come as the machine's own do.
            network_mode="host",
            rm=True,
            forcerm=True,
            decode=True,
        )
        for event in events:
            output += str(event.get("stream", "")).splitlines()
            failure = event.get("error", failure)
    if failure:
        end = [line for line in output if line.strip()][-_SHOWN_LINES:]
        raise SlipwayError(
            f"Image {recipe.name} could not be built: {failure.strip()}; see that apt-get update works on "
            "this machine, then run this again. The end of the output:\n" + "\n".join(end)
        )


def _write_context(target: IO[bytes], recipe: Recipe, program: Path | None) -> None:
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, (mode, content) in recipe.files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
        if program and recipe.go:
            archive.add(program, recipe.go.program)
