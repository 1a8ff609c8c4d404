# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The content of ``evidence.json``, from which all other files are made.

Redacted by construction: what stands here by name gets in, and nothing else. docs/evidence.md describes it.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.slipway.deploy.plugins.module_utils._preflight.redaction import redacted

from .._phases.failure import alike
from .._phases.layout import printable
from .._phases.phase import Phase
from .record import FAILED, INTERRUPTED, PASSED, SKIPPED, Gate, Record

SCHEMA = 1
_LONGEST = 4000  # characters of one text


def document(record: Record, playbook: str, app: str, version: str) -> dict[str, Any]:
    """Return what is told of a run, as plain data."""
    return {
        "schema": SCHEMA,
        "environment": _text(record.environment),
        "app": {"name": _text(app), "version": _text(version)},
        "playbook": _text(playbook),
        "plan": record.plan,
        "outcome": record.outcome,
        "started": record.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(record.seconds, 1),
        "hosts": [
            {"name": _text(name), "changed": changed, "failed": failed}
            for name, changed, failed in record.hosts
        ],
        "phases": [
            _phase(phase, record.plan, [gate for of_phase, gate in record.gates if of_phase is phase])
            for phase in record.phases
        ],
    }


def _phase(phase: Phase, plan: bool, gates: list[Gate]) -> dict[str, Any]:
    if phase.failures:
        summary = ", ".join(dict.fromkeys(failure.summary for failure in phase.failures if failure.summary))
    else:
        summary = phase.text(plan)
    return {
        "name": _text(phase.name),
        "outcome": _outcome(phase, gates),
        "seconds": round(phase.seconds, 1),
        "changed": phase.changes.total(),
        "summary": _text(summary),
        "failures": [
            {
                "task": _text(group[0].task),
                "hosts": [_text(host) for host in sorted({failure.host for failure in group})],
                "unreachable": group[0].unreachable,
                "message": _text(group[0].message),
            }
            for group in alike(phase.failures)
        ],
        "gates": [
            {
                "gate": _text(gate.gate),
                "host": _text(gate.host),
                "passed": gate.passed,
                "observed": _text(gate.observed),
            }
            for gate in gates
        ],
    }


def _outcome(phase: Phase, gates: list[Gate]) -> str:
    if phase.failures or not all(gate.passed for gate in gates):
        return FAILED
    if phase.stopped:
        return INTERRUPTED
    return PASSED if phase.ran else SKIPPED


def _text(text: str) -> str:
    """Return a text for people's eyes: no control characters, no password inside an address, no end of it."""
    # What cannot be encoded came from a file name or an output that was no UTF-8.
    shown = redacted(printable(text), ()).encode(errors="replace").decode().strip()
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} …"
