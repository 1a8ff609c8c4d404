# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A release from beginning to end. Whatever fails, wherever it is killed: what served before serves on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone

from .._errors import SlipwayError
from . import disk, images, proxy, schema, slots
from .engine import Engine
from .health import UnhealthyError, refuse_ailing
from .lock import only_one
from .order import Order, Settings
from .plan import Plan, prepare
from .redaction import Redaction
from .result import NotReleasedError, Result
from .running import Running
from .state import Record, State
from .switch import serves, settle, switch


def preview(order: Order, engine: Engine, redact: Redaction) -> Result:
    """Return what ``release`` would do; on a host without an engine, that it would release."""
    app = order.app
    if not engine.there:
        return Result(True, f"would release {app.version}", version=app.version)
    plan, state = prepare(order, engine, redact), State(app.name)
    result, current = Result.of(plan, state), state.current
    if current is None or current.id != plan.id:
        result.slot = slots.other(current.slot) if current else slots.SLOTS[0]
        result.summary = f"would release {app.version} in slot {result.slot}"
        return result
    serving = serves(app.name, state, current, engine)
    result.slot, result.changed = current.slot, not serving or current.version != app.version
    result.summary = (
        f"{app.version} in slot {current.slot}" if serving else f"would start {app.version} again"
    )
    return result


def release(order: Order, settings: Settings, engine: Engine, redact: Redaction) -> Result:
    """Make the ordered release the one that serves.

    Raises SlipwayError with the cause; the release before serves on.
    """
    if order.app.routes:
        proxy.require()
    plan, state = prepare(order, engine, redact), State(order.app.name)
    with only_one(state.directory, f"a release of {order.app.name} {order.app.version}") as lock:
        return Line(plan, settings, engine, state, lock).run()


class Line:
    """The steps, for the time that the app's lock is held."""

    def __init__(self, plan: Plan, settings: Settings, engine: Engine, state: State, lock: int) -> None:
        self._plan, self._settings, self._engine, self._state = plan, settings, engine, state
        self._app, self._lock = plan.order.app, lock
        self._running = Running(self._app.name, state, engine, settings.health_timeout, lock)

    def run(self) -> Result:
        """Release; or have what is released already serve."""
        refuse_ailing(self._engine, self._app.backing)
        schema.wait_for_orphans(self._app.name, self._app.migrations, self._engine)
        mended = settle(self._app.name, self._state, self._engine)
        result, current = Result.of(self._plan, self._state), self._state.current
        if current and current.id == self._plan.id:
            result.changed = self._serve_on(current) or mended
            result.slot, result.summary = current.slot, f"{self._app.version} in slot {current.slot}"
            return result
        record = self._record(slots.other(current.slot) if current else slots.SLOTS[0])
        images.have(self._engine, self._plan.images.values(), (self._lock,))
        result.notes += self._undeclared_ports()
        project = self._plan.project(record.slot, self._settings.port_base)
        self._state.keep(self._plan.id, project, self._plan.slotless)
        self._running.clear(record.slot)
        self._running.have_volumes(self._plan.volumes)
        result.tell(record, self._replace(current, record))
        if current:
            time.sleep(self._settings.drain)
            self._running.stop_other(record)
        self._state.forget_old(self._settings.keep)
        return result

    def _serve_on(self, current: Record) -> bool:
        """Mend what is not as the last run left it; return whether anything was to do."""
        changed = self._running.have_kept(self._plan.kept)
        if not serves(self._app.name, self._state, current, self._engine):
            images.have(self._engine, current.images.values(), (self._lock,))
            self._running.start_again(current)
            changed = True
        changed |= proxy.point(self._app.name, current.upstreams)
        changed |= self._running.stop_other(current)
        if current.version != self._app.version:
            self._state.rename_current(replace(current, version=self._app.version))
            changed = True
        return changed

    def _replace(self, current: Record | None, record: Record) -> schema.Migrated:
        """Migrate, start and switch; after a failure the new slot is gone and the old one whole."""
        with self._mending(current, record):
            self._running.have_kept(self._plan.kept)
            compose = self._running.compose(record.slot, record.id)
            migrated = schema.bring_up(self._plan, compose, self._engine, self._state.dumps, current)
            if current:
                self._running.stop_single(current, self._app.recreates)
            self._running.start(record)
            switch(self._app.name, self._state, record)
        return migrated

    @contextlib.contextmanager
    def _mending(self, current: Record | None, record: Record) -> Iterator[None]:
        try:
            yield
        except (SlipwayError, OSError) as failure:
            error = disk.in_words(failure) if isinstance(failure, OSError) else failure
            with contextlib.suppress(SlipwayError):  # the next run clears it first; the cause matters more
                self._running.clear(record.slot)
            left = "nothing serves yet"
            if current:
                left = f"{current.version} serves on"
                if problem := self._running.start_stopped(current):
                    left = f"{current.version} should serve on, but starting it again {problem}"
            details = error.details if isinstance(error, UnhealthyError) else []
            raise NotReleasedError(record.version, error, left, details) from failure

    def _undeclared_ports(self) -> Iterator[str]:
        for upstream in self._plan.upstreams:
            image = self._plan.images.get(upstream.service)
            declared = images.exposed(self._engine, image) if image else set()
            if declared and upstream.port not in declared:
                said = ", ".join(map(str, sorted(declared)))
                yield f"a route leads to {upstream.key}, and its image declares {said} only"

    def _record(self, slot: str) -> Record:
        ports = slots.ports(self._plan.upstreams, slot, self._settings.port_base)
        return Record(
            id=self._plan.id,
            version=self._app.version,
            slot=slot,
            images=dict(self._plan.images),
            upstreams=slots.addresses(ports),
            since=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        )
