# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Words and columns of a run's output: what is printed, not when."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

_NAME_WIDTHS = (12, 24)
_SECONDS_WIDTH = 6
_SMALLEST_TEXT = 30
# Escape sequences of terminals (ECMA-48: CSI, OSC), then every control character but the newline.
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x09\x0b-\x1f\x7f-\x9f]"
)


def printable(text: str) -> str:
    """Return the text without what could move a terminal's cursor; tabs become spaces."""
    return _CONTROL.sub("", text.expandtabs(4))


def listed(names: Sequence[str], most: int = 0) -> str:
    """Return the names with commas; beyond ``most`` (0: all) only their number."""
    if most and len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return ", ".join(names)


def counted(number: int, plan: bool) -> str:
    """Say how many things changed, or in a plan how many would."""
    if plan:
        return f"{number} would change" if number else "nothing would change"
    return f"{number} {'change' if number == 1 else 'changes'}" if number else "nothing changed"


class Layout:
    """Rows of name, seconds and text; ``columns`` is a terminal's width, 0 without one.

    Without a terminal nothing is wrapped, so that a log can be searched for a whole sentence.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        smallest, largest = _NAME_WIDTHS
        self._name_width = min(max([smallest, *(len(name) + 2 for name in names)]), largest)

    @property
    def indent(self) -> int:
        """The column in which the text of a row begins."""
        return 2 + self._name_width + _SECONDS_WIDTH + len(" s   ")

    def row(self, name: str, seconds: float | None, text: str, columns: int = 0) -> list[str]:
        """Return a row; what does not fit its first line continues below, under the text."""
        width = self._name_width + _SECONDS_WIDTH
        time = "" if seconds is None else f"{seconds:.1f}"
        # A name that is too long moves what follows it in its own row only.
        left = f"{name}{time.rjust(max(width - len(name), len(time) + 1))} s" if time else name
        first, *others = self._lines(text, columns) or [""]
        return [
            f"  {left.ljust(max(self.indent - 2, len(left) + 3))}{first}".rstrip(),
            *self.indented(others),
        ]

    def below(self, text: str, columns: int = 0) -> list[str]:
        """Return the lines of a text that stands under a row."""
        return self.indented(self._lines(text, columns))

    def indented(self, lines: Iterable[str]) -> list[str]:
        """Return the lines, moved below the text of a row."""
        return [f"{' ' * self.indent}{line}".rstrip() for line in lines]

    def _lines(self, text: str, columns: int) -> list[str]:
        lines = printable(text).strip("\n").split("\n")
        if not columns:
            return lines
        width = max(columns - self.indent, _SMALLEST_TEXT)
        return [part for line in lines for part in _wrapped(line, width)]


def _wrapped(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    margin = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line, width, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
