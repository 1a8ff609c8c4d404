# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From the names of images to digests, which mean the same image for ever, and the images themselves."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from .._errors import SlipwayError
from . import disk
from .engine import Engine, RefusedError
from .programs import Finished, last_lines, run

PULL_SECONDS = 900
LOGINS = Path("/root/.docker/config.json")  # where `docker login` of root keeps what it was told
_HUB = "https://index.docker.io/v1/"
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_FULL = "the host's disk is full"
_TAG = re.compile(r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")

# In the order in which they are looked for in the engine's words.
_CAUSES = (
    (
        disk.FULL.pattern,
        _FULL,
        disk.MEND,
    ),
    (
        r"unauthorized|authentication required|denied|no basic auth",
        "the registry does not let the host have it, or there is no such image",
        "check the name, and log root in on the host with docker login",
    ),
    (
        r"manifest unknown|not found|name unknown",
        "the registry has no such image",
        "push it, or correct app_images",
    ),
    (r"toomanyrequests|rate limit", "the registry wants to be asked less", "wait, log in, or use a mirror"),
    (
        r"no such host|connection refused|timeout|deadline exceeded|unreachable|EOF|reset by peer",
        "the registry cannot be reached from the host",
        "check its name, the host's DNS and network, and docker_registry_mirrors",
    ),
    (
        r"x509|certificate",
        "the registry's certificate is not valid for the host",
        "check its name and the host's time",
    ),
)


def pin(engine: Engine, images: Mapping[str, str]) -> dict[str, str]:
    """Return the images by service, each by digest; asks the registry once for each name that has none."""
    digests = {name: _pinned(engine, name) for name in dict.fromkeys(images.values())}
    return {service: digests[name] for service, name in images.items()}


def have(engine: Engine, images: Iterable[str], holding: Iterable[int] = ()) -> list[str]:
    """Pull those of the pinned images that the host lacks, and return them."""
    missing = [image for image in dict.fromkeys(images) if engine.image(image) is None]
    for image in missing:
        finished = run(["docker", "pull", "--quiet", image], PULL_SECONDS, holding=holding)
        if finished.problem:
            # When a mirror's answer does not fit on it, the engine asks elsewhere and tells of that alone.
            if disk.is_full((engine.directory, engine.directory / "tmp")):
                raise SlipwayError(f"{image} cannot be pulled: {_FULL}, at {engine.directory}", disk.MEND)
            raise _failure(image, _said(finished))
    return missing


def exposed(engine: Engine, image: str) -> set[int]:
    """Return the TCP ports that an image on the host says it listens on."""
    ports = ((engine.image(image) or {}).get("Config") or {}).get("ExposedPorts") or {}
    return {int(port.partition("/")[0]) for port in ports if port.endswith("/tcp")}


def _pinned(engine: Engine, name: str) -> str:
    if _DIGEST.search(name):
        return name
    try:
        digest = engine.digest(name, _credentials(name))
    except RefusedError as refusal:
        raise _failure(name, refusal.words) from refusal
    return f"{_TAG.sub('', name)}@{digest}"


def _failure(image: str, words: str) -> SlipwayError:
    search = partial(re.search, string=words, flags=re.IGNORECASE)
    for pattern, cause, mend in _CAUSES:
        if search(pattern):
            return SlipwayError(f"{image} cannot be pulled: {cause} ({words.removesuffix('.')})", mend)
    return SlipwayError(f"{image} cannot be pulled: {words.removesuffix('.')}")


def _said(finished: Finished) -> str:
    said = " ".join(last_lines(finished.reported, 1)) or finished.problem
    return said.removeprefix("Error response from daemon: ")


def _credentials(name: str) -> dict[str, str] | None:
    """Return what root has logged in to the image's registry with; the engine itself keeps none."""
    first, slash, _rest = name.partition("/")
    registry = first if slash and ("." in first or ":" in first or first == "localhost") else _HUB
    try:
        login = json.loads(LOGINS.read_text())["auths"][registry]["auth"]
        user, _colon, password = base64.b64decode(login).decode().partition(":")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {"username": user, "password": password, "serveraddress": registry}
