# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was done and seen, as a module's result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from .records import Change, Record


def result(changes: Sequence[Change]) -> dict[str, Any]:
    """Return what changed, with Ansible's diff of it in lines of a zone file."""
    before = [line for change in changes for line in change.before.lines(change.name)]
    after = [line for change in changes for line in change.after.lines(change.name)]
    return {
        "changed": bool(changes),
        "changes": [{"name": change.name, "action": change.verb} for change in changes],
        "diff": {"before": _text(before), "after": _text(after)},
    }


def plan_summary(wanted: Sequence[Record], changes: Sequence[Change]) -> str:
    """Say in a line what would be done."""
    if not changes:
        return f"{_count(wanted)}, nothing to change"
    return f"would {', '.join(f'{change.verb} {change.name}' for change in changes)}"


def success(changes: Sequence[Change], wanted: Sequence[Record], servers: Collection[str]) -> dict[str, Any]:
    """Return the result when every server answers what is wanted."""
    named = groupby(sorted(wanted), key=lambda record: record.name)
    seen = [f"{name} is {', '.join(map(str, records))}" for name, records in named]
    return {
        **result(changes),
        "summary": f"{_count(wanted)}, seen by {_words(servers)}" if wanted else "no records are left",
        "evidence": [_evidence(f"{text} at {', '.join(sorted(servers))}", passed=True) for text in seen],
    }


def failure(changes: Sequence[Change], faults: Sequence[str], seconds: float, mend: str) -> dict[str, Any]:
    """Return the result when some server still answers otherwise."""
    after = f"after {seconds} s; {mend}, or give it longer with dns_wait"
    return {
        **result(changes),
        "msg": "\n".join(f"{fault} {after}." for fault in faults),
        "evidence": [_evidence(fault, passed=False) for fault in faults],
    }


def lines(records: Sequence[Record]) -> str:
    """Return records as one phrase, in lines of a zone file."""
    return "; ".join(line for record in records for line in record.lines())


def _evidence(observed: str, passed: bool) -> dict[str, Any]:
    return {"gate": "DNS", "passed": passed, "observed": observed}


def _count(wanted: Sequence[Record]) -> str:
    count = sum(len(record.values) for record in wanted)
    return f"{count} record{'' if count == 1 else 's'}"


def _words(servers: Collection[str]) -> str:
    few = {1: "the name server", 2: "both name servers"}
    return few.get(len(servers), f"all {len(servers)} name servers")


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
