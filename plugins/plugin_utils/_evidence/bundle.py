# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The folder of one run: all files or none, and never one that was there before."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .junit import junit
from .page import page
from .summary import summary

PAGE = "index.html"
SUMS = "SHA256SUMS"


def write(directory: Path, evidence: Mapping[str, Any]) -> Path:
    """Write the evidence into a new folder below ``directory`` and return that; raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    name = folder_name(evidence)
    # Hidden and with our process in its name: nobody takes it for evidence, and no other run for its own.
    draft = directory / f".{name}.{os.getpid()}"
    try:
        draft.mkdir()
        for file, content in _files(evidence).items():
            (draft / file).write_bytes(content)
        return _moved(draft, directory / name)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def folder_name(evidence: Mapping[str, Any]) -> str:
    """Return what the folder is called, like ``2026-11-21T07-52-13Z-staging-1.4.2``."""
    parts = (evidence["started"].replace(":", "-"), evidence["environment"], evidence["app"]["version"])
    # Whatever people write, a folder's name stays one, and short enough for every file system.
    return "-".join(re.sub(r"[^A-Za-z0-9._-]+", "_", part)[:60] for part in parts if part)


def _files(evidence: Mapping[str, Any]) -> dict[str, bytes]:
    files = {
        "evidence.json": (json.dumps(evidence, indent=2, ensure_ascii=False) + "\n").encode(),
        PAGE: page(evidence).encode(),
        "junit.xml": junit(evidence),
        "summary.md": summary(evidence).encode(),
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {file}\n" for file, content in files.items())
    return {**files, SUMS: sums.encode()}


def _moved(draft: Path, folder: Path) -> Path:
    number, place = 1, folder
    while True:
        try:
            if not place.exists():
                return draft.rename(place)
        except OSError:
            if not place.exists():
                raise
        # A run of the same second has it.
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
