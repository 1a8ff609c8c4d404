# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One service of the Compose file, made fit to run in a slot or to be kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from math import ceil
from typing import Any

from .description import App
from .environment import merged
from .project import SHARED_NETWORK, Service, own_networks

# A container that ignores SIGTERM is killed after this many seconds; Compose's own default, and the most that
# a run waits for one.
GRACE, MOST_GRACE = 10, 60
# For developers, given by the release, or read by Compose already.
_LEFT_OUT_SILENTLY = {"develop", "build", "pull_policy", "env_file", "profiles"}
_FIXED_IN_NETWORK = ("ipv4_address", "ipv6_address", "link_local_ips", "mac_address")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "ns": 1e-9}


class Slotted:
    """Makes the services of one slot, and notes what was left out of the person's definitions."""

    def __init__(self, app: App, jobs: Collection[str], project: str) -> None:
        self.notes: list[str] = []
        self._app = app
        self._jobs = jobs
        self._project = project

    def service(self, name: str, definition: Service, image: str, ports: Mapping[int, int]) -> dict[str, Any]:
        """Return the service; ``ports`` are those of the loopback address, by the container's port."""
        service = _started(name, definition, self._app, self._jobs)
        self._leave_out(name, service, ports)
        service["image"] = image
        service["container_name"] = name_in(self._project, name)
        service["stop_grace_period"] = f"{self._grace(name, service)}s"
        service["depends_on"] = {
            name_in(self._project, other): how
            for other, how in (definition.get("depends_on") or {}).items()
            if other in self._app.images
        }
        service["networks"] = self._networks(name, definition)
        service["links"] = self._links(name, definition)
        service["ports"] = [
            {"host_ip": "127.0.0.1", "published": str(outside), "target": inside, "protocol": "tcp"}
            for inside, outside in sorted(ports.items())
        ]
        return _without_empty(service)

    def _leave_out(self, name: str, service: dict[str, Any], ports: Collection[int]) -> None:
        for key in ("container_name", "mac_address", "external_links"):
            if service.pop(key, None):
                self.notes.append(f"{name}: {key} left out, as two slots cannot share it")
        deploy = dict(service.get("deploy") or {})
        if max(deploy.pop("replicas", 1) or 0, service.pop("scale", 1) or 0) > 1:
            self.notes.append(f"{name}: runs once in each slot, not several times")
        service["deploy"] = deploy
        for port in service.get("ports") or []:
            if port.get("published"):
                reason = "a route leads to it" if port["target"] in ports else "no route leads to it"
                self.notes.append(f"{name}: host port {port['published']} is not published; {reason}")

    def _networks(self, name: str, definition: Service) -> dict[str, Any]:
        """Return the networks; only on the slot's own ones is a service reached by its name.

        Docker answers a name from all networks of the one who asks. Under the same name on the shared
        network, a service of one slot would be found by the other.
        """
        networks: dict[str, Any] = {SHARED_NETWORK: {}}
        for key, wants in own_networks(definition).items():
            if [wants.pop(fixed) for fixed in _FIXED_IN_NETWORK if fixed in wants]:
                self.notes.append(
                    f"{name}: its fixed address in the network {key} left out, as slots share it"
                )
            networks[key] = {**wants, "aliases": [*dict.fromkeys([name, *(wants.get("aliases") or [])])]}
        return networks

    def _links(self, name: str, definition: Service) -> list[str]:
        links = []
        for link in definition.get("links") or []:
            target, _unused, alias = link.partition(":")
            if target in self._app.images:
                links.append(f"{name_in(self._project, target)}:{alias or target}")
            else:
                self.notes.append(f"{name}: link to {target} left out, as it is reached by its own name")
        return links

    def _grace(self, name: str, service: Service) -> int:
        wanted = seconds(service["stop_grace_period"]) if service.get("stop_grace_period") else GRACE
        if wanted > MOST_GRACE:
            self.notes.append(f"{name}: is killed {MOST_GRACE} s after it was told to stop, not {wanted} s")
        return min(wanted, MOST_GRACE)


def kept_service(
    name: str, definition: Service, app: App, jobs: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return a service that no release touches, almost as it is written, and notes."""
    service, notes = _started(name, definition, app, jobs), []
    for port in service.get("ports") or []:
        if port.get("published") and port.get("host_ip") not in ("127.0.0.1", "::1"):
            notes.append(f"{name}: host port {port['published']} stays closed from outside")
    depends_on = service.get("depends_on") or {}
    service["depends_on"] = {other: how for other, how in depends_on.items() if other in app.keeps}
    links = service.get("links") or []
    service["links"] = [link for link in links if link.partition(":")[0] in app.keeps]
    if not service.get("network_mode"):
        service["networks"] = {SHARED_NETWORK: {}, **own_networks(definition)}
    return _without_empty(service), notes


def name_in(project: str, service: str) -> str:
    """Return what a released service and its container are called in a slot's Compose project."""
    return f"{project}-{service}"


def jobs_of(services: Mapping[str, Service]) -> set[str]:
    """Return the services that run to their end before another one starts."""
    waits = [(definition.get("depends_on") or {}).items() for definition in services.values()]
    return {
        name
        for wait in waits
        for name, how in wait
        if how.get("condition") == "service_completed_successfully"
    }


def seconds(duration: str) -> int:
    """Return a duration as Compose writes it, like ``1m30s``, in seconds, rounded up."""
    parts = re.findall(r"([0-9.]+)(h|ms|us|ns|m|s)", duration)
    return ceil(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def _started(name: str, definition: Service, app: App, jobs: Collection[str]) -> dict[str, Any]:
    """Return what every service gets: its environment, and a start after each boot if it does not refuse."""
    service = {key: value for key, value in definition.items() if key not in _LEFT_OUT_SILENTLY}
    service["environment"] = merged(definition, app.environment.get(name, {}))
    has_policy = service.get("restart") or (service.get("deploy") or {}).get("restart_policy")
    if not has_policy and name not in jobs:
        service["restart"] = "unless-stopped"
    return service


def _without_empty(service: dict[str, Any]) -> dict[str, Any]:
    """Return the service without what is empty; an empty command means something."""
    return {key: value for key, value in service.items() if value or key in ("command", "entrypoint")}
