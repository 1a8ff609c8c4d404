# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian images are made once for each content; what stops it is said with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._images import bootstrap
from ansible_collections.slipway.deploy.plugins.module_utils._images.apt_configuration import AptConfiguration

APT = AptConfiguration("http://mirror.example/debian", "http://mirror.example/security", "")
PROXY = AptConfiguration(
    APT.archive, APT.security, 'Acquire::http::Proxy "http://u:sentinel@proxy.example";\n'
)


class Engine:
    """An engine that remembers what it imported."""

    def __init__(self) -> None:
        self.imported: list[str] = []
        self.images = self.api = self

    def list(self, name):
        return [name] if name in self.imported else []

    def import_image(self, path, repository, tag, **_):
        assert Path(path).read_text() == "a root file system"
        self.imported.append(f"{repository}:{tag}")
        return ""


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A machine with a mmdebstrap that writes down what it was told, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(bootstrap, "of_this_machine", lambda: APT)
    monkeypatch.setattr(bootstrap, "_DEBIAN_KEYS", tmp_path)
    program(tmp_path, "cat >$0.input; echo $* >$0.told; printf 'a root file system' >$6")
    return tmp_path


def program(folder: Path, script: str) -> None:
    (folder / "mmdebstrap").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "mmdebstrap").chmod(0o755)


def test_the_second_call_finds_the_image(engine):
    first = bootstrap.ensure_bootstrapped(engine, "trixie")
    assert bootstrap.ensure_bootstrapped(engine, "trixie") == first
    assert engine.imported == [first]
    assert first == bootstrap.bootstrapped_reference("trixie")
    assert first.startswith("slipway/debian:trixie-")


def test_an_engine_that_was_wiped_is_filled_from_the_cache(engine, machine):
    bootstrap.ensure_bootstrapped(engine, "trixie")
    program(machine, "exit 1")
    engine.imported.clear()
    assert bootstrap.ensure_bootstrapped(engine, "trixie") in engine.imported


def test_packages_reach_mmdebstrap_and_the_machines_mirror_its_input(engine, machine):
    program(machine, "cat >$0.input; echo $* >$0.told; printf 'a root file system' >$7")
    bootstrap.ensure_bootstrapped(engine, "trixie", ["curl", "bash"])
    told = (machine / "mmdebstrap.told").read_text().split()
    assert "--include=bash,curl" in told
    assert told[-1] == "-"
    assert (machine / "mmdebstrap.input").read_text() == APT.sources("trixie")


def test_a_proxys_password_is_in_no_argument(engine, machine, monkeypatch):
    monkeypatch.setattr(bootstrap, "of_this_machine", lambda: PROXY)
    bootstrap.ensure_bootstrapped(engine, "trixie")
    assert "sentinel" not in (machine / "mmdebstrap.told").read_text()


def test_the_tag_stands_for_what_goes_in_and_not_for_its_order(monkeypatch):
    reference = bootstrap.bootstrapped_reference
    assert reference("trixie", ["a", "b"]) == reference("trixie", ["b", "a"])
    different = {
        reference("trixie"),
        reference("trixie", ["a"]),
        reference("bookworm"),
        reference("trixie", variant="apt"),
        reference("trixie", customise=["true"]),
    }
    monkeypatch.setattr(bootstrap, "of_this_machine", lambda: PROXY)
    assert len(different | {reference("trixie")}) == 6


def test_a_machine_without_mmdebstrap_is_told_how_to_get_it(engine, machine, monkeypatch):
    (machine / "mmdebstrap").unlink()
    monkeypatch.setenv("PATH", str(machine))
    with pytest.raises(SlipwayError, match="apt-get install mmdebstrap"):
        bootstrap.ensure_bootstrapped(engine, "trixie")


def test_a_machine_without_debians_keys_is_told_how_to_get_them(engine, machine, monkeypatch):
    monkeypatch.setattr(bootstrap, "_DEBIAN_KEYS", machine / "none")
    with pytest.raises(SlipwayError, match="apt-get install debian-archive-keyring"):
        bootstrap.ensure_bootstrapped(engine, "trixie")


def test_a_failure_shows_the_end_of_the_output_and_leaves_nothing(engine, machine):
    program(machine, "seq 100; echo 'E: unable to fetch' >&2; exit 100")
    with pytest.raises(SlipwayError, match="run apt-get update") as failure:
        bootstrap.ensure_bootstrapped(engine, "trixie")
    assert "E: unable to fetch" in str(failure.value)
    assert "\n50\n" not in str(failure.value)
    assert list((machine / "cache" / "slipway" / "debian").iterdir()) == []
