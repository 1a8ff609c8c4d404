# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Make a zone hold the wanted records, through any provider."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .._errors import SlipwayError
from .interface import ChangedMeanwhileError, Provider
from .plan import plan
from .records import Change, Owner, Record

# Somebody else may change the zone at the same time: another host of the run, or a person.
_ROUNDS = 4


def ensure(
    provider: Provider, wanted: Sequence[Record], owner: Owner, adopt: Collection[str], check_mode: bool
) -> list[Change]:
    """Make the records, markers and all, and return the changes; in check mode those that would be made.

    :raises SlipwayError: before any change when a name is not ours; or when the zone does not become so.
    """
    done: list[Change] = []
    for _round in range(_ROUNDS):
        names = provider.owned_names(owner) | {record.name for record in wanted}
        planned = plan(wanted, provider.read(sorted(names)), owner, adopt)
        if planned.refusals:
            raise RefusedError(planned.refusals)
        if check_mode:
            return list(planned.changes)
        if not planned.changes:
            return done
        try:
            provider.apply(planned.changes)
        except ChangedMeanwhileError:
            continue
        done = done or list(planned.changes)
    names_left = ", ".join(change.name for change in planned.changes)
    raise SlipwayError(
        f"the zone does not keep what it is told for {names_left}",
        "see whether somebody else changes these names, or has records there that no CNAME can stand beside",
    )


class RefusedError(SlipwayError):
    """Names that are not ours: one sentence each."""

    def __init__(self, refusals: Sequence[str]) -> None:
        super().__init__("\n".join(refusals).removesuffix("."))
