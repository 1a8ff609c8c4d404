# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that finds nothing to do, beside pyinfra asserting the same: for the host alone, and for the site.

The whole job asks for more than pyinfra has operations for: whether the database takes the application's
password, whether its buckets exist, whether the schema is the release's, and what a person's visit looks like
from outside. That is on slipway's side alone.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from .figures import Figure
from .host_state import HOST_ROLES, SITE_ROLES, pyinfra
from .hosts import playbook, timed

RATIO = 1.5
OURS = r"bench-1 .*changed=0 "
THEIRS = r"Grand total +\d+ +- +- +\d+"  # operations, those that changed, that failed, and the rest


@dataclass(frozen=True)
class Subject:
    """A playbook, the roles whose state pyinfra asserts, the tasks it may have, and how often to run both."""

    name: str
    playbook: str
    roles: Sequence[str]
    tasks: int
    rounds: int


SUBJECTS = (
    Subject("host", "playbooks/configure.yml", HOST_ROLES, 20, 5),
    Subject("site", "playbooks/site.yml", SITE_ROLES, 60, 3),
)


def figures() -> Iterator[Figure]:
    """Measure both sides in turn on the converged server."""
    with TemporaryDirectory() as scratch:
        for subject in SUBJECTS:
            yield from compare(subject, pyinfra(subject.roles, Path(scratch, subject.name)))


def compare(subject: Subject, command: Sequence[str]) -> Iterator[Figure]:
    """Run the playbook and pyinfra's command in turn."""
    timed(command)  # installs what only pyinfra wants
    ours, theirs, tasks = [], [], 0
    for _unused in range(subject.rounds):
        seconds, output = timed(playbook(subject.playbook))
        require_no_change(output, OURS)
        tasks = len(re.findall(r"^TASK \[", output, re.MULTILINE))
        ours.append(seconds)
        seconds, output = timed(command)
        require_no_change(output, THEIRS)
        theirs.append(seconds)
    run = f"no change, {subject.name}"
    yield Figure(f"{run}: tasks", tasks, "tasks", aim=subject.tasks)
    yield Figure(f"{run}: slipway", statistics.median(ours), "s")
    yield Figure(f"{run}: pyinfra", statistics.median(theirs), "s")
    ratio = statistics.median(ours) / statistics.median(theirs)
    yield Figure(f"{run}: slipway / pyinfra", ratio, "ratio", aim=RATIO)


def require_no_change(output: str, proof: str) -> None:
    """Stop when a run changed something, since then it measured something else."""
    if not re.search(proof, output):
        sys.exit(f"the run was to change nothing, but did:\n{output[-3000:]}")
