# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Start, mend and stop the Compose projects of an app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._app.compose import SlotProject
from .._app.service import name_in
from .._errors import SlipwayError
from . import health, slots
from .compose import Compose
from .engine import Engine
from .programs import last_lines
from .state import Record, State, read_project, write

_UP = ("up", "--detach", "--no-build", "--remove-orphans")


class Running:
    """The projects of one app, for the time that its lock is held."""

    def __init__(self, app: str, state: State, engine: Engine, health_timeout: int, lock: int) -> None:
        self._app, self._state, self._engine = app, state, engine
        self._seconds, self._lock = health_timeout, lock

    def compose(self, slot: str, identity: str) -> Compose:
        """Return the project of a release in a slot."""
        return Compose(f"{self._app}-{slot}", self._state.compose_file(identity), (self._lock,))

    def start(self, record: Record) -> None:
        """Start a release in its slot and wait until it is healthy; raises UnhealthyError with the reason."""
        self._start(self.compose(record.slot, record.id), record.upstreams)

    def start_again(self, record: Record) -> None:
        """Start what does not run of a release, and once more what runs and is not healthy."""
        compose = self.compose(record.slot, record.id)
        containers = self._engine.containers(compose.project)
        sick = [container["Id"] for container in containers if health.judge(container).state == "bad"]
        if sick:
            compose.run_docker(["restart", *sick], self._seconds)
        try:
            self._start(compose, record.upstreams)
        except health.UnhealthyError as error:
            what = f"{record.version} is released and does not become healthy again: {error.what}"
            raise health.UnhealthyError(what, error.details, error.mend) from error

    def clear(self, slot: str) -> None:
        """Remove whatever an earlier release has left in a slot."""
        finished = self.compose(slot, "").remove()
        if finished.problem:
            raise SlipwayError(f"slot {slot} could not be cleared, {finished}")

    def stop_single(self, record: Record, services: Iterable[str]) -> bool:
        """Stop those services of a release that must not run twice at once; return whether there are any."""
        compose = self.compose(record.slot, record.id)
        there = (read_project(compose.file) or {}).get("services") or {}
        names = [name for service in services if (name := name_in(compose.project, service)) in there]
        if names:
            finished = compose.run(["stop", *names], self._seconds)
            if finished.problem:
                raise SlipwayError(f"{', '.join(names)} could not be stopped, {finished}")
        return bool(names)

    def start_stopped(self, record: Record) -> str:
        """Start again what was stopped of a release; return what went wrong, or nothing."""
        return self.compose(record.slot, record.id).run(["start"], self._seconds).problem

    def stop_other(self, serving: Record) -> bool:
        """Stop what runs in the slot that does not serve; return whether anything did."""
        compose = self.compose(slots.other(serving.slot), "")
        there = bool(self._engine.containers(compose.project, running=True))
        if there:
            compose.stop()
        return there

    def have_kept(self, kept: SlotProject) -> bool:
        """Have what no release touches run as it is defined; return whether anything was to do."""
        project = kept.project
        services = [*project["services"]]
        compose = Compose(project["name"], self._state.kept, (self._lock,))
        as_defined = read_project(self._state.kept) == project
        if not services or (as_defined and health.serves(self._engine.containers(compose.project), services)):
            return False
        self.have_volumes(kept.volumes)
        write(self._state.kept, project)
        self._start(compose, {})
        return True

    def have_volumes(self, volumes: Mapping[str, Mapping[str, Any]]) -> None:
        """Have volumes that no project owns."""
        there = self._engine.volumes() if volumes else set()
        for name in volumes.keys() - there:
            self._engine.create_volume(name, volumes[name])

    def _start(self, compose: Compose, addresses: Mapping[str, str]) -> None:
        finished = compose.run(_UP, self._seconds)
        if finished.problem:
            # A service that another one waits for may have turned out unhealthy already.
            containers = self._engine.containers(compose.project)
            guilty = [container for container in containers if health.judge(container).state != "good"]
            said = " ".join(last_lines(finished.reported, 1)) or finished.problem
            mend = "give release_port_base another value" if "already allocated" in said else ""
            raise health.UnhealthyError(
                f"it does not start: {said.removesuffix('.')}", health.described(self._engine, guilty), mend
            )
        health.wait(self._engine, compose.project, addresses, self._seconds)
