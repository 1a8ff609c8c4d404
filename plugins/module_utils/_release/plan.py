# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Everything about a release that is known before anything changes, and every reason not to begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._app import environment, rules
from .._app.compose import SlotProject, classify, kept_project, slot_project
from .._app.hazards import examine
from .._app.routes import Upstream, upstreams
from .._errors import SlipwayError
from .._preflight.problem import Problem
from . import images, slots
from .compose import read, refuse_local_files
from .engine import Engine
from .order import Order
from .redaction import Redaction


@dataclass(frozen=True)
class Plan:
    """One release, before it has a slot. It holds secrets."""

    order: Order
    id: str
    images: Mapping[str, str]
    """By service, with digests."""
    slotless: Mapping[str, Any]
    """The Compose project as it is the same in both slots."""
    kept: SlotProject
    volumes: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    normalised: Mapping[str, Any]
    environments: Mapping[str, Mapping[str, str]]
    """By service, as the containers will see them."""

    @property
    def upstreams(self) -> tuple[Upstream, ...]:
        """Where the routes lead."""
        return upstreams(self.order.app.routes)

    def project(self, slot: str, port_base: int) -> dict[str, Any]:
        """Return the Compose project for a slot."""
        app = self.order.app
        ports = slots.ports(self.upstreams, slot, port_base)
        made = slot_project(self.normalised, app, self.images, ports, f"{app.name}-{slot}")
        return slots.lasting(made.project)


def prepare(order: Order, engine: Engine, redact: Redaction) -> Plan:
    """Return the plan; asks the registry and changes nothing.

    Raises SlipwayError for the first kind of thing that is wrong, with all problems of that kind.
    """
    app = order.app
    described = {name: value for values in app.environment.values() for name, value in values.items()}
    for service, values in app.environment.items():
        redact.learn(values, app.secret_names.get(service, ()))
    reading = read(order.compose, order.files, described, app.name)
    normalised = reading.project
    _refuse(classify(normalised.get("services") or {}, app))
    _refuse(examine(normalised, app))
    refuse_local_files(reading, [*app.images, *app.keeps])
    environments = environment.rendered(normalised, app.environment, [*app.images, *app.keeps])
    for service, values in environments.items():
        redact.learn(values, app.secret_names.get(service, ()))
    _refuse(rules.check(order.rules, environments, app))

    pinned = images.pin(engine, app.images)
    numbered = {upstream: index for index, upstream in enumerate(upstreams(app.routes), start=1)}
    made = slot_project(normalised, app, pinned, numbered, app.name)
    kept = kept_project(normalised, app, f"{app.name}-kept")
    slotless = slots.lasting(made.project)
    unset = [f"the Compose file asks for ${name}, which nothing sets; it is empty" for name in reading.unset]
    return Plan(
        order=order,
        id=slots.identity(slotless),
        images=pinned,
        slotless=slotless,
        kept=kept,
        volumes={**kept.volumes, **made.volumes},
        notes=(*made.notes, *kept.notes, *unset),
        normalised=normalised,
        environments=environments,
    )


def _refuse(problems: Iterable[Problem]) -> None:
    found = [f"{problem.variable}: {problem.what}; {problem.mend}." for problem in problems]
    if found:
        heading = [f"{len(found)} problems to mend first:"] if len(found) > 1 else []
        raise SlipwayError("\n".join([*heading, *found]).removesuffix("."))
