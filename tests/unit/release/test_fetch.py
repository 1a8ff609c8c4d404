# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images are fetched ahead, and that nothing is where nothing is missing or nobody is there to ask."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release import fetch
from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import Finished
from support.preflight import Bench

MODULE = "slipway.deploy.fetch_images"
DESCRIPTION = """
app_version: 1.4.2
app_images: {api: "acme/api:{{ app_version }}", worker: "acme/api:{{ app_version }}", web: acme/web}
app_backing: [postgres, object_storage]
postgres_image: "acme/postgres:{{ 17 }}"
"""
LASTING = ["docker.io/library/caddy:2", "acme/postgres:17", "versity/versitygw:v1.8.0"]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """An application on a host."""
    bench = Bench(tmp_path)
    bench.write(DESCRIPTION)
    return bench


def test_images_come_in_the_order_of_need(bench: Bench) -> None:
    bench.run("fetch_images", {})
    assert bench.sent == {MODULE: {"_lasting": LASTING, "_released": ["acme/api:1.4.2", "acme/web"]}}


@pytest.mark.parametrize(
    ("variables", "lasting"),
    [
        ("proxy_server: nginx\n", ["docker.io/library/nginx:1", *LASTING[1:]]),
        ("object_storage_kind: external\n", LASTING[:2]),
    ],
)
def test_what_another_choice_needs_is_fetched(bench: Bench, variables: str, lasting: list[str]) -> None:
    bench.write(DESCRIPTION + variables)
    bench.run("fetch_images", {})
    assert bench.sent[MODULE]["_lasting"] == lasting


def test_without_an_application_there_is_the_proxy(bench: Bench) -> None:
    bench.write("app_images: '{{ nowhere }}'\n")
    bench.run("fetch_images", {})
    assert bench.sent == {MODULE: {"_lasting": LASTING[:1], "_released": []}}


class Engine:
    """Has ``there``, and a registry that knows a name when it does not begin with ``lost``."""

    there = ("caddy:2", f"acme/web@sha256:{'0' * 64}")

    def image(self, reference: str) -> dict[str, str] | None:
        return {} if reference in self.there else None

    def digest(self, reference: str, _credentials: object) -> str:
        if reference.startswith("lost"):
            raise SlipwayError("no such image")
        return f"sha256:{'0' * 64}"


def test_only_what_is_lacking_is_fetched_and_each_once() -> None:
    assert fetch.lacking(Engine(), ["redis:8", "caddy:2", "redis:8"]) == ["redis:8"]


def test_the_application_comes_by_digest_and_an_unknown_image_is_for_the_release_to_tell() -> None:
    assert fetch.pinned(Engine(), ["lost/api", "acme/web:1"]) == [f"acme/web@sha256:{'0' * 64}"]


def test_every_image_is_pulled_though_one_is_not_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(fetch, "run", lambda argv, _seconds: commands.append(argv) or Finished(""))
    assert fetch.begin(["lost/api", "redis:8", "caddy:2"])
    (tmp_path / "docker").write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/calls; test "$3" != lost/api\n')
    (tmp_path / "docker").chmod(0o755)
    (command,) = commands
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(command[command.index("sh") :], check=False, env=environment)
    calls = sorted((tmp_path / "calls").read_text().splitlines())
    assert calls == [f"pull --quiet {image}" for image in ("caddy:2", "lost/api", "redis:8")]


def test_one_at_work_already_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []
    monkeypatch.setattr(
        fetch, "run", lambda argv, _seconds: commands.append(argv) or Finished("", "ended with 1")
    )
    assert not fetch.begin(["redis:8"])
    assert commands[0][-1] == "redis:8"
    assert f"--unit={fetch.UNIT}" in commands[0]
