# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a probe says when it has not seen what it wanted."""

from __future__ import annotations


class UnansweredError(Exception):
    """No whole answer came; the text says why, after the subject: ``refused the connection``."""


class ProbeError(Exception):
    """What was sent and what came back, what was wanted, and more lines such as the body's start."""

    def __init__(self, observed: str, wanted: str, *more: str) -> None:
        self.observed = observed
        self.wanted = wanted
        self.more = more
        super().__init__(observed)

    @property
    def lines(self) -> list[str]:
        """What a person reads."""
        return [self.observed, f"wanted: {self.wanted}", *self.more]
