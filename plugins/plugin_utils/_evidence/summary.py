# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``summary.md``: the evidence as a comment under a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .words import duration, gates_of, heading, outcome, title, verdict


def summary(evidence: Mapping[str, Any]) -> str:
    """Return the evidence as Markdown."""
    return "\n".join(_lines(evidence)) + "\n"


def _lines(evidence: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {outcome(evidence)}: {_inline(title(evidence))}"
    yield ""
    yield f"{_inline(verdict(evidence))} Started {evidence['started']}, took {duration(evidence['seconds'])}."
    for phase in evidence["phases"]:
        for failure in phase["failures"]:
            yield ""
            yield f"**{_inline(heading(failure))}** (in {_inline(phase['name'])})"
            yield ""
            yield from _fenced(failure["message"])
    yield ""
    yield "| phase | outcome | time | what |"
    yield "|---|---|--:|---|"
    for phase in evidence["phases"]:
        cells = (phase["name"], phase["outcome"], duration(phase["seconds"]), phase["summary"])
        yield f"| {' | '.join(_inline(cell) for cell in cells)} |"
    gates = gates_of(evidence)
    if gates:
        yield ""
        yield "| gate | passed | observed |"
        yield "|---|---|---|"
        for gate in gates:
            passed = "yes" if gate["passed"] else "**no**"
            yield f"| {_inline(gate['gate'])} | {passed} | {_inline(gate['observed'])} |"


def _inline(text: str) -> str:
    """Return a text that Markdown shows as it is, in one line and in a cell of a table."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|~@&])", r"\\\1", text)
    return "<br>".join(escaped.splitlines())


def _fenced(text: str) -> Iterator[str]:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", f"`{text}")))
    yield f"{fence}text"
    yield text
    yield fence
