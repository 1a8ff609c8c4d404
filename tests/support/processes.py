# SPDX-License-Identifier: GPL-3.0-or-later
"""What anybody who may look at the list of processes could read, while something runs."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self

_PAUSE_SECONDS = 0.02


class ProcessList:
    """Reads the arguments of all processes of this machine, its hosts' among them, again and again."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._ended.set()
        self._reader.join()

    def _read(self) -> None:
        known: set[tuple[str, float]] = set()
        while not self._ended.wait(_PAUSE_SECONDS):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    key = (process.name, process.stat().st_ctime)
                    if key not in known:
                        self.seen.add((process / "cmdline").read_bytes())
                        known.add(key)
                except OSError:  # it has just ended
                    continue
