# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a release tells the controller, in success and in failure. No secret is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .._errors import SlipwayError
from .plan import Plan
from .schema import Migrated
from .slots import shown
from .state import Record, State


@dataclass
class Result:
    """What has changed, or would."""

    changed: bool
    summary: str
    id: str = ""
    slot: str = ""
    version: str = ""
    images: dict[str, str] = field(default_factory=dict)
    migrations: dict[str, list[str]] = field(default_factory=dict)
    """By service, what was applied."""
    dumps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    before: str = ""
    after: str = ""
    """The Compose projects for a diff."""

    @classmethod
    def of(cls, plan: Plan, state: State) -> Result:
        """Return one that describes the plan against what serves now."""
        current = state.current
        serving = state.slotless(current.id) if current else None
        return cls(
            changed=True,
            summary="",
            id=plan.id,
            version=plan.order.app.version,
            images=dict(plan.images),
            notes=list(plan.notes),
            before=shown(serving),
            after=shown(plan.slotless, serving),
        )

    def tell(self, record: Record, migrated: Migrated) -> None:
        """Add what a release that has ended well has to say."""
        self.slot = record.slot
        self.migrations = {service: list(proof.newly) for service, proof in migrated.proofs.items()}
        self.dumps = [str(path) for path in migrated.dumps]
        for service, proof in migrated.proofs.items():
            known, applied = len(proof.after.known), len(proof.after.applied)
            observed = f"{known} known to the image, {applied} applied, {len(proof.newly)} of them now"
            self.evidence.append({"gate": f"migrations of {service}", "passed": True, "observed": observed})
        observed = f"{', '.join(sorted(record.images))} healthy in slot {record.slot}, release {record.id}"
        self.evidence.append({"gate": "release", "passed": True, "observed": observed})
        done = sum(len(names) for names in self.migrations.values())
        proven = f", {done} {'migration' if done == 1 else 'migrations'} proven" if done else ""
        self.summary = f"{record.version} in slot {record.slot}{proven}"


class NotReleasedError(SlipwayError):
    """The failure of a release, what serves nevertheless, and the last words of the containers at fault."""

    def __init__(self, version: str, error: SlipwayError, serves: str, details: Sequence[str]) -> None:
        mend = "; ".join(part for part in (error.mend, serves) if part)
        super().__init__(f"{version} is not released: {error.what}", mend)
        self.details = list(details)

    def __str__(self) -> str:
        """Return the sentence, and a line for each detail."""
        return "\n".join([super().__str__(), *self.details])
