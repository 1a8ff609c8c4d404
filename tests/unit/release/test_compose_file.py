# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels to the host of a person's Compose file, and what is refused because it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release.compose import (
    Reading,
    refuse_local_files,
)
from ansible_collections.slipway.deploy.plugins.plugin_utils._compose_file import read_compose_file


def write(folder: Path, content: str) -> str:
    (folder / "compose.yml").write_text(content)
    return str(folder / "compose.yml")


def test_environment_files_travel_along(tmp_path: Path) -> None:
    for name in ("a.env", "b.env", "c.env"):
        (tmp_path / name).write_text(f"FROM={name}\n")
    content = """
services:
  a: {env_file: a.env}
  b: {env_file: [./b.env, {path: c.env}, {path: absent.env, required: false}]}
  c: {image: x, ports: !reset []}
"""
    file = read_compose_file(write(tmp_path, content))
    assert file.text == content
    assert file.beside == {name: f"FROM={name}\n" for name in ("a.env", "b.env", "c.env")}


@pytest.mark.parametrize("name", ["../secret.env", "/etc/app.env", "${STAGE}.env"])
def test_an_environment_file_that_is_not_beside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SlipwayError, match="of the service a is not beside the Compose file; move it there"):
        read_compose_file(write(tmp_path, f"services: {{a: {{env_file: '{name}'}}}}"))


def test_a_missing_environment_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        SlipwayError, match=r"env_file of the service a, .*gone\.env, cannot be read: No such"
    ):
        read_compose_file(write(tmp_path, "services: {a: {env_file: gone.env}}"))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_bytes(b"\xff\xfe")
    with pytest.raises(SlipwayError, match=r"a\.env, is no text in UTF-8"):
        read_compose_file(write(tmp_path, "services: {a: {env_file: a.env}}"))


def test_a_broken_file_is_left_for_compose_to_explain(tmp_path: Path) -> None:
    assert read_compose_file(write(tmp_path, "services: [")).text == "services: ["


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match=r"app_compose, .*nowhere\.yml, cannot be read: No such file"):
        read_compose_file(str(tmp_path / "nowhere.yml"))


def test_inline_needs_no_directory() -> None:
    assert (
        read_compose_file({"services": {"a": {"image": "x"}}}).text == '{"services": {"a": {"image": "x"}}}'
    )
    with pytest.raises(SlipwayError, match="written inline it has no directory"):
        read_compose_file({"services": {"a": {"env_file": "a.env"}}})


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (
            {"volumes": [{"type": "bind", "source": "/here/conf/nginx.conf", "target": "/etc/n"}]},
            "web mounts ./conf/nginx.conf, which is beside the Compose file",
        ),
        ({"configs": [{"source": "settings"}]}, "web reads ./settings.json, which is beside"),
    ],
)
def test_what_a_service_needs_of_the_persons_directory_is_refused(
    definition: dict[str, object], sentence: str
) -> None:
    services = {"web": definition, "db": {"volumes": [{"type": "bind", "source": "/here/init.sql"}]}}
    project = {"services": services, "configs": {"settings": {"file": "/here/settings.json"}}}
    with pytest.raises(SlipwayError, match=sentence):
        refuse_local_files(Reading(project, (), "/here"), ["web"])


def test_paths_of_the_host_and_of_services_that_do_not_run_there_are_none_of_it() -> None:
    services = {
        "web": {"volumes": [{"type": "bind", "source": "/etc/ssl"}, {"type": "volume", "source": "data"}]},
        "db": {"volumes": [{"type": "bind", "source": "/here/init.sql"}]},
    }
    refuse_local_files(Reading({"services": services}, (), "/here"), ["web"])
