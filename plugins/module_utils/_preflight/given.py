# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a role's check function is given: the role's variables, and the host it is about to change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .host import Host

# The methods of Given are named after the types they return, which hides the builtins inside the class.
Text = str
Number = int
Truth = bool
Items = list[Any]
Entries = dict[str, Any]


class Given:
    """The rendered variables of one role, already converted to the types of its argument specification.

    A variable that broke its specification is reported elsewhere and has its default here, so that a check
    function needs no defence against wrong types. A variable without value is ``None`` for ``get`` and
    ``int``, and empty for the other methods.
    """

    def __init__(
        self,
        values: Mapping[Text, Any],
        ask_host: Callable[[], Host | None],
        broken: Collection[Text] = (),
        inventory_dir: Text | None = None,
    ) -> None:
        self._values = values
        self._ask_host = ask_host
        self._broken = broken
        self.inventory_dir = inventory_dir

    def broke(self, *names: Text) -> Truth:
        """Whether one of the variables broke its specification, so that its default says nothing."""
        return not set(names).isdisjoint(self._broken)

    def get(self, name: Text) -> Any:
        """Return the value of any variable, ``None`` when it has none."""
        return self._values.get(name)

    def str(self, name: Text) -> Text:
        """Return a text, empty when the variable has no value."""
        value = self.get(name)
        return "" if value is None else Text(value)

    def int(self, name: Text) -> Number | None:
        """Return a whole number, ``None`` when the variable has no value."""
        value = self.get(name)
        return None if value is None else Number(value)

    def bool(self, name: Text) -> Truth:
        """Return a truth value, false when the variable has no value."""
        return Truth(self.get(name))

    def list(self, name: Text) -> Items:
        """Return a list, empty when the variable has no value."""
        return self.get(name) or []

    def dict(self, name: Text) -> Entries:
        """Return a dictionary, empty when the variable has no value."""
        return self.get(name) or {}

    @property
    def host(self) -> Host | None:
        """The host as it is now; ``None`` when preflight was told not to connect, as it does not exist yet.

        Asked over the connection the first time that any role's check wants it; raises SlipwayError when the
        host's answer makes no sense.
        """
        return self._ask_host()

    @property
    def client_address(self) -> Text | None:
        """The address we come from as the host sees it; ``None`` without a connection over SSH."""
        return self.host.client_address if self.host else None
