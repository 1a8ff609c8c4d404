# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what is wanted and what is there to what is to be done. Pure: nothing is asked, nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .records import Change, Owner, Record, State


@dataclass(frozen=True)
class Plan:
    """The changes that lead to what is wanted, and in sentences why some of them must not be made."""

    changes: tuple[Change, ...]
    refusals: tuple[str, ...]


def plan(
    wanted: Iterable[Record], present: Mapping[str, State], owner: Owner, adopt: Collection[str]
) -> Plan:
    """Compare each name that is wanted or present.

    :param present: what is there, at the wanted names and at all that ``owner`` already has.
    :param adopt: names to take over, whoever made their records.
    """
    by_name: dict[str, list[Record]] = {}
    for record in wanted:
        by_name.setdefault(record.name, []).append(record)
    changes, refusals = [], []
    for name in sorted({*by_name, *present}):
        before = present.get(name, State())
        if name not in by_name:
            # The marker decides, not the list that led here: somebody may have taken the name over.
            if before.owner == owner:
                changes.append(Change(name, "delete", before, State()))
            continue
        after = State(tuple(sorted(by_name[name])), owner)
        if before == after:
            continue
        if before.owner == owner:
            changes.append(Change(name, "update", before, after))
        elif before == State():
            changes.append(Change(name, "create", before, after))
        elif name in adopt:
            changes.append(Change(name, "take over", before, after))
        else:
            refusals.append(_refusal(name, before))
    return Plan(tuple(changes), tuple(refusals))


def _refusal(name: str, state: State) -> str:
    if state.owner:
        what = f"{name} belongs to host {state.owner.host} of environment {state.owner.environment}"
        mend = "take its route away there"
    else:
        what = f"{name} already has {' and '.join(map(str, state.records))}, which slipway did not make"
        mend = "remove that"
    return f"{what}; {mend}, or take the name over with dns_adopt: [{name}]."
