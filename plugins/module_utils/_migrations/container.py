# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run a tool in a new container of a service: by image and environment of the release, not by arguments."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from .._release.compose import Compose
from .._release.programs import Finished

_REMOVAL_SECONDS = 30


@dataclass(frozen=True)
class OneOff:
    """A way to run argument lists, each in a container of its own that is gone afterwards."""

    compose: Compose
    service: str
    directory: str
    """Where in the image; empty for the image's own."""
    seconds: int

    def __call__(self, argv: Sequence[str]) -> Finished:
        """Run it in place of the image's entrypoint, which might migrate by itself."""
        name = f"{self.compose.project}-migration-{secrets.token_hex(4)}"
        place = ["--workdir", self.directory] if self.directory else []
        words = ["run", "--rm", "--no-deps", "--no-TTY", "--name", name, *place, "--entrypoint", argv[0]]
        finished = self.compose.run([*words, self.service, *argv[1:]], self.seconds)
        if finished.problem.startswith("did not end"):
            self.compose.run_docker(["rm", "--force", "--volumes", name], _REMOVAL_SECONDS)
        shown = " ".join(
            word for word in argv if "\n" not in word
        )  # a script of ours says nothing to a person
        return Finished(shown, finished.problem, finished.printed, finished.reported)
