# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of a command while it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

SAMPLE_SECONDS = 0.2


class Memory:
    """Samples a process with all its descendants, and keeps the highest sum.

    What several processes share, as Ansible's workers do with the one they are forked from, counts once:
    summed is the kernel's proportional set size. A process that left the tree, like the master of a shared
    SSH connection, does not count, and neither does what came and went between two samples.
    """

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._ended = Event()

    @contextlib.contextmanager
    def follow(self, pid: int) -> Iterator[None]:
        """Sample for as long as the block lasts."""
        sampler = Thread(target=self._sample, args=(pid,))
        sampler.start()
        try:
            yield
        finally:
            self._ended.set()
            sampler.join()

    def _sample(self, pid: int) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak_mib = max(self.peak_mib, sum(pss_kib(one) for one in family(pid)) / 1024)


def family(pid: int) -> Iterator[int]:
    """Yield the process and its descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            for child in children.read_text().split():
                yield from family(int(child))


def pss_kib(pid: int) -> int:
    """Return the proportional set size in KiB; 0 for a process that has ended or is somebody else's."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
