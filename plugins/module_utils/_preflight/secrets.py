# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the variables of the role secrets beyond their types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._secrets import faults
from .problem import Problem

if TYPE_CHECKING:
    from .given import Given


def check(given: Given) -> Iterator[Problem]:
    """Yield the problems of names and shapes."""
    for name, entry in given.dict("secrets_generated").items():
        for key, what, mend in faults(name, entry):
            yield Problem(f"secrets_generated.{name}{key}", what, mend)
