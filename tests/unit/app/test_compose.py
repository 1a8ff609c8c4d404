# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a person's Compose file, as Compose 2.26 has normalised ``fixtures/compose.yml``."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._app.compose import (
    SlotProject,
    kept_project,
    slot_project,
)
from ansible_collections.slipway.deploy.plugins.module_utils._app.description import App
from ansible_collections.slipway.deploy.plugins.module_utils._app.environment import (
    container_environment,
    rendered,
)
from ansible_collections.slipway.deploy.plugins.module_utils._app.hazards import examine
from ansible_collections.slipway.deploy.plugins.module_utils._app.routes import Upstream

NORMALISED = json.loads((Path(__file__).parent / "fixtures" / "normalised.json").read_text())
APP = App.from_variables(
    {
        "app_name": "gratonite",
        "app_domain": "gratonite.example",
        "app_version": "1",
        "app_images": {name: f"acme/{name}:1" for name in ("api", "web", "worker", "prepare")},
        "app_recreates": ["worker"],
        "app_keeps": ["search"],
        "app_backing": ["redis"],
        "app_environment": {"api": {"DATABASE_URL": "postgres://$ecret", "FROM_SHELL": True}},
    }
)
IMAGES = {name: f"acme/{name}@sha256:{'0' * 64}" for name in APP.images}
PORTS = {Upstream("api", 4000): 21000, Upstream("web", 3000): 21001, Upstream("web", 3001): 21002}


def slot(normalised: dict[str, Any] = NORMALISED, project: str = "gratonite-blue") -> SlotProject:
    return slot_project(normalised, APP, IMAGES, PORTS, project)


def service(name: str, **changed: Any) -> dict[str, Any]:
    """Return a service of a slot, after these changes to the person's file."""
    made: dict[str, Any] = slot(with_service(name, **changed)).project["services"][f"gratonite-blue-{name}"]
    return made


def with_service(name: str, **changed: Any) -> dict[str, Any]:
    normalised = copy.deepcopy(NORMALISED)
    normalised["services"][name].update(changed)
    return normalised


def test_a_slot_has_the_released_services_and_what_they_use() -> None:
    project = slot().project
    assert project["name"] == "gratonite-blue"
    assert set(project) == {"name", "services", "networks", "volumes", "secrets", "configs"}
    assert set(project["services"]) == {f"gratonite-blue-{name}" for name in APP.images}
    assert set(project["networks"]) == {"default", "inner", "slipway"}
    assert set(project["volumes"]) == {"uploads"}
    assert project["secrets"] == {"token": {"environment": "TOKEN"}}
    assert project["configs"] == {"settings": {"content": "a=$$b"}}


def test_the_image_is_the_releases() -> None:
    assert service("api")["image"] == IMAGES["api"]
    made = service("web", pull_policy="build", profiles=["production"], build={"context": "."})
    assert made.keys().isdisjoint({"build", "develop", "pull_policy", "profiles"})


def test_an_upstream_is_published_on_the_loopback_address_alone() -> None:
    assert service("web")["ports"] == [
        {"host_ip": "127.0.0.1", "published": "21001", "target": 3000, "protocol": "tcp"},
        {"host_ip": "127.0.0.1", "published": "21002", "target": 3001, "protocol": "tcp"},
    ]
    assert "ports" not in service("worker", ports=[{"target": 80, "published": "80"}])


def test_a_slots_services_find_each_other_and_never_those_of_the_other_slot() -> None:
    networks = service("api")["networks"]
    assert networks == {
        "slipway": {},
        "default": {"aliases": ["api", "backend"]},
        "inner": {"aliases": ["api"]},
    }
    assert slot().project["networks"] == {
        "slipway": {"name": "slipway", "external": True},
        "default": {"ipam": {}},
        "inner": {"ipam": {}, "internal": True},
    }
    # What both slots have under one name on the network between them would be answered by both.
    green = slot(project="gratonite-green").project["services"]
    assert not set(green) & set(slot().project["services"])
    assert {made["container_name"] for made in green.values()} == set(green)


def test_a_service_waits_for_others_of_its_slot_only() -> None:
    assert service("api")["depends_on"] == {
        "gratonite-blue-prepare": {"condition": "service_completed_successfully", "required": True}
    }
    assert service("api")["links"] == ["gratonite-blue-prepare:prepare"]


