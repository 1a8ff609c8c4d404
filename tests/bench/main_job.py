# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job from nothing to verified HTTPS, beside the parts of it that no tool can spare anybody.

The parts are done by hand on a second server, equal to the first and as bare, in the same run: it boots until
the first login; apt-get installs the packages that the job has added to the first, no more and no less; the
engine, set up by the first one's file, pulls the images that the first one has, one by one and by digest; and
the application with its backing services is migrated and started until healthy, from the Compose file that
the job deploys, too.

What makes the comparison fair, or harder for the job than it need be:

- The first server is gone by then, so that nothing else runs beside the parts; and the job goes first, so
  what it fetched from afar is nearer for the second.
- The parts count only while they work. What lies between them, such as setting up the engine, is not timed.
- The parts make no secrets, harden nothing, back nothing up, and have neither firewall, DNS records, proxy
  nor certificates, and nobody looks at the result. The job has it all, and ends with every probe passed.
- Waiting for health goes by the application's own intervals on both sides.
- Images are in the rehearsal's registry before either begins: building them is nobody's deployment.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from . import no_change
from .figures import Figure
from .hosts import HOST, playbook, server, timed
from .memory import Memory
from .plain_host import DAEMON, INSTALLED, PULLED, lines, plain_host

SITE = "playbooks/site.yml"
SEEN = re.compile(rf"^TASK \[.*Look at the app from outside.*\nok: \[{HOST}", re.MULTILINE)


def figures() -> Iterator[Figure]:
    """Do the main job on a fresh server, again without a change, and its parts on another."""
    timed(server(HOST, state="absent"))
    memory = Memory()
    seconds, output = timed(playbook(SITE), memory)
    if not SEEN.search(output):
        sys.exit(f"the main job was to end with a look from outside, but did not:\n{output[-3000:]}")
    yield Figure("main job: bare host to verified HTTPS", seconds, "s")
    yield Figure("main job: peak memory of the controller", memory.peak_mib, "MiB", aim=400)
    packages, daemon = lines(INSTALLED), "\n".join(lines(["cat", DAEMON]))
    images = dict(line.split() for line in lines(PULLED))
    yield from no_change.figures()
    timed(server(HOST, state="absent"))
    unavoidable = 0.0
    for part, part_seconds in parts(packages, images, daemon):
        unavoidable += part_seconds
        yield Figure(f"by hand: {part}", part_seconds, "s")
    yield Figure("by hand: sum", unavoidable, "s")
    yield Figure("main job: whole / sum by hand", seconds / unavoidable, "ratio", aim=1.5)


def parts(packages: Sequence[str], images: Mapping[str, str], daemon: str) -> Iterator[tuple[str, float]]:
    """Do by hand what cannot be spared; yield what it was with its seconds."""
    with plain_host() as plain:
        yield "boot to SSH", plain.boot()
        yield "packages", plain.install(packages)
        yield "images", plain.pull(images, daemon)
        yield "the application, healthy", plain.start_app(images)
