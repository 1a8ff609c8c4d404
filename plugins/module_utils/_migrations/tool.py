# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every migration tool is asked: what the image knows, what the database has, and to apply the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .._errors import SlipwayError
from .._release.programs import Finished

Run = Callable[[Sequence[str]], Finished]
"""Runs an argument list in a new container of the service: its image, its environment, its directory."""


@dataclass(frozen=True)
class State:
    """The migrations of one database: ``known`` to the image, in the order they apply, and ``applied``."""

    known: tuple[str, ...]
    applied: tuple[str, ...]
    failed: tuple[str, ...] = ()
    """Those that began and did not end, where the tool notes it."""

    @property
    def pending(self) -> tuple[str, ...]:
        """Those that the image knows and the database lacks."""
        return tuple(name for name in self.known if name not in self.applied)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Those that the database has and the image does not know."""
        return tuple(name for name in self.applied if name not in self.known)

    @property
    def out_of_order(self) -> tuple[str, ...]:
        """Pending ones that stand before one that is applied."""
        applied = [index for index, name in enumerate(self.known) if name in self.applied]
        last = max(applied, default=-1)
        return tuple(name for name in self.known[: last + 1] if name not in self.applied)


class Tool(ABC):
    """One migration tool; a file of this package each."""

    skips_out_of_order = False
    """Whether it leaves such migrations out for ever, without a word."""

    @abstractmethod
    def state(self, run: Run) -> State:
        """Ask image and database; raises SlipwayError when either does not answer."""

    @abstractmethod
    def migrate(self, run: Run) -> Finished:
        """Apply what is pending. What came of it only ``state`` tells."""


def answer(finished: Finished, doing: str) -> str:
    """Return what a command has printed; raises SlipwayError when it failed."""
    if finished.problem:
        raise SlipwayError(f"{doing} failed, {finished}")
    return finished.printed
