# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the output goes: lines that stay and, on a terminal, one below them that is drawn again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

# Back to the first column, and erase to the end of the line (ECMA-48, EL).
_ERASE = "\r\x1b[K"


class Screen:
    """``write`` prints as it is, without a newline of its own; ``columns`` asks a terminal for its width."""

    def __init__(
        self, line: Callable[[str], None], write: Callable[[str], None], columns: Callable[[], int] | None
    ) -> None:
        self._line, self._write, self._columns = line, write, columns
        self._drawn = ""

    @property
    def is_terminal(self) -> bool:
        """Whether a line can be drawn again."""
        return self._columns is not None

    @property
    def columns(self) -> int:
        """The terminal's width, 0 where there is none."""
        return self._columns() if self._columns else 0

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines that stay."""
        self.erase()
        for line in lines:
            self._line(line)

    def draw(self, line: str) -> None:
        """Draw the line that does not stay."""
        # A line as wide as the terminal would wrap, and then could not be erased.
        line = line[: max(self.columns - 1, 0)]
        if line != self._drawn:
            self._write(f"{_ERASE}{line}")
            self._drawn = line

    def erase(self) -> None:
        """Take the line that does not stay away."""
        if self._drawn:
            self._write(_ERASE)
            self._drawn = ""
