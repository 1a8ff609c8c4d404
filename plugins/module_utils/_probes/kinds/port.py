# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``port``: a TCP port that must be open, or must not be."""

from __future__ import annotations

from dataclasses import dataclass

from ..deadline import Deadline, TimeUpError
from ..entry import Entry
from ..failure import ProbeError, UnansweredError
from ..kind import Kind
from ..session import Session, said_of

STATES = ("open", "closed")
# A firewall that drops is only known by its silence; whoever means to answer has done so by then.
_SILENCE_SECONDS = 3


@dataclass(frozen=True)
class Port(Kind):
    """Connects to every family's address."""

    key = "port"
    name: str
    port: int
    state: str

    @classmethod
    def read(cls, entry: Entry) -> Port:
        """Read ``port``, written like ``app.example.com:5432``, and ``state``."""
        return cls(*entry.host_and_port("port", None), entry.choice("state", STATES, "open"))

    def run(self, session: Session) -> str:
        """Try each family."""
        try:
            endpoints = session.network.endpoints(self.name, self.port, session.deadline)
        except (UnansweredError, TimeUpError) as error:
            what = said_of(error, session.deadline)
            raise ProbeError(f"{self.name}:{self.port} {what}", f"{self.state}") from error
        families = []
        for endpoint in endpoints:
            patience = session.deadline
            if self.state == "closed":
                patience = Deadline(min(_SILENCE_SECONDS, session.deadline.remaining()))
            subject = f"{self.name}:{self.port} over {endpoint.family} ({endpoint.address})"
            try:
                with session.network.connected(endpoint, patience):
                    found, observed = "open", "accepted the connection"
            except UnansweredError as error:
                found, observed = "closed", str(error)
            if found != self.state:
                raise ProbeError(f"{subject} {observed}", self.state)
            families.append(endpoint.family)
        return f"{self.name}:{self.port} is {self.state} over {' and '.join(families)}"
