# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From the Compose file, as Compose itself has normalised it, to the Compose projects that run on a host.

"Normalised" is what ``docker compose config --format json`` prints. It has ``$$`` wherever the file means
``$``, and so have the projects made of it here, which Compose reads once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._preflight.formats import did_you_mean
from .._preflight.problem import Problem
from .description import App
from .project import Service, file_definitions, network_definitions, volume_definitions
from .routes import Upstream
from .service import Slotted, jobs_of, kept_service, name_in


@dataclass(frozen=True)
class SlotProject:
    """A Compose project for a host. It holds secrets."""

    project: dict[str, Any]
    notes: tuple[str, ...]
    """What of the person's file was left out or changed, without a full stop."""
    volumes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Volumes that must be there before, by name, with their ``driver``, ``driver_opts`` and ``labels``.

    To the project they are external: no command of Compose can remove a person's data with it.
    """


def classify(services: Mapping[str, Service], app: App) -> Iterator[Problem]:
    """Yield a problem for each service of the Compose file that is not in exactly one place.

    One with a profile needs none: it is there for those who ask for it.
    """
    for service, definition in services.items():
        places = [
            *(["app_images"] if service in app.images else []),
            *(["app_keeps"] if service in app.keeps else []),
            *(["app_backing"] if is_backing(service, app) else []),
        ]
        path = f"app_compose.services.{service}"
        if not places and not definition.get("profiles"):
            what = f"service {service} is in none of app_images, app_keeps and app_backing"
            mend = (
                "put it in app_images if a release replaces it, in app_keeps if it stands, give it the name "
                "of what app_backing has instead, or a profile in the Compose file if only developers need it"
            )
            yield Problem(path, what, mend)
        elif len(places) > 1:
            what = f"service {service} is in {' and in '.join(places)}"
            yield Problem(path, what, "leave it in one of them")
    named = [(f"app_images.{name}", name) for name in app.images]
    named += [(f"app_keeps[{index}]", name) for index, name in enumerate(app.keeps)]
    for path, name in named:
        if name not in services:
            mend = did_you_mean(name, services) or f"it has {', '.join(services)}"
            yield Problem(path, f"the Compose file has no service {name}", mend)
    for index, name in enumerate(app.recreates):
        if name not in app.images:
            mend = did_you_mean(name, app.images) or "name services of app_images only"
            yield Problem(f"app_recreates[{index}]", f"{name} is not in app_images", mend)


def is_backing(service: str, app: App) -> bool:
    """Whether a service of the Compose file has the name of one that slipway runs instead."""
    return service.replace("-", "_") in app.backing


def slot_project(
    normalised: Mapping[str, Any],
    app: App,
    images: Mapping[str, str],
    ports: Mapping[Upstream, int],
    project: str,
) -> SlotProject:
    """Return the Compose project of one slot, for a file that ``hazards.examine`` finds nothing wrong with.

    ``images`` are references with digests by service, ``ports`` those on the loopback address. In the
    project, a service is called ``name_in(project, service)``, and so is its container.
    """
    services = {name: normalised["services"][name] for name in app.images}
    by_service: dict[str, dict[int, int]] = defaultdict(dict)
    for upstream, port in ports.items():
        by_service[upstream.service][upstream.port] = port
    slotted = Slotted(app, jobs_of(normalised["services"]), project)
    made = {
        name_in(project, name): slotted.service(name, definition, images[name], by_service[name])
        for name, definition in services.items()
    }
    return _assembled(normalised, app, project, services, made, slotted.notes, twice=True)


def kept_project(normalised: Mapping[str, Any], app: App, project: str) -> SlotProject:
    """Return the Compose project of the services in ``app.keeps``, which no release touches.

    Releases reach them by their own names on the shared network.
    """
    services = {name: normalised["services"][name] for name in app.keeps}
    jobs = jobs_of(normalised["services"])
    made, notes = {}, []
    for name, definition in services.items():
        made[name], noted = kept_service(name, definition, app, jobs)
        notes += noted
    return _assembled(normalised, app, project, services, made, notes, twice=False)


def _assembled(
    normalised: Mapping[str, Any],
    app: App,
    project: str,
    services: Mapping[str, Any],
    made: dict[str, Any],
    notes: list[str],
    *,
    twice: bool,
) -> SlotProject:
    networks, network_notes = network_definitions(normalised, services.values(), twice)
    volumes, to_make = volume_definitions(normalised, services.values(), app.name)
    parts = {
        "networks": networks,
        "volumes": volumes,
        "secrets": file_definitions(normalised, services.values(), "secrets"),
        "configs": file_definitions(normalised, services.values(), "configs"),
    }
    used = {key: part for key, part in parts.items() if part}
    return SlotProject({"name": project, "services": made, **used}, (*notes, *network_notes), to_make)
