# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One change to something that is not a file, planned before it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A change that is planned: what it is about, the text before and after, and how to make it."""

    name: str
    before: str
    after: str
    act: Callable[[], None]

    def diff(self) -> dict[str, str]:
        """Return the change as Ansible shows it."""
        return {
            "before_header": self.name,
            "before": self.before,
            "after_header": self.name,
            "after": self.after,
        }
