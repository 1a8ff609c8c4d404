# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every provider of machines offers, and the words they share."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .._errors import SlipwayError
from .._public_key import fault_of

PowerState = Literal["running", "stopped"]

# RFC 1123 label: a server's name becomes its host name.
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True)
class ServerSpec:
    """What a server shall be when it is created.

    ``disks`` are names of persistent disks, mounted at ``/mnt/NAME``. ``ssh_keys`` are OpenSSH public keys.
    ``stated`` names the attributes that the user wrote; only those are held against a server that exists.
    """

    name: str
    image: str
    flavour: str
    ssh_keys: tuple[str, ...]
    disks: tuple[str, ...] = ()
    stated: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not _HOST_NAME.fullmatch(self.name):
            raise SlipwayError(
                f"name: {self.name!r} is no host name",
                "use at most 40 lower-case letters, digits and hyphens, with a letter or digit at both ends",
            )
        for disk in self.disks:
            if not _HOST_NAME.fullmatch(disk):
                raise SlipwayError(
                    f"disks: {disk!r} is no name for a disk", "use lower-case letters, digits and hyphens"
                )
        for index, key in enumerate(self.ssh_keys):
            if fault := fault_of(key):
                raise SlipwayError(f"ssh_keys[{index}]: {fault[0]}", fault[1])


@dataclass(frozen=True)
class Server:
    """A server as its provider describes it.

    ``id`` is the provider's own identifier. ``host_keys`` are lines for a ``known_hosts`` file without the
    address in front; they are empty while the server is stopped.
    """

    id: str
    name: str
    power: PowerState
    image: str
    flavour: str
    disks: tuple[str, ...]
    ipv4: str
    ipv6: str
    ssh_user: str
    ssh_port: int
    host_keys: tuple[str, ...]

    def as_result(self) -> dict[str, Any]:
        """Return the server as a module result."""
        return asdict(self)


class Provider(ABC):
    """One environment's machines at one provider. Every method raises ``SlipwayError`` when it cannot."""

    @abstractmethod
    def find(self, name: str) -> Server | None:
        """Return the server, or None. A machine of that name that slipway did not make is an error."""

    @abstractmethod
    def check(self, spec: ServerSpec) -> None:
        """Refuse what the provider cannot give, before anything has changed."""

    @abstractmethod
    def create(self, spec: ServerSpec) -> Server:
        """Create the server and return it once it answers on its SSH port."""

    @abstractmethod
    def start(self, server: Server) -> Server:
        """Start a stopped server and return it once it answers on its SSH port."""

    @abstractmethod
    def stop(self, server: Server) -> Server:
        """Shut the server down in good order."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete the server with its disks, and what a killed run has left of it."""

    @abstractmethod
    def leftovers(self, name: str) -> tuple[str, ...]:
        """Return what exists under the server's name although ``find`` sees no server."""
