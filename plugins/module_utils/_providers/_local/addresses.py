# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixed addresses for servers, so that a stop or reboot never gives one away."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

# The lower addresses belong to the network's own services, which take what the engine hands out.
_FIRST_HOST = 64


def candidates(network: dict[str, Any], taken: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield free (IPv4, IPv6) pairs of a network as the Engine API describes it, the lowest first.

    ``taken`` are the IPv4 addresses of stopped servers, which the engine does not know of.
    """
    subnets = [ip_network(config["Subnet"]) for config in network["IPAM"]["Config"]]
    (v4,) = (subnet for subnet in subnets if isinstance(subnet, IPv4Network))
    (v6,) = (subnet for subnet in subnets if isinstance(subnet, IPv6Network))
    running = {container["IPv4Address"].split("/")[0] for container in network["Containers"].values()}
    for offset in range(_FIRST_HOST, v4.num_addresses - 1):
        address = str(v4[offset])
        if address not in running and address not in taken:
            yield address, str(v6[offset])
