# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The addresses of a name: of the resolvers that were given, or else as this machine's programs see them."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from .deadline import Deadline, TimeUpError
from .failure import UnansweredError
from .libraries import dns

DNS_PORT = 53


def is_resolver(text: str) -> bool:
    """Whether the text is an address like ``192.0.2.53``, with a port like ``192.0.2.53:5353`` if need be."""
    try:
        server_of(text)
    except ValueError:
        return False
    return True


def server_of(resolver: str) -> tuple[str, int]:
    """Return address and port of a resolver; raises ValueError for what is none."""
    try:
        return str(ip_address(resolver)), DNS_PORT
    except ValueError:
        parts = urlsplit(f"//{resolver}")
        if parts.port is None or parts.path or parts.username:
            raise
        return str(ip_address(parts.hostname or "")), parts.port


def addresses(name: str, resolvers: Sequence[str], deadline: Deadline) -> list[str]:
    """Return the addresses of a name, IPv4 first; raises UnansweredError when it has none."""
    try:
        return [str(ip_address(name))]
    except ValueError:
        pass
    found = _of_resolvers(name, resolvers, deadline) if resolvers else _of_system(name, deadline)
    if not found:
        raise UnansweredError(f"cannot be asked: {name} has no address")
    return sorted(set(found), key=lambda address: (ip_address(address).version, address))


def _of_resolvers(name: str, resolvers: Sequence[str], deadline: Deadline) -> list[str]:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(*server_of(server)) for server in resolvers]
    found: list[str] = []
    for kind in ("A", "AAAA"):
        try:
            answer = resolver.resolve(
                name, kind, raise_on_no_answer=False, search=False, lifetime=deadline.remaining()
            )
        except dns.resolver.NXDOMAIN:
            raise UnansweredError(f"cannot be asked: the name {name} does not exist") from None
        except dns.exception.DNSException as error:
            what = f"cannot be asked: {', '.join(resolvers)} did not resolve {name}"
            raise UnansweredError(f"{what} ({type(error).__name__})") from error
        found += [record.address for record in answer.rrset or ()]
    return found


def _of_system(name: str, deadline: Deadline) -> list[str]:
    """Ask the C library, which has no timeout, in a thread that can be left behind."""
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))
        else:
            answers.put([str(info[4][0]) for info in infos])

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise TimeUpError(deadline.seconds) from None
    if isinstance(answer, OSError):
        raise UnansweredError(f"cannot be asked: the name {name} does not resolve") from answer
    return answer
