# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Words that several files of the evidence use for the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .record import FAILED, INTERRUPTED

_OUTCOMES = {FAILED: "Failed", INTERRUPTED: "Interrupted"}


def title(evidence: Mapping[str, Any]) -> str:
    """Name the run, like ``gratonite 1.4.2 on staging``."""
    app = " ".join(filter(None, (evidence["app"]["name"], evidence["app"]["version"])))
    return " on ".join(filter(None, (app or evidence["playbook"], evidence["environment"])))


def outcome(evidence: Mapping[str, Any]) -> str:
    """Say in a word how it ended."""
    return _OUTCOMES.get(evidence["outcome"], "Plan" if evidence["plan"] else "Passed")


def verdict(evidence: Mapping[str, Any]) -> str:
    """Say in a sentence what became of the run."""
    gates = gates_of(evidence)
    passed = sum(gate["passed"] for gate in gates)
    parts = [f"{passed} of {counted(len(gates), 'gate')} passed"] if gates else []
    failed = [phase["name"] for phase in evidence["phases"] if phase["outcome"] == FAILED]
    if failed:
        parts.append(f"failed in {', '.join(dict.fromkeys(failed))}")
    if evidence["outcome"] == INTERRUPTED and evidence["phases"]:
        parts.append(f"interrupted in {evidence['phases'][-1]['name']}")
    changed = sum(host["changed"] for host in evidence["hosts"])
    if evidence["plan"]:
        parts.append(f"{changed} would change" if changed else "nothing would change")
    else:
        parts.append(counted(changed, "change") if changed else "nothing changed")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def heading(failure: Mapping[str, Any]) -> str:
    """Say in a line what failed where."""
    hosts = ", ".join(failure["hosts"])
    if failure["unreachable"]:
        return f"Unreachable: {hosts} at {failure['task']}"
    return f"Failed: {failure['task']} on {hosts}"


def gates_of(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the gates of all phases, each with the name of its ``phase``."""
    return [{"phase": phase["name"], **gate} for phase in evidence["phases"] for gate in phase["gates"]]


def counted(number: int, what: str) -> str:
    """Return the number with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return a duration as people say it: ``4.2 s``, ``1 min 50 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
