# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``tls``: a certificate that is trusted, named right and not about to end, and no protocol of the past."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from datetime import datetime, timezone

from ..deadline import TimeUpError
from ..entry import Entry
from ..failure import ProbeError, UnansweredError
from ..kind import Kind
from ..network import Endpoint
from ..session import Session, said_of

HTTPS_PORT = 443
DAYS = 7
_SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class Tls(Kind):
    """Shakes hands with every family's address, then once more with nothing newer than TLS 1.1 to offer."""

    key = "tls"
    name: str
    port: int = HTTPS_PORT
    days: float = DAYS

    @classmethod
    def read(cls, entry: Entry) -> Tls:
        """Read ``tls``, a name and perhaps a port, and ``days``."""
        name, port = entry.host_and_port("tls", HTTPS_PORT)
        return cls(name, port, entry.number("days", DAYS, 1, "days"))

    def run(self, session: Session) -> str:
        """Look at each family."""
        try:
            endpoints = session.network.endpoints(self.name, self.port, session.deadline)
        except (UnansweredError, TimeUpError) as error:
            raise ProbeError(f"{self} {said_of(error, session.deadline)}", "a trusted certificate") from error
        seen = [self._look(session, endpoint) for endpoint in endpoints]
        families = " and ".join(endpoint.family for endpoint in endpoints)
        return f"{self} showed {seen[0]} over {families}"

    def __str__(self) -> str:
        return self.name if self.port == HTTPS_PORT else f"{self.name}:{self.port}"

    def _look(self, session: Session, endpoint: Endpoint) -> str:
        subject = f"{self} over {endpoint.family} ({endpoint.address})"
        network, deadline = session.network, session.deadline
        try:
            with network.connected(endpoint, deadline) as connection:
                secured = network.secured(connection, self.name, deadline)
                certificate, protocol = secured.getpeercert() or {}, secured.version()
        except (UnansweredError, TimeUpError) as error:
            wanted = f"a trusted certificate for {self.name}"
            raise ProbeError(f"{subject} {said_of(error, deadline)}", wanted) from error
        end = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        left = (end - datetime.now(timezone.utc).timestamp()) / _SECONDS_A_DAY
        if left < self.days:
            observed = f"{subject} showed a certificate that ends in {left:.1f} days"
            raise ProbeError(observed, f"at least {self.days:g} days; see whether it is renewed")
        if old := self._old_protocol(session, endpoint):
            raise ProbeError(f"{subject} accepts {old}", "TLS 1.2 or newer alone")
        return f"{protocol}, a certificate for {left:.0f} more days"

    def _old_protocol(self, session: Session, endpoint: Endpoint) -> str:
        """Return the protocol of the past that the server agrees to, empty when it refuses all of them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is said over it
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        # OpenSSL itself offers them at its lowest level alone.
        context.set_ciphers("ALL:@SECLEVEL=0")
        try:
            with session.network.connected(endpoint, session.deadline) as connection:
                connection.settimeout(session.deadline.remaining())
                return context.wrap_socket(connection, server_hostname=self.name).version() or ""
        except UnansweredError:
            return ""
