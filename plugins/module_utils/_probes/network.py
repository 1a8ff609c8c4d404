# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connections to the public names of the app, of both families, each over a socket of our own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address

from .._errors import SlipwayError
from .deadline import Deadline, TimeUpError
from .failure import UnansweredError
from .names import addresses


@dataclass(frozen=True)
class Endpoint:
    """One address of a name, and a port of it."""

    name: str
    address: str
    port: int

    @property
    def family(self) -> str:
        """``IPv4`` or ``IPv6``."""
        return f"IPv{ip_address(self.address).version}"


class Network:
    """How names become addresses, and which CA is trusted: the system's ones or those in ``ca_file``."""

    def __init__(self, resolvers: Sequence[str] = (), ca_file: str | None = None) -> None:
        self.resolvers = resolvers
        self._ca_file = ca_file

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """What certificates are verified with."""
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except OSError as error:
            raise SlipwayError(
                f"the CA file {self._ca_file} cannot be read ({error.strerror or error})",
                "name a file with certificates in PEM form",
            ) from error

    def endpoints(self, name: str, port: int, deadline: Deadline) -> list[Endpoint]:
        """Return one address of each family that this machine has a route to.

        :raises UnansweredError: when there is none.
        """
        by_family: dict[str, Endpoint] = {}
        for address in addresses(name, self.resolvers, deadline):
            endpoint = Endpoint(name, address, port)
            by_family.setdefault(endpoint.family, endpoint)
        reachable = [endpoint for endpoint in by_family.values() if _has_route(endpoint)]
        if not reachable:
            raise UnansweredError(
                f"cannot be asked: this machine has no {' nor '.join(by_family)} route to {name}"
            )
        return reachable

    @contextmanager
    def connected(self, endpoint: Endpoint, deadline: Deadline) -> Iterator[socket.socket]:
        """Have a TCP connection that ends with the deadline.

        :raises UnansweredError: when there is none, or it fails while the caller uses it.
        """
        try:
            with (
                socket.create_connection(
                    (endpoint.address, endpoint.port), deadline.remaining()
                ) as connection,
                deadline.guard(connection),
            ):
                yield connection
        except (OSError, TimeUpError) as error:
            raise UnansweredError(said(error, deadline)) from error

    def secured(self, connection: socket.socket, name: str, deadline: Deadline) -> ssl.SSLSocket:
        """Begin TLS on a connection, with the chain and the name verified."""
        connection.settimeout(deadline.remaining())
        return self.trust.wrap_socket(connection, server_hostname=name)


def said(error: BaseException, deadline: Deadline) -> str:
    """Say why no answer came, after the subject."""
    if isinstance(error, (TimeUpError, TimeoutError)) or deadline.passed:
        return f"gave no whole answer within {deadline.seconds:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"showed a certificate that is refused: {error.verify_message.rstrip('.')}"
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection"
    if isinstance(error, (ConnectionError, ssl.SSLEOFError)):
        return "closed the connection without a whole answer"
    if isinstance(error, ssl.SSLError):
        return f"failed at TLS: {(error.reason or str(error)).lower().replace('_', ' ')}"
    if isinstance(error, OSError):
        return f"was not reached: {error.strerror or error}"
    return f"gave an answer that cannot be read ({type(error).__name__})"


def _has_route(endpoint: Endpoint) -> bool:
    family = socket.AF_INET6 if endpoint.family == "IPv6" else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as nothing_is_sent:
            nothing_is_sent.connect((endpoint.address, endpoint.port))
    except OSError:
        return False
    return True
