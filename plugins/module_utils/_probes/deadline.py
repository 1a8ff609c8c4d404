# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A moment by which everything has ended, also what a server draws out byte by byte."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class TimeUpError(Exception):
    """The deadline has passed; ``seconds`` is how long it was."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"not within {seconds:g} s")


class Deadline:
    """Counts down from ``seconds``, beginning now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    def remaining(self) -> float:
        """Return the seconds that are left; raises TimeUpError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeUpError(self.seconds)
        return left

    @contextmanager
    def guard(self, connection: socket.socket) -> Iterator[None]:
        """Cut the connection at the deadline: a timeout of the socket begins anew with every byte."""
        # TLS takes the descriptor away from the socket that it wraps; a second one still leads to it.
        handle = connection.dup()
        timer = threading.Timer(self.remaining(), _cut, [handle])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            handle.close()


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