def test_the_description_goes_over_the_file_and_dollars_stay_dollars() -> None:
    assert service("api")["environment"] == {
        "DATABASE_URL": "postgres://$$ecret",
        "DEFAULTED": "fallback",
        "EMPTY": "",
        "FROM_SHELL": "true",
        "PRICE": "$$5",
    }
    seen = {**service("api")["environment"], "DATABASE_URL": "postgres://$ecret", "PRICE": "$5"}
    assert container_environment(slot().project, "gratonite-blue-api") == seen
    assert rendered(NORMALISED, APP.environment, ["api", "web"]) == {
        "api": seen,
        "web": {"NODE_ENV": "development"},
    }
    assert service("worker")["command"] == ["work", "$$HOME"]


@pytest.mark.parametrize(
    ("name", "changed", "restart"),
    [
        ("api", {}, "unless-stopped"),
        ("web", {}, "always"),
        ("web", {"restart": "no"}, "no"),
        ("worker", {}, None),  # it has a policy in deploy
        ("prepare", {}, None),  # it is waited for until it ends
    ],
)
def test_a_service_comes_back_unless_it_says_otherwise(
    name: str, changed: dict[str, Any], restart: str | None
) -> None:
    assert service(name, **changed).get("restart") == restart


@pytest.mark.parametrize(
    ("wanted", "seconds"), [(None, "10s"), ("5m0s", "60s"), ("1m0s", "60s"), ("1.5s", "2s"), ("500ms", "1s")]
)
def test_the_time_to_stop_is_bounded(wanted: str | None, seconds: str) -> None:
    assert service("web", stop_grace_period=wanted)["stop_grace_period"] == seconds


def test_health_logs_limits_and_empty_commands_stay() -> None:
    made = service("api", entrypoint=[], user="1000")
    for key in ("healthcheck", "logging", "secrets", "configs", "hostname"):
        assert made[key] == NORMALISED["services"]["api"][key]
    assert made["deploy"]["resources"] == NORMALISED["services"]["api"]["deploy"]["resources"]
    assert "replicas" not in made["deploy"]
    assert (made["entrypoint"], made["user"]) == ([], "1000")


def test_volumes_are_the_same_for_all_slots_and_made_beforehand() -> None:
    blue, green = slot(), slot(project="gratonite-green")
    assert blue.project["volumes"] == green.project["volumes"]
    assert blue.project["volumes"] == {"uploads": {"name": "gratonite_uploads", "external": True}}
    assert blue.volumes == {
        "gratonite_uploads": {
            "driver": "local",
            "driver_opts": {"type": "tmpfs", "device": "tmpfs"},
            "labels": {},
        }
    }


def test_volumes_keep_their_name_when_the_file_was_read_under_another() -> None:
    normalised = json.loads(json.dumps(NORMALISED).replace("gratonite_uploads", "other_uploads"))
    normalised["name"] = "other"
    assert list(slot(normalised).volumes) == ["gratonite_uploads"]


def test_what_was_left_out_is_told() -> None:
    normalised = with_service("web", external_links=["x"], depends_on={}, stop_grace_period="90s")
    bridge = {"com.docker.network.bridge.name": "backplane"}
    normalised["networks"]["inner"].update(name="backplane", driver_opts=bridge)
    assert slot(normalised).notes == (
        "api: mac_address left out, as two slots cannot share it",
        "api: runs once in each slot, not several times",
        "api: host port 4000 is not published; a route leads to it",
        "api: host port 9229 is not published; no route leads to it",
        "api: is killed 60 s after it was told to stop, not 300 s",
        "api: its fixed address in the network inner left out, as slots share it",
        "api: link to db left out, as it is reached by its own name",
        "web: external_links left out, as two slots cannot share it",
        "web: host port 80-81 is not published; a route leads to it",
        "web: is killed 60 s after it was told to stop, not 90 s",
        "worker: container_name left out, as two slots cannot share it",
        "network inner: its name and its fixed range and its bridge's name left out, "
        "as each slot has its own",
    )


def test_the_persons_file_is_not_changed() -> None:
    before = copy.deepcopy(NORMALISED)
    slot()
    kept_project(NORMALISED, APP, "gratonite-kept")
    assert before == NORMALISED


