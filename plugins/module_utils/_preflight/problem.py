# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a preflight check says when a variable cannot be right."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one variable.

    ``variable`` is the path of the value inside the role's variables, like ``firewall_admin_networks[0]`` or
    ``base_users[1].name``: the place (file and line) is looked up by it. ``what`` and ``mend`` are the two
    halves of the sentence, without a full stop (a question keeps its mark); neither may hold the value of a
    secret.
    """

    variable: str
    what: str
    mend: str = ""

    def sentence(self, place: str) -> str:
        """Return the line shown to the person; ``place`` says where the value was written."""
        text = f"{self.what}; {self.mend}" if self.mend else self.what
        return f"{self.variable} ({place}): {text}{'' if text.endswith('?') else '.'}"

    @property
    def root(self) -> str:
        """The variable itself, without what is inside it."""
        return re.split(r"[.\[]", self.variable, maxsplit=1)[0]
