# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From an endpoint, anybody's or a gateway in a container of this host, to the steps that it takes."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .._errors import SlipwayError
from .._step import Step
from .buckets import Bucket, Buckets
from .client import Client
from .signature import Keys
from .versitygw import Gateway, first_steps

_SECONDS = 20


@dataclass(frozen=True)
class Endpoint:
    """An S3 endpoint and the account that is to own the buckets.

    With ``container`` it is a gateway on this host, whose root account we know.
    """

    endpoint: str
    region: str
    access_key_id: str
    secret_key: str = field(repr=False)
    container: str | None = None
    root_access_key_id: str | None = None
    root_secret_key_file: str | None = None


def ensure(endpoint: Endpoint, wanted: Sequence[Bucket], *, check_mode: bool) -> list[Step]:
    """Have the buckets; return the steps that were made, or in check mode would be.

    Raises SlipwayError when the endpoint cannot be asked, refuses a step, or lacks something after all.
    """
    steps = _plan(endpoint, wanted, may_be_missing=check_mode)
    if check_mode or not steps:
        return steps
    for step in steps:
        step.act()
    if left := _plan(endpoint, wanted):
        raise SlipwayError(f"{endpoint.endpoint} took every change, and {left[0].name} is as it was")
    return steps


def _plan(endpoint: Endpoint, wanted: Sequence[Bucket], *, may_be_missing: bool = False) -> list[Step]:
    app = Keys(endpoint.access_key_id, endpoint.secret_key, endpoint.region)
    if endpoint.container is None:
        return list(Buckets(Client(endpoint.endpoint, app)).steps(wanted))
    address = _address(endpoint.container)
    if not address:
        if may_be_missing:
            return list(first_steps(endpoint.access_key_id, wanted))
        what = f"the container {endpoint.container} does not run"
        raise SlipwayError(what, f"read its log with `docker logs {endpoint.container}`")
    url = f"http://{address}:{urlsplit(endpoint.endpoint).port or 80}"
    root = Keys(endpoint.root_access_key_id or "", _root_secret(endpoint), endpoint.region)
    return list(Gateway(Client(url, root), Client(url, app)).steps(wanted))


def _address(container: str) -> str:
    """Return the container's address on its first network, empty when it does not run."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            ["docker", "inspect", "--format", form, container],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.partition(" ")[0].strip() if done.returncode == 0 else ""


def _root_secret(endpoint: Endpoint) -> str:
    try:
        return Path(endpoint.root_secret_key_file or "").read_text(encoding="ascii").strip()
    except OSError as error:
        raise SlipwayError(
            f"the key of the object storage's root account is not to be read: {error}"
        ) from error