def test_kept_services_are_in_a_project_of_their_own_by_their_own_names() -> None:
    kept = kept_project(NORMALISED, APP, "gratonite-kept")
    assert kept.project == {
        "name": "gratonite-kept",
        "services": {
            "search": {
                "command": None,
                "entrypoint": None,
                "image": "getmeili/meilisearch:v1",
                "networks": {"slipway": {}, "default": {}},
                "ports": NORMALISED["services"]["search"]["ports"],
                "restart": "unless-stopped",
                "volumes": NORMALISED["services"]["search"]["volumes"],
            }
        },
        "networks": {"slipway": {"name": "slipway", "external": True}, "default": {"ipam": {}}},
        "volumes": {"search": {"name": "precious", "external": True}},
    }
    assert kept.notes == ("search: host port 7700 stays closed from outside",)
    assert list(kept.volumes) == ["precious"]


def test_a_volume_that_somebody_else_makes_is_not_made() -> None:
    normalised = copy.deepcopy(NORMALISED)
    normalised["volumes"]["search"]["external"] = True
    assert kept_project(normalised, APP, "gratonite-kept").volumes == {}


TRUST = "remove it, or put the service in app_keeps if you trust it with that"
HOST = "gives whoever breaks into it the whole host"
TWICE = (
    "add web to app_recreates, so that the old one stops first, or to app_keeps instead of app_images, "
    "or mount it with read_only: true"
)


def bind(source: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "bind", "source": source, "target": "/x", **more}]


def told(normalised: dict[str, Any], app: App = APP) -> list[tuple[str, str, str]]:
    problems = [(problem.variable, problem.what, problem.mend) for problem in examine(normalised, app)]
    token = "app_compose.secrets.token"  # noqa: S105  # a path
    assert [where for where, _unused, _unused in problems].count(token) == 1
    return [problem for problem in problems if problem[0] != token]


@pytest.mark.parametrize(
    ("changed", "key", "what", "mend"),
    [
        ({"privileged": True}, "privileged", HOST, TRUST),
        ({"pid": "host"}, "pid", f"shares the host's, which {HOST}", TRUST),
        ({"cap_add": ["NET_ADMIN", "sys_admin"]}, "cap_add", f"sys_admin {HOST}", TRUST),
        (
            {"volumes": bind("/var/run/docker.sock", read_only=True)},
            "volumes[0]",
            f"/var/run/docker.sock {HOST}",
            TRUST,
        ),
        (
            {"volumes": bind("/srv/files")},
            "volumes[0]",
            "writes to /srv/files, and a release runs it twice at once while it switches",
            TWICE,
        ),
        (
            {"volumes": [{"type": "volume", "source": "uploads", "target": "/x"}]},
            "volumes[0]",
            "writes to uploads, and a release runs it twice at once while it switches",
            TWICE,
        ),
        (
            {"network_mode": "host"},
            "network_mode",
            "network_mode host keeps it from the proxy and from what it is run with",
            "remove it, or put the service in app_keeps",
        ),
        (
            {"volumes_from": ["api"]},
            "volumes_from",
            "volumes_from ties it to a container that a release replaces",
            "name the volumes themselves",
        ),
        (
            {"environment": {"SMTP_URL": None}},
            "environment.SMTP_URL",
            "takes its value from a shell, and a host has none",
            "write it in app_environment.web or app_secrets.web",
        ),
    ],
)
def test_what_no_release_can_do_or_no_operator_wants(
    changed: dict[str, Any], key: str, what: str, mend: str
) -> None:
    assert told(with_service("web", **changed)) == [(f"app_compose.services.web.{key}", what, mend)]


def test_single_kept_and_left_out_services_may_write_and_do_what_they_like() -> None:
    assert told(NORMALISED) == []
    assert told(with_service("search", privileged=True, network_mode="host", volumes=bind("/"))) == []
    assert told(with_service("db", environment={"A": None}, build={"context": "."})) == []


def test_hosts_build_nothing() -> None:
    assert told(with_service("search", image=None, build={"context": "."})) == [
        (
            "app_compose.services.search.build",
            "is built on the host that runs it, and hosts build nothing",
            "give it an image that a registry has",
        )
    ]


def test_parts_that_a_host_cannot_have() -> None:
    normalised = copy.deepcopy(NORMALISED)
    normalised["networks"]["slipway"] = {"name": "gratonite_slipway"}
    found = {problem.variable: problem.what for problem in examine(normalised, APP)}
    assert found == {
        "app_compose.networks.slipway": "is the network that every host has, and not the application's",
        "app_compose.secrets.token": "comes from the variable TOKEN of a shell, and a host has none",
    }
