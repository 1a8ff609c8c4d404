# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``index.html``: the evidence for people, in one file that loads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .words import counted, duration, gates_of, heading, outcome, title, verdict

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(evidence: Mapping[str, Any]) -> str:
    """Return the evidence as HTML."""
    longest = max((phase["seconds"] for phase in evidence["phases"]), default=0) or 1
    return _TEMPLATES.get_template("index.html.j2").render(
        evidence=evidence,
        title=title(evidence),
        outcome=outcome(evidence),
        verdict=verdict(evidence),
        gates=gates_of(evidence),
        started=datetime.fromisoformat(evidence["started"]).strftime("%-d %B %Y, %H:%M:%S UTC"),
        longest=longest,
        counted=counted,
        duration=duration,
        heading=heading,
    )
