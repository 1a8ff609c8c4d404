# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Debian images made from Debian's packages, for machines that no container registry answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .._engine import engine_errors
from .._errors import SlipwayError
from .apt_configuration import (
    AptConfiguration,
    of_this_machine,
)
from .cache import (
    build_lock,
    cache_directory,
    content_hash,
    drop_unused,
)
from .progress import Progress, quiet

if TYPE_CHECKING:
    from docker import DockerClient

REPOSITORY = "slipway/debian"
_TIMEOUT_SECONDS = 900
_SHOWN_LINES = 12

_DEBIAN_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Nobody reads manuals in a rehearsal; without them every later package installs faster, too.
_DPKG_OPTIONS = """\
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-include=/usr/share/locale/locale.alias
path-exclude=/usr/share/man/*
"""
_APT_OPTIONS = """\
APT::Install-Recommends "false";
Acquire::Languages "none";
"""


@dataclass(frozen=True)
class _Recipe:
    suite: str
    packages: tuple[str, ...]
    variant: str
    customise: tuple[str, ...]
    apt: AptConfiguration

    @property
    def tag(self) -> str:
        parts = [self.variant, *self.packages, "|", *self.customise, "|", _DPKG_OPTIONS, _APT_OPTIONS]
        return f"{self.suite}-{content_hash([*parts, self.apt.sources(self.suite), self.apt.options])}"


def ensure_bootstrapped(
    client: DockerClient,
    suite: str,
    packages: Sequence[str] = (),
    variant: str = "minbase",
    customise: Sequence[str] = (),
    progress: Progress = quiet,
) -> str:
    """Return the reference of an image with a Debian suite and these packages, made when it is missing.

    The tag stands for everything that goes into it, the machine's apt configuration included, so the same
    call finds the image again. The archive that was imported is kept in the user's cache for thirty days.

    :param variant: of mmdebstrap: what is installed beside ``packages``.
    :param customise: shell commands run as mmdebstrap's customize hooks, with the new root as ``$1``.
    :raises SlipwayError: when mmdebstrap is missing or fails, or the engine refuses the image.
    """
    recipe = _recipe(suite, packages, variant, customise)
    reference = f"{REPOSITORY}:{recipe.tag}"
    if _is_there(client, reference):
        return reference
    with build_lock(reference, _TIMEOUT_SECONDS):
        if not _is_there(client, reference):
            _import(client, _archive(recipe, progress), recipe.tag, progress)
    return reference


def bootstrapped_reference(
    suite: str, packages: Sequence[str] = (), variant: str = "minbase", customise: Sequence[str] = ()
) -> str:
    """Return what ``ensure_bootstrapped`` would return, and make nothing."""
    return f"{REPOSITORY}:{_recipe(suite, packages, variant, customise).tag}"


def _recipe(suite: str, packages: Sequence[str], variant: str, customise: Sequence[str]) -> _Recipe:
    return _Recipe(suite, tuple(sorted(packages)), variant, tuple(customise), of_this_machine())


def _is_there(client: DockerClient, reference: str) -> bool:
    with engine_errors(f"Looking for image {reference}"):
        return bool(client.images.list(name=reference))


def _import(client: DockerClient, archive: Path, tag: str, progress: Progress) -> None:
    progress(f"importing {REPOSITORY}:{tag} into the engine")
    labels = ["LABEL slipway.image=debian", 'CMD ["/bin/sh"]']
    with engine_errors(f"Importing {REPOSITORY}:{tag}"):
        answer = client.api.import_image(str(archive), repository=REPOSITORY, tag=tag, changes=labels)
    if not _is_there(client, f"{REPOSITORY}:{tag}"):
        archive.unlink()
        raise SlipwayError(f"The engine did not import {REPOSITORY}:{tag}: {str(answer).strip()[-400:]}")


def _archive(recipe: _Recipe, progress: Progress) -> Path:
    directory = cache_directory("debian")
    archive = directory / f"{recipe.tag}.tar"
    drop_unused(directory, "*.tar*")
    if archive.exists():
        archive.touch()
        return archive
    _require_tools()
    progress(f"bootstrapping Debian {recipe.suite} from its packages (about 30 s, once)")
    handle, name = tempfile.mkstemp(dir=directory, prefix=f"{recipe.tag}.tar.")
    os.close(handle)
    try:
        _run_mmdebstrap(recipe, Path(name))
        Path(name).replace(archive)
    finally:
        Path(name).unlink(missing_ok=True)
    return archive


def _require_tools() -> None:
    if not shutil.which("mmdebstrap"):
        raise SlipwayError(
            "mmdebstrap, which makes Debian images where no container registry answers, is missing",
            "install it: apt-get install mmdebstrap",
        )
    if not _DEBIAN_KEYS.exists():
        raise SlipwayError(
            "The keys of Debian's archive are missing", "install them: apt-get install debian-archive-keyring"
        )


def _run_mmdebstrap(recipe: _Recipe, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="slipway-") as scratch:
        # Options go in by file: a proxy's address may hold a password, and every user sees arguments.
        apt_options, dpkg_options = Path(scratch, "apt.conf"), Path(scratch, "dpkg.cfg")
        apt_options.write_text(_APT_OPTIONS + recipe.apt.options)
        dpkg_options.write_text(_DPKG_OPTIONS)
        command = [
            "mmdebstrap",
            f"--variant={recipe.variant}",
            f"--aptopt={apt_options}",
            f"--dpkgopt={dpkg_options}",
            "--format=tar",
            *([f"--include={','.join(recipe.packages)}"] if recipe.packages else []),
            *(f"--customize-hook={hook}" for hook in recipe.customise),
            recipe.suite,
            str(target),
        ]
        sources = recipe.apt.sources(recipe.suite)
        try:
            # This runs without a module object, so there is no run_command.
            result = subprocess.run(  # pylint: disable=ansible-bad-function
                [*command, "-"] if sources else command,
                input=sources,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SlipwayError(
                f"Bootstrapping Debian {recipe.suite} took longer than {_TIMEOUT_SECONDS} s",
                "check how fast this machine's apt reaches its mirror",
            ) from error
    if result.returncode:
        end = "\n".join(result.stdout.splitlines()[-_SHOWN_LINES:])
        raise SlipwayError(
            f"mmdebstrap could not bootstrap Debian {recipe.suite}; run apt-get update, see that it reaches "
            f"a mirror of Debian, then run this again. The end of the output:\n{end}"
        )
