# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one exception tree of the collection: every failure a person can meet is one sentence."""

from __future__ import annotations


class SlipwayError(Exception):
    """A failure with its mend.

    ``str(error)`` is the sentence shown to the person: what is wrong and, after a semicolon, what to do.
    Neither part may hold the value of a secret.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}." if mend else f"{what}.")
