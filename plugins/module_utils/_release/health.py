# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wait until every container of a project is healthy and listens; or say why one is not."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .._errors import SlipwayError
from .engine import Engine
from .programs import last_lines

LOG_LINES = 12
_PAUSE_SECONDS = 0.5
_SETTLED_SECONDS = 3.0  # for a container without health check: a program that cannot run ends sooner
_MOST_RESTARTS = 3
_CONNECT_SECONDS = 2.0
_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"

Container = Mapping[str, Any]


class UnhealthyError(SlipwayError):
    """Why containers are not healthy, and what they have written last."""

    def __init__(self, what: str, details: Sequence[str], mend: str = "") -> None:
        super().__init__(what, mend)
        self.details = list(details)

    def __str__(self) -> str:
        """Return the sentence, and a line for each detail."""
        return "\n".join([super().__str__(), *self.details])


@dataclass(frozen=True)
class Verdict:
    """What is to be thought of one container."""

    state: Literal["good", "waits", "bad"]
    words: str = ""


def judge(container: Container) -> Verdict:
    """Return the verdict on a container as the engine describes it."""
    state = container["State"]
    health = (state.get("Health") or {}).get("Status", "none")
    if state["Status"] in ("exited", "dead") and not _will_be_started_again(container):
        ended = f"has ended with {state['ExitCode']}"
        return Verdict("bad" if state["ExitCode"] else "good", ended)
    if container.get("RestartCount", 0) >= _MOST_RESTARTS:
        return Verdict("bad", f"ends again and again, the last time with {state['ExitCode']}")
    if state["Status"] != "running":
        return Verdict("waits", f"is {state['Status']}")
    if health == "unhealthy":
        return Verdict("bad", "is unhealthy")
    if health == "starting":
        return Verdict("waits", "is still starting")
    return Verdict("good")


def serves(containers: Sequence[Container], services: Iterable[str]) -> bool:
    """Whether each of the project's services has containers, and all of these are good."""
    there = {str(container["Config"]["Labels"][_SERVICE]) for container in containers}
    return there >= set(services) and all(judge(container).state == "good" for container in containers)


def refuse_ailing(engine: Engine, backing: Iterable[str]) -> None:
    """Raise UnhealthyError when a backing service that a role has started does not run or is unhealthy."""
    for name in backing:
        containers = engine.containers(f"slipway-{name.replace('_', '-')}")
        ailing = [container for container in containers if _ails(container)]
        if ailing:
            state = "is unhealthy" if ailing[0]["State"]["Status"] == "running" else "does not run"
            raise UnhealthyError(
                f"{name}, which the app stands on, {state}",
                described(engine, ailing),
                "run playbooks/backing.yml, which starts it",
            )


def _ails(container: Container) -> bool:
    state = container["State"]
    return state["Status"] != "running" or (state.get("Health") or {}).get("Status") == "unhealthy"


def service_of(container: Container) -> str:
    """Return the service that a container belongs to, as the person calls it."""
    labels = container["Config"]["Labels"]
    return str(labels[_SERVICE]).removeprefix(f"{labels[_PROJECT]}-")


def wait(engine: Engine, project: str, addresses: Mapping[str, str], seconds: float) -> None:
    """Return once all containers of the project are good and all addresses accept connections.

    Raises UnhealthyError as soon as one cannot become good any more, or after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    since: dict[tuple[str, str], float] = {}
    while True:
        containers = engine.containers(project)
        verdicts = [(container, judge(container)) for container in containers]
        bad = [(container, verdict) for container, verdict in verdicts if verdict.state == "bad"]
        if bad:
            raise _unhealthy(engine, bad)
        waiting = [(container, verdict) for container, verdict in verdicts if verdict.state == "waits"]
        unsettled = [container for container in containers if not _settled(container, since)]
        deaf = [] if waiting or unsettled else _deaf(addresses)
        if containers and not waiting and not unsettled and not deaf:
            return
        if time.monotonic() >= deadline:
            raise _too_late(engine, seconds, waiting, deaf, containers)
        time.sleep(_PAUSE_SECONDS)


def described(engine: Engine, containers: Sequence[Container]) -> list[str]:
    """Return the last words of the containers: of their health checks and of their logs."""
    lines = []
    for container in containers:
        name = service_of(container)
        checks = (container["State"].get("Health") or {}).get("Log") or ()
        if checks and (said := " | ".join(last_lines(str(checks[-1]["Output"]), 3))):
            lines.append(f"health check of {name}: {said}")
        with contextlib.suppress(Exception):
            lines += [
                f"log of {name}: {line}" for line in last_lines(engine.log(container, LOG_LINES), LOG_LINES)
            ]
    return lines


def _unhealthy(engine: Engine, bad: Sequence[tuple[Container, Verdict]]) -> UnhealthyError:
    words = ", ".join(f"{service_of(container)} {verdict.words}" for container, verdict in bad)
    return UnhealthyError(words, described(engine, [container for container, _verdict in bad]))


def _too_late(
    engine: Engine,
    seconds: float,
    waiting: Sequence[tuple[Container, Verdict]],
    deaf: Sequence[str],
    containers: Sequence[Container],
) -> UnhealthyError:
    words = [f"{service_of(container)} {verdict.words}" for container, verdict in waiting]
    words += [f"nothing listens on {key} in its container" for key in deaf]
    silent = {key.partition(":")[0] for key in deaf}
    guilty = [container for container, _verdict in waiting]
    guilty += [container for container in containers if service_of(container) in silent]
    mends = ["a slow start needs a longer release_health_timeout"] if waiting else []
    mends += ["app_routes leads there: correct the port, or have the service listen on it"] if deaf else []
    what = f"after {seconds:.0f} s, {', '.join(words) or 'there is no container'}"
    return UnhealthyError(what, described(engine, guilty), "; ".join(mends))


def _will_be_started_again(container: Container) -> bool:
    policy = ((container.get("HostConfig") or {}).get("RestartPolicy") or {}).get("Name") or "no"
    if policy == "on-failure":
        return bool(container["State"]["ExitCode"])
    return policy != "no"


def _settled(container: Container, since: dict[tuple[str, str], float]) -> bool:
    state = container["State"]
    if state.get("Health") or state["Status"] != "running":
        return True
    first = since.setdefault((str(container["Id"]), str(state["StartedAt"])), time.monotonic())
    return time.monotonic() - first >= _SETTLED_SECONDS


def _deaf(addresses: Mapping[str, str]) -> list[str]:
    """Return the keys of the addresses that accept no connection."""
    found = []
    for key, address in addresses.items():
        host, _colon, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
        except OSError:
            found.append(key)
    return found
