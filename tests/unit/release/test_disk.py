# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a full disk, whoever met it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._release import disk

NO_ROOM = OSError(errno.ENOSPC, "No space left on device", "/var/lib/slipway/x")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NO_ROOM, f"the host's disk is full, at /var/lib/slipway/x; {disk.MEND}."),
        (OSError(errno.ENOSPC, "No space left on device"), f"the host's disk is full; {disk.MEND}."),
        (
            OSError(errno.EROFS, "Read-only file system", "/var/x"),
            "the host refuses: Read-only file system, at /var/x.",
        ),
    ],
)
def test_what_the_kernel_refuses(error: OSError, sentence: str) -> None:
    assert str(disk.in_words(error)) == sentence


def test_room_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not disk.is_full([tmp_path, tmp_path / "nowhere"])
    monkeypatch.setattr(disk, "_LEAST_BYTES", 2**63)
    assert disk.is_full([tmp_path / "nowhere", tmp_path])
    assert not disk.is_full([tmp_path / "nowhere"])
