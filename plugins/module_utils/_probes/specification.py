# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``app_probes``: what its entries may be, and what is wrong with them. A new kind is a line in KINDS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import SlipwayError
from .._preflight.formats import did_you_mean, shown
from .._preflight.problem import Problem
from .entry import Entry
from .kind import Kind
from .kinds.cors import Cors
from .kinds.dns import Dns
from .kinds.flow import Flow
from .kinds.port import Port
from .kinds.socketio import SocketIo
from .kinds.tls import Tls
from .kinds.upload import Upload
from .kinds.url import Url
from .kinds.websocket import WebSocket
from .placeholders import BUILT_IN

VARIABLE = "app_probes"
_NAME_MEND = "say what is as it should be, like the API is healthy"
KINDS: dict[str, type[Kind]] = {
    kind.key: kind for kind in (Url, Cors, SocketIo, WebSocket, Upload, Flow, Tls, Dns, Port)
}


@dataclass(frozen=True)
class Probe:
    """One probe by its name; ``timeout`` is ``None`` for the default of the run."""

    name: str
    kind: Kind
    timeout: float | None = None


def examine(app_probes: list[Any]) -> Iterator[Problem]:
    """Yield everything that is wrong with the data, by paths like ``app_probes[3].flow[1].keep``."""
    problems: list[Problem] = []
    list(_read(app_probes, problems))
    yield from problems


def parse(app_probes: list[Any]) -> list[Probe]:
    """Return the probes that the data describes.

    :raises SlipwayError: when something is wrong with it.
    """
    problems: list[Problem] = []
    probes = list(_read(app_probes, problems))
    if problems:
        first, more = problems[0], len(problems) - 1
        others = f" (one of {more + 1} problems)" if more else ""
        raise SlipwayError(f"{first.variable}: {first.what}{others}", first.mend.rstrip("?"))
    return probes


def _read(app_probes: list[Any], problems: list[Problem]) -> Iterator[Probe]:
    names: dict[str, int] = {}
    for index, data in enumerate(app_probes):
        path = f"{VARIABLE}[{index}]"
        if not isinstance(data, Mapping):
            mend = "write it like {name: the API is healthy, url: https://app.example.com/health}"
            problems.append(Problem(path, f"{shown(data)} is no probe", mend))
            continue
        entry = Entry(path, data, problems, set(BUILT_IN))
        name = _name(entry)
        if name in names:
            entry.problem("name", f"{VARIABLE}[{names[name]}] has this name, too", "give each probe its own")
        names.setdefault(name, index)
        timeout = entry.number("timeout", 0, 1, "seconds") or None
        if kind := _kind(entry):
            yield Probe(name, kind, timeout)


def _name(entry: Entry) -> str:
    if "name" not in entry.data:
        entry.problem("", "has no name", _NAME_MEND)
    return entry.text("name", _NAME_MEND).strip()


def _kind(entry: Entry) -> Kind | None:
    found = [key for key in entry.data if key in KINDS]
    if len(found) == 1:
        kind = KINDS[found[0]].read(entry)
        entry.finish()
        return kind
    if found:
        entry.problem("", f"has {' and '.join(found)}", "make a probe of each")
        return None
    for key in entry.data:
        if key not in ("name", "timeout") and (mend := did_you_mean(str(key), KINDS)):
            entry.problem(str(key), "is no key here", mend)
            return None
    entry.problem("", "does not say what to look at", f"give it one of {', '.join(KINDS)}")
    return None
