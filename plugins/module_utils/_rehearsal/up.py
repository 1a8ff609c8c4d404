# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bring a rehearsal's network and services up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._errors import SlipwayError
from .._images.bootstrap import bootstrapped_reference, ensure_bootstrapped
from .._images.build import ensure_built
from .._images.progress import Progress
from .._images.recipe import load
from . import keys
from .commands import run_in
from .names import full_name
from .network import Network, create_network, find_network
from .service import await_healthy, bring_up, find_container, needed_step
from .services import ACME_PORT, OFFSETS, REGISTRY_PORT, services

if TYPE_CHECKING:
    from docker import DockerClient

# Debian 13: the first release whose packages carry Knot, Pebble, a registry and PostgreSQL 17 with pgvector.
BASE_SUITE = "trixie"

TSIG_FILE = "tsig.key"
CA_FILE = "ca.pem"

_ASK_SECONDS = 15

# Stands in for the network that check mode does not create.
_UNKNOWN = Network("", IPv4Network("192.0.2.0/24"), IPv6Network("2001:db8::/64"))


@dataclass(frozen=True)
class Wanted:
    """A rehearsal as its user describes it; ``timeout`` in seconds bounds the wait for each service."""

    environment: str
    zone: str
    images_directory: Path
    state_directory: Path
    timeout: float


@dataclass(frozen=True)
class Outcome:
    """What was done (in check mode: would be), in words, and where everything is."""

    steps: tuple[str, ...]
    facts: Mapping[str, Any]


def up(client: DockerClient, wanted: Wanted, check_mode: bool, progress: Progress) -> Outcome:
    """Make the network, the services and the controller's files what they should be.

    :raises SlipwayError: when something of ours cannot be had; what is up by then stays, for a second try.
    """
    steps: list[str] = []
    name = full_name(wanted.environment)
    images = _service_images(client, wanted.images_directory, check_mode, progress)
    key_file = wanted.state_directory / TSIG_FILE
    key = _read(key_file)
    if not key:
        key = keys.new_tsig_key()
        steps.append(f"write {key_file}")
        if not check_mode:
            keys.write_if_different(key_file, key, 0o600)
    network = find_network(client, wanted.environment)
    if network is None:
        steps.append(f"create network {name}")
        network = _UNKNOWN if check_mode else create_network(client, wanted.environment)

    for service in services(network, wanted.zone, images, keys.knot_key_section(key, key_file)):
        step = needed_step(find_container(client, wanted.environment, service.name), service)
        if step:
            steps.append(f"{step} {full_name(wanted.environment, service.name)}")
            progress(steps[-1])
        if not check_mode:
            bring_up(client, wanted.environment, network, service)
    if check_mode:
        return Outcome(tuple(steps), {} if network is _UNKNOWN else _facts(wanted, network))
    for service_name in OFFSETS:
        await_healthy(client, wanted.environment, service_name, wanted.timeout)
    if keys.write_if_different(
        wanted.state_directory / CA_FILE, _authorities(client, wanted.environment), 0o644
    ):
        steps.append(f"write {wanted.state_directory / CA_FILE}")
    return Outcome(tuple(steps), _facts(wanted, network))


def _service_images(
    client: DockerClient, directory: Path, check_mode: bool, progress: Progress
) -> dict[str, str]:
    recipes = {name: load([directory], name) for name in OFFSETS}
    if check_mode:
        base = bootstrapped_reference(BASE_SUITE)
        return {name: recipe.reference(base) for name, recipe in recipes.items()}
    base = ensure_bootstrapped(client, BASE_SUITE, progress=progress)
    return {name: ensure_built(client, recipe, base, progress=progress) for name, recipe in recipes.items()}


def _authorities(client: DockerClient, environment: str) -> str:
    container = find_container(client, environment, "ca")
    if container is None:
        raise SlipwayError(f"{full_name(environment, 'ca')} has gone meanwhile", "run this again")
    return run_in(container, ["roots"], "Asking the CA for its root", _ASK_SECONDS)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SlipwayError(f"{path} cannot be read ({error.strerror})", "mend its permissions") from error


def _facts(wanted: Wanted, network: Network) -> dict[str, Any]:
    addresses = {name: network.address(offset) for name, offset in OFFSETS.items()}
    return {
        "environment": wanted.environment,
        "network": network.name,
        "ipv4_subnet": str(network.ipv4),
        "ipv6_subnet": str(network.ipv6),
        "zone": wanted.zone,
        "services": {
            name: {
                "container": full_name(wanted.environment, name),
                "name": f"{name}.{wanted.zone}",
                "ipv4": ipv4,
                "ipv6": ipv6,
            }
            for name, (ipv4, ipv6) in addresses.items()
        },
        "acme_directory": f"https://ca.{wanted.zone}:{ACME_PORT}/dir",
        "registry_mirror": f"http://{addresses['registry'][0]}:{REGISTRY_PORT}",
        "tsig_key_file": str(wanted.state_directory / TSIG_FILE),
        "ca_file": str(wanted.state_directory / CA_FILE),
    }
