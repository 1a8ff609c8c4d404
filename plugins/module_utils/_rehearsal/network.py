# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The network of an environment on this machine's engine."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from .._engine import docker, engine_errors
from .._errors import SlipwayError
from .addresses import free_subnets
from .names import full_name, labels

if TYPE_CHECKING:
    from docker import DockerClient

# Another run may take the same free range in the same moment; the engine refuses the second of them.
_TRIES = 5


@dataclass(frozen=True)
class Network:
    """The network's two ranges."""

    name: str
    ipv4: IPv4Network
    ipv6: IPv6Network

    def address(self, offset: int) -> tuple[str, str]:
        """Return the IPv4 and IPv6 address with this number on the network."""
        return str(self.ipv4[offset]), str(self.ipv6[offset])


def find_network(client: DockerClient, environment: str) -> Network | None:
    """Return the environment's network, or ``None``.

    :raises SlipwayError: when something of that name is here that slipway did not make.
    """
    name = full_name(environment)
    with engine_errors(f"Looking for network {name}"):
        try:
            found = client.networks.get(name).attrs
        except docker.errors.NotFound:
            return None
    if not labels(environment).items() <= (found["Labels"] or {}).items():
        raise SlipwayError(
            f"A network {name} is here that slipway did not make",
            "choose another name for the environment, or remove that network",
        )
    subnets = {subnet.version: subnet for subnet in map(ip_network, _subnets(found))}
    if subnets.keys() != {4, 6}:
        raise SlipwayError(
            f"Network {name} has not both IPv4 and IPv6", "run playbooks/rehearse_down.yml first"
        )
    return Network(name, subnets[4], subnets[6])  # type: ignore[arg-type]  # told apart by version


def create_network(client: DockerClient, environment: str) -> Network:
    """Create the environment's network on ranges that no other network of the engine has.

    :raises SlipwayError: when there is no free range, or the engine refuses.
    """
    name = full_name(environment)
    with engine_errors(f"Creating network {name}"):
        taken = [subnet for network in client.networks.list() for subnet in _subnets(network.attrs)]
    choices = free_subnets(environment, taken)
    for number, (ipv4, ipv6) in enumerate(choices, start=1):
        pools = [docker.types.IPAMPool(subnet=str(subnet), gateway=str(subnet[1])) for subnet in (ipv4, ipv6)]
        with engine_errors(f"Creating network {name}"):
            try:
                client.networks.create(
                    name,
                    driver="bridge",
                    enable_ipv6=True,
                    check_duplicate=True,
                    ipam=docker.types.IPAMConfig(pool_configs=pools),
                    labels=labels(environment),
                )
            except docker.errors.APIError as error:
                if "overlaps" not in str(error.explanation) or number == _TRIES:
                    raise
                continue
        return Network(name, ipv4, ipv6)
    raise SlipwayError(
        "Every /24 of 198.18.0.0/15 is taken by a network of this engine", "remove networks that nobody uses"
    )


def _subnets(attributes: dict[str, Any]) -> list[str]:
    return [config["Subnet"] for config in attributes["IPAM"]["Config"] or [] if config.get("Subnet")]
