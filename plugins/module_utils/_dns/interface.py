# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every provider of DNS offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from .._errors import SlipwayError
from .records import Change, Owner, State


class ChangedMeanwhileError(SlipwayError):
    """A name is no longer as it was read; nothing of the change has been made."""


class Provider(ABC):
    """One zone at one provider. Every method raises ``SlipwayError`` when it cannot do its work."""

    @abstractmethod
    def owned_names(self, owner: Owner) -> set[str]:
        """Return the names whose records were made for this owner, as far as the provider remembers them."""

    @abstractmethod
    def read(self, names: Iterable[str]) -> dict[str, State]:
        """Return what the zone holds at each of the names; an empty state where it holds nothing."""

    @abstractmethod
    def apply(self, changes: Sequence[Change]) -> None:
        """Make all changes at once where the provider can, and otherwise each name's.

        :raises ChangedMeanwhileError: when a name's state is not the one that its change starts from.
        """

    @abstractmethod
    def name_servers(self) -> Mapping[str, Sequence[str]]:
        """Return the zone's authoritative servers, name and addresses; those are what the world asks."""
