# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a role asks of its variables in tables: a format of texts, a least value of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .problem import Problem

if TYPE_CHECKING:
    from .given import Given

Formats = Mapping[str, tuple[str, str, str]]
"""By variable: a regular expression for the whole text, and what to say of any other one, with the mend."""


def check_formats(given: Given, formats: Formats) -> Iterator[Problem]:
    """Yield a problem for each text that its expression does not match."""
    for name, (pattern, what, mend) in formats.items():
        if not re.fullmatch(pattern, given.str(name)):
            yield Problem(name, f"{given.str(name)!r} {what}", mend)


def check_least(given: Given, least: Mapping[str, int]) -> Iterator[Problem]:
    """Yield a problem for each number that is too little."""
    for name, bound in least.items():
        if (given.int(name) or 0) < bound:
            yield Problem(name, f"{given.int(name)} is too little", f"write at least {bound}")
