# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A clock beside the run: what takes long must be seen while no event comes."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Ticker:
    """Calls ``tick`` every ``interval`` seconds from a thread that ends with the program."""

    def __init__(self, tick: Callable[[], None], interval: float) -> None:
        self._tick, self._interval = tick, interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="slipway-phases", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Tick no more."""
        self._stop.set()

    def _work(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self._tick()
            except (OSError, ValueError):
                # Nobody reads the output any more; Ansible's own next line will say so.
                return
