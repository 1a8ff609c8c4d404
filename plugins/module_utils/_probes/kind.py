# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every kind of probe is: data that is read once, and one observation with a verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .entry import Entry
    from .session import Session


class Kind(ABC):
    """One thing to see from outside. It is known by its ``key``, the one that its data must have."""

    key: ClassVar[str]

    @property
    def writes(self) -> bool:
        """Whether it leaves, or might leave, data in the app."""
        return False

    @property
    def extra_seconds(self) -> float:
        """How much more time it needs than others."""
        return 0

    @classmethod
    @abstractmethod
    def read(cls, entry: Entry) -> Kind:
        """Read the data; the entry gathers what is wrong with it, and nobody runs the return value then."""

    @abstractmethod
    def run(self, session: Session) -> str:
        """Look, and say what was seen; raises ProbeError when it is not as wanted."""
