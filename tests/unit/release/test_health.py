# SPDX-License-Identifier: GPL-3.0-or-later
"""What is thought of a container, and what is said of one that does not become healthy."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._release import health
from ansible_collections.slipway.deploy.plugins.module_utils._release.engine import Engine

from .conftest import Answers

Start = Callable[[Answers], Engine]


def container(status: str = "running", policy: str = "unless-stopped", **state: Any) -> dict[str, Any]:
    labels = {
        "com.docker.compose.project": "notes-blue",
        "com.docker.compose.service": "notes-blue-api",
    }
    return {
        "Id": "1",
        "Name": "/notes-blue-api",
        "RestartCount": state.pop("restarts", 0),
        "Config": {"Labels": labels},
        "HostConfig": {"RestartPolicy": {"Name": policy}},
        "State": {"Status": status, "ExitCode": 0, "StartedAt": "now", **state},
    }


def said(status: str, output: str = "") -> dict[str, Any]:
    return {"Health": {"Status": status, "Log": [{"Output": output}]}}


@pytest.mark.parametrize(
    ("described", "verdict"),
    [
        (container(), "good"),
        (container(**said("healthy")), "good"),
        (container(**said("starting")), "waits"),
        (container(**said("unhealthy")), "bad"),
        (container("created"), "waits"),
        (container("restarting", ExitCode=1, restarts=1), "waits"),
        (container("restarting", ExitCode=1, restarts=3), "bad"),
        (container("exited", ExitCode=1), "waits"),
        (container("exited", "no", ExitCode=1), "bad"),
        (container("exited", "no"), "good"),
        (container("exited", "on-failure"), "good"),
    ],
)
def test_verdict(described: dict[str, Any], verdict: str) -> None:
    assert health.judge(described).state == verdict


def answers(described: dict[str, Any], log: bytes = b"") -> Answers:
    return {
        "GET /containers/json": (200, [{"Id": "1"}]),
        "GET /containers/1/json": (200, described),
        "GET /containers/1/logs": (200, log),
    }


def frame(text: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def test_a_sick_container_is_shown_with_its_last_words(engine: Start) -> None:
    sick = container(**said("unhealthy", "curl: (7) Failed to connect\n"))
    log = frame(b"starting\n") + frame(b"no such table: people\n", 2)
    with pytest.raises(health.UnhealthyError) as failure:
        health.wait(engine(answers(sick, log)), "notes-blue", {}, 5)
    assert failure.value.what == "api is unhealthy"
    assert failure.value.details == [
        "health check of api: curl: (7) Failed to connect",
        "log of api: starting",
        "log of api: no such table: people",
    ]


def test_the_wait_has_an_end(engine: Start) -> None:
    with pytest.raises(health.UnhealthyError) as failure:
        health.wait(engine(answers(container(**said("starting")))), "notes-blue", {}, 0)
    assert failure.value.what == "after 0 s, api is still starting"
    assert failure.value.mend == "a slow start needs a longer release_health_timeout"


def test_a_port_on_which_nothing_listens_is_named(engine: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken by us, and nobody listens
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        healthy = engine(answers(container(**said("healthy"))))
        with pytest.raises(health.UnhealthyError) as failure:
            health.wait(healthy, "notes-blue", {"api:4000": address}, 0)
    assert failure.value.what == "after 0 s, nothing listens on api:4000 in its container"
    assert failure.value.mend == "app_routes leads there: correct the port, or have the service listen on it"


def test_a_healthy_container_that_listens_is_enough(engine: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        healthy = engine(answers(container(**said("healthy"))))
        health.wait(healthy, "notes-blue", {"api:4000": address}, 5)


def test_without_health_check_a_container_has_to_stay(engine: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_SETTLED_SECONDS", 0.2)
    with pytest.raises(health.UnhealthyError):
        health.wait(engine(answers(container())), "notes-blue", {}, 0)
    health.wait(engine(answers(container())), "notes-blue", {}, 5)


def test_a_project_serves_when_each_of_its_services_does() -> None:
    assert health.serves([container()], ["notes-blue-api"])
    assert not health.serves([container()], ["notes-blue-api", "notes-blue-web"])
    assert not health.serves([container(**said("unhealthy"))], ["notes-blue-api"])


@pytest.mark.parametrize(
    ("described", "state"),
    [
        (container("exited", ExitCode=0), "does not run"),
        (container("restarting", ExitCode=1), "does not run"),
        (container(**said("unhealthy")), "is unhealthy"),
    ],
)
def test_a_backing_service_that_ails_is_named_with_its_last_words(
    engine: Start, described: dict[str, Any], state: str
) -> None:
    log = frame(b"PANIC: could not write\n")
    with pytest.raises(health.UnhealthyError) as failure:
        health.refuse_ailing(engine(answers(described, log)), ["object_storage"])
    sentence, *details = str(failure.value).splitlines()
    assert sentence == (
        f"object_storage, which the app stands on, {state}; run playbooks/backing.yml, which starts it."
    )
    assert details[-1] == "log of api: PANIC: could not write"


@pytest.mark.parametrize(
    "described", [container(), container(**said("healthy")), container(**said("starting"))]
)
def test_a_backing_service_that_is_well_or_about_to_be_is_none(
    engine: Start, described: dict[str, Any]
) -> None:
    health.refuse_ailing(engine(answers(described)), ["postgres"])


def test_a_backing_service_that_runs_elsewhere_is_nobodys_fault(engine: Start) -> None:
    health.refuse_ailing(engine({"GET /containers/json": (200, [])}), ["postgres", "redis"])
