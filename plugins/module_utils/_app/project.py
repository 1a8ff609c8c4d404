# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of a Compose project beside its services: networks, volumes, secrets and configs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._preflight.problem import Problem

# Docker's network that the role docker makes: backing services and kept ones are reached by name there.
SHARED_NETWORK = "slipway"

Service = Mapping[str, Any]


def is_derived(normalised: Mapping[str, Any], key: str, entry: Mapping[str, Any]) -> bool:
    """Whether Compose made the name of a network, volume, secret or config up."""
    return entry.get("name") in (None, f"{normalised.get('name')}_{key}")


def own_networks(service: Service) -> dict[str, dict[str, Any]]:
    """Return the networks of a service other than the shared one, with what the service wants of each."""
    networks = service.get("networks") or {}
    return {key: dict(wants or {}) for key, wants in networks.items() if key != SHARED_NETWORK}


def network_definitions(
    normalised: Mapping[str, Any], services: Iterable[Service], twice: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the networks that the services use, and notes.

    With ``twice``, two projects have them at once: each then needs a name and a range of its own.
    """
    definitions: dict[str, Any] = {SHARED_NETWORK: {"name": SHARED_NETWORK, "external": True}}
    notes = []
    for key in sorted({key for service in services for key in own_networks(service)}):
        entry = dict((normalised.get("networks") or {}).get(key) or {})
        if not entry.get("external"):
            derived = is_derived(normalised, key, entry)
            fixed = [] if derived else ["its name"]
            if derived or twice:
                entry.pop("name", None)
            if twice:
                fixed += _free_of_fixed(entry)
                if fixed:
                    notes.append(f"network {key}: {' and '.join(fixed)} left out, as each slot has its own")
        definitions[key] = entry
    return definitions, notes


def _free_of_fixed(network: dict[str, Any]) -> list[str]:
    """Take from a network what only one on a host can have; return what that was."""
    fixed = []
    if (network.get("ipam") or {}).get("config"):
        network["ipam"] = {}
        fixed.append("its fixed range")
    options = network.get("driver_opts") or {}
    if options.pop("com.docker.network.bridge.name", None):
        fixed.append("its bridge's name")
    return fixed


def used_volumes(service: Service) -> list[str]:
    """Return the keys of the named volumes that a service mounts."""
    mounts = service.get("volumes") or []
    return [mount["source"] for mount in mounts if mount["type"] == "volume" and mount.get("source")]


def volume_definitions(
    normalised: Mapping[str, Any], services: Iterable[Service], app_name: str
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the volumes that the services use, all of them external, and those to be made before, by name.

    The name of a volume is the same in every slot and release: it is the person's data.
    """
    definitions, to_make = {}, {}
    for key in sorted({key for service in services for key in used_volumes(service)}):
        entry = (normalised.get("volumes") or {}).get(key) or {}
        derived = is_derived(normalised, key, entry) and not entry.get("external")
        name = f"{app_name}_{key}" if derived else entry.get("name") or key
        definitions[key] = {"name": name, "external": True}
        if not entry.get("external"):
            to_make[name] = {
                "driver": entry.get("driver") or "local",
                "driver_opts": dict(entry.get("driver_opts") or {}),
                "labels": dict(entry.get("labels") or {}),
            }
    return definitions, to_make


def file_definitions(normalised: Mapping[str, Any], services: Iterable[Service], kind: str) -> dict[str, Any]:
    """Return the ``secrets`` or ``configs`` that the services use."""
    definitions = {}
    for key in sorted({item["source"] for service in services for item in service.get(kind) or []}):
        entry = dict((normalised.get(kind) or {}).get(key) or {})
        if is_derived(normalised, key, entry):
            entry.pop("name", None)
        definitions[key] = entry
    return definitions


def problems_of_parts(normalised: Mapping[str, Any], services: Mapping[str, Service]) -> list[Problem]:
    """Return what of the parts a host could not have."""
    problems = []
    network = (normalised.get("networks") or {}).get(SHARED_NETWORK)
    if network is not None and not network.get("external"):
        what = "is the network that every host has, and not the application's"
        problems.append(Problem(f"app_compose.networks.{SHARED_NETWORK}", what, "give it another name"))
    for kind in ("secrets", "configs"):
        for key, entry in file_definitions(normalised, services.values(), kind).items():
            if variable := entry.get("environment"):
                what = f"comes from the variable {variable} of a shell, and a host has none"
                mend = (
                    "give it to the service in app_secrets, or as a file with its absolute path on the host"
                )
                problems.append(Problem(f"app_compose.{kind}.{key}", what, mend))
    return problems
