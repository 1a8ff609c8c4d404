# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bring a server into the wanted state through any provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .._errors import SlipwayError
from .interface import (
    Provider,
    Server,
    ServerSpec,
)

State = Literal["present", "stopped", "rebooted", "absent"]

_DONE = {"create": "created", "start": "started", "stop": "stopped", "delete": "deleted"}


@dataclass(frozen=True)
class Outcome:
    """What was there, what is there now (in check mode: what would be), and the steps between, in words."""

    before: Server | None
    after: Server | None
    steps: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.steps)

    def summary(self, check_mode: bool) -> str:
        """Say in a line what was done (in check mode: would be) and where the server is."""
        if check_mode and self.steps:
            return f"would {' and '.join(self.steps)} the server"
        if not self.steps and not self.after:
            return "no server was there"
        done = " and ".join(_DONE[step] for step in self.steps) or "as it was"
        return ", ".join(filter(None, [f"server {done}", self.after.ipv4 if self.after else ""]))

    def diff(self) -> dict[str, Any]:
        """Return Ansible's diff structure."""
        return {
            "before": self.before.as_result() if self.before else {},
            "after": self.after.as_result() if self.after else {"steps": self.steps} if self.steps else {},
        }


def ensure(provider: Provider, spec: ServerSpec, state: State, check_mode: bool) -> Outcome:
    """Make the server what ``state`` says; in check mode only say what would be done.

    :raises SlipwayError: when the existing server differs in a way that only a new one can mend,
        or when the provider cannot.
    """
    before = provider.find(spec.name)
    if state == "absent":
        return _ensure_absent(provider, spec.name, before, check_mode)
    if before is None:
        provider.check(spec)
        steps = ["create"] + (["stop"] if state == "stopped" else [])
        if check_mode:
            return Outcome(None, None, tuple(steps))
        after = provider.create(spec)
        return Outcome(None, provider.stop(after) if state == "stopped" else after, tuple(steps))
    _refuse_rebuild(before, spec)
    steps = _power_steps(before, state)
    after = before
    for step in () if check_mode else steps:
        after = provider.stop(after) if step == "stop" else provider.start(after)
    return Outcome(before, after, tuple(steps))


def _ensure_absent(provider: Provider, name: str, before: Server | None, check_mode: bool) -> Outcome:
    if before is None and not provider.leftovers(name):
        return Outcome(None, None, ())
    if not check_mode:
        provider.delete(name)
    return Outcome(before, None, ("delete",))


def _power_steps(server: Server, state: State) -> list[str]:
    if state == "stopped":
        return ["stop"] if server.power == "running" else []
    if server.power == "stopped":
        return ["start"]
    return ["stop", "start"] if state == "rebooted" else []


def _refuse_rebuild(server: Server, spec: ServerSpec) -> None:
    for attribute in ("image", "flavour", "disks"):
        has, wanted = getattr(server, attribute), getattr(spec, attribute)
        if attribute in spec.stated and has != wanted:
            raise SlipwayError(
                f"{attribute}: server {server.name} was created with {_words(has)}, and {_words(wanted)} "
                "would need a new server",
                f"put {attribute} back, or remove the server first with state: absent",
            )


def _words(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(value) or "none"
