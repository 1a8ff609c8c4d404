# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where built things are kept outside the checkout, and the lock that lets one process build each of them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .._errors import SlipwayError

_KEEP_UNUSED_SECONDS = 30 * 24 * 3600
_POLL_SECONDS = 0.5


def cache_directory(name: str) -> Path:
    """Return the folder ``name`` of the user's cache, made when it is missing."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = root / "slipway" / name
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def content_hash(parts: Iterable[str | bytes]) -> str:
    """Return twelve hexadecimal digits that stand for the parts, in their order and with their borders."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:12]


@contextmanager
def build_lock(name: str, timeout: float) -> Iterator[None]:
    """Hold the machine-wide lock ``name``; hosts are created in parallel and want the same image.

    :param timeout: seconds to wait for whoever holds it; a process that died holds nothing.
    :raises SlipwayError: when it was not to be had in time.
    """
    path = cache_directory("locks") / name.replace("/", "_")
    deadline = time.monotonic() + timeout
    with path.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SlipwayError(
                        f"{name} is being built by another run since more than {timeout:.0f} s",
                        f"wait for that run or end it; it holds {path}",
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield


def drop_unused(directory: Path, pattern: str, now: float | None = None) -> None:
    """Remove files of a cache folder that no run has used (touched) for thirty days."""
    oldest = (time.time() if now is None else now) - _KEEP_UNUSED_SECONDS
    for path in directory.glob(pattern):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
