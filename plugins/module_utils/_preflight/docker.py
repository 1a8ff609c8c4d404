# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the docker role's variables must be beyond their types; ``dockerd --validate`` lets most pass."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import combinations
from urllib.parse import urlsplit

from .bounds import check_formats, check_least
from .formats import is_network
from .given import Given
from .host import Host
from .problem import Problem
from .supported import MIB, check_distribution, check_room

LEAST_ROOM = 1024 * MIB  # the engine's packages, and a first small image
LEAST_NETWORKS = 8  # a release's two slots, the backing services, the default bridge, and as many to spare
ARCHITECTURES = ("x86_64", "aarch64")  # in every release that Docker's repository serves

FORMATS = {
    "docker_log_max_size": (r"[1-9][0-9]*[kmg]", "is no size as Docker writes it", "write it like 20m"),
    "docker_repository_url": (
        r"https://[^\s@]+[^\s@/]",
        "is no address that begins with https://",
        "write it like https://download.docker.com/linux",
    ),
    "docker_repository_key_checksum": (
        r"sha256:[0-9a-f]{64}",
        "is no SHA-256 checksum",
        "write sha256: and 64 digits of 0-9 and a-f",
    ),
    "docker_repository_key_fingerprint": (
        r"[0-9A-F]{40}",
        "is no fingerprint",
        "write its 40 digits of 0-9 and A-F without spaces",
    ),
}
LEAST = {
    "docker_log_max_files": 2,  # the log driver compresses the older ones, and refuses to without any
    "docker_prune_after_days": 1,
    "docker_apt_lock_timeout": 1,
}


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    yield from check_formats(given, FORMATS)
    yield from check_least(given, LEAST)
    for index, mirror in enumerate(given.list("docker_registry_mirrors")):
        if not _is_registry(mirror):
            what = "is no address of a registry"  # not shown, because it may hold a password
            yield Problem(
                f"docker_registry_mirrors[{index}]",
                what,
                "write only scheme, host and port, like https://mirror.example.org",
            )
    yield from _pools(given)
    if given.host:
        yield from _host(given, given.host)


def _is_registry(text: str) -> bool:
    """Whether the engine starts with this mirror, see registry.ValidateMirror in its source."""
    try:
        url = urlsplit(text)
        plain = url.port != 0 and not (url.query or url.fragment or "@" in url.netloc)
    except ValueError:  # a port that is no number
        return False
    return plain and url.scheme in ("http", "https") and bool(url.hostname) and url.path in ("", "/")


def _pools(given: Given) -> Iterator[Problem]:
    pools: list[tuple[int, IPv4Network | IPv6Network]] = []
    count = 0
    for index, pool in enumerate(given.list("docker_address_pools")):
        path, base, size = f"docker_address_pools[{index}]", pool["base"], pool["size"]
        if not is_network(base):
            yield Problem(f"{path}.base", f"{base!r} is no network", "write it like 172.30.0.0/16")
            continue
        network = ip_network(base)
        largest = network.max_prefixlen - 3  # eight addresses: network, broadcast, gateway, five containers
        pools.append((index, network))
        if network.prefixlen <= size <= largest:
            count += 2 ** (size - network.prefixlen)
        else:
            what = f"{base} cannot be cut into networks of /{size}"
            yield Problem(f"{path}.size", what, f"write a number from {network.prefixlen} to {largest}")
            count += LEAST_NETWORKS
        if given.client_address and ip_address(given.client_address) in network:
            what = f"{base} holds {given.client_address}, the address we come from"
            yield Problem(f"{path}.base", what, "choose another, or answers to us would go to containers")
    for (_unused, first), (index, second) in combinations(pools, 2):
        if first.version == second.version and first.overlaps(second):
            yield Problem(
                f"docker_address_pools[{index}].base", f"{second} overlaps {first}", "keep one of them"
            )
    if len(pools) == len(given.list("docker_address_pools")) and count < LEAST_NETWORKS:
        what = f"the pools give only {count} networks, and a host needs {LEAST_NETWORKS}"
        yield Problem("docker_address_pools", what, "write a bigger base or a bigger size")


def _host(given: Given, host: Host) -> Iterator[Problem]:
    yield from check_distribution(host)
    yield from check_room("/var", host.free_var, LEAST_ROOM)
    source = given.str("docker_source")
    if source == "distribution" and (host.distribution, host.version) == ("debian", "12"):
        yield Problem(
            "docker_source", "Debian 12 has no Compose v2 of its own", "write docker_source: docker"
        )
    if source == "docker" and host.architecture not in ARCHITECTURES:
        what = f"Docker's repository has nothing for {host.architecture}"
        yield Problem("docker_source", what, "write docker_source: distribution")
