# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rehearsal's services: which there are, where they listen, what each must be told."""

from __future__ import annotations

from collections.abc import Mapping

from .network import Network
from .service import Service

# Number on the network; 1 is the gateway, servers begin at 64.
OFFSETS = {"dns": 2, "ca": 3, "registry": 4, "outside": 5}

REGISTRY_PORT = 5000
REGISTRY_VOLUME = "/var/lib/docker-registry"
ACME_PORT = 14000


def services(network: Network, zone: str, images: Mapping[str, str], tsig_section: bytes) -> list[Service]:
    """Return the services of a network, in the order in which they start.

    :param images: reference of the image of each service.
    :param tsig_section: the key that changes the zone, as a section of Knot's configuration.
    """
    addresses = {name: network.address(offset) for name, offset in OFFSETS.items()}
    resolver = addresses["dns"][0]
    names = ["ca", f"ca.{zone}", "localhost"]
    environment = {
        "dns": {
            "ZONE": zone,
            "RECORDS": "\n".join(f"{name} {ipv4} {ipv6}" for name, (ipv4, ipv6) in addresses.items()),
        },
        "ca": {
            "RESOLVER": f"{resolver}:53",
            "SUBJECT_ALT_NAMES": ",".join(
                [*(f"DNS:{name}" for name in names), *(f"IP:{address}" for address in addresses["ca"])]
            ),
        },
    }
    return [
        Service(
            name=name,
            image=images[name],
            ipv4=ipv4,
            ipv6=ipv6,
            alias=f"{name}.{zone}",
            environment=environment.get(name, {}),
            files={"/etc/knot/tsig.conf": tsig_section} if name == "dns" else {},
            volume=REGISTRY_VOLUME if name == "registry" else "",
            resolver=resolver if name == "outside" else "",
        )
        for name, (ipv4, ipv6) in addresses.items()
    ]
