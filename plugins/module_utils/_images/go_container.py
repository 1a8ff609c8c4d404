# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds Go programs in a container, for machines without Go."""

from __future__ import annotations

import io
import os
import re
import ssl
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from .._engine import docker, engine_errors
from .archive import tar_of
from .go_program import SCRIPT, TIMEOUT_SECONDS, build_failure

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

# How this machine reaches the module proxy.
_PASSED_ON = re.compile(
    r"GO(PROXY|NOPROXY|SUMDB|NOSUMDB|PRIVATE|INSECURE)|(https?|no|HTTPS?|NO)_(proxy|PROXY)"
)
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


class ContainerBuilder:
    """A Builder that runs in a container of an image with Go."""

    def __init__(self, client: DockerClient, image: str) -> None:
        self._client = client
        self._image = image

    def __call__(self, environment: dict[str, str], folder: Path, program: str) -> Path:
        """Build in a container that is gone afterwards, and bring the program out."""
        passed_on = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
        with engine_errors(f"Building {program} in a container"):
            container = self._client.containers.create(
                self._image,
                ["timeout", str(TIMEOUT_SECONDS), "sh", "-c", SCRIPT],
                environment={**passed_on, **environment, "OUTPUT": f"/build/{program}"},
                working_dir="/build",
                network_mode="host",
                labels={"slipway.image": "go"},
            )
            try:
                container.put_archive("/", _certificates())
                container.start()
                self._await_end(container, program)
                return _bring_out(container, folder, program)
            finally:
                container.remove(force=True, v=True)

    def _await_end(self, container: Container, program: str) -> None:
        try:
            # Past the bound that `timeout` keeps inside.
            code = container.wait(timeout=TIMEOUT_SECONDS + 30)["StatusCode"]
        except docker.errors.DockerException as error:
            raise build_failure(program, str(error), "") from error
        if code:
            output = container.logs(tail=50).decode(errors="replace")
            raise build_failure(program, f"it ended with {code}", output)


def _certificates() -> bytes:
    """The authorities that this machine trusts: its way out may be through a proxy that has its own."""
    known = ssl.get_default_verify_paths()
    bundle = known.cafile or f"/{_CERTIFICATES}"
    return (
        tar_of({_CERTIFICATES: (0o644, Path(bundle).read_bytes())}) if Path(bundle).exists() else tar_of({})
    )


def _bring_out(container: Container, folder: Path, program: str) -> Path:
    chunks, _unused = container.get_archive(f"/build/{program}")
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        archive.extract(program, folder, filter="data")
    (folder / program).chmod(0o755)
    return folder / program
