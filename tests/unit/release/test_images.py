# SPDX-License-Identifier: GPL-3.0-or-later
"""From names to digests, and the engine's and registries' own words for what can go wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release import images
from ansible_collections.slipway.deploy.plugins.module_utils._release.engine import Engine

from .conftest import Answers

Start = Callable[[Answers], Engine]
DIGEST = "sha256:" + "a" * 64


def found(name: str) -> Answers:
    return {f"GET /distribution/{name}/json": (200, {"Descriptor": {"digest": DIGEST}})}


@pytest.mark.parametrize(
    ("name", "pinned"),
    [
        ("acme/api:1.0", f"acme/api@{DIGEST}"),
        ("postgres", f"postgres@{DIGEST}"),
        ("registry.example:5000/acme/api", f"registry.example:5000/acme/api@{DIGEST}"),
        ("registry.example:5000/acme/api:1", f"registry.example:5000/acme/api@{DIGEST}"),
    ],
)
def test_a_name_becomes_a_digest(engine: Start, name: str, pinned: str) -> None:
    assert images.pin(engine(found(name)), {"api": name}) == {"api": pinned}


def test_a_digest_needs_no_registry(engine: Start) -> None:
    assert images.pin(engine({}), {"api": f"acme/api@{DIGEST}"}) == {"api": f"acme/api@{DIGEST}"}


def test_what_the_host_has_is_not_pulled(engine: Start) -> None:
    answers: Answers = {f"GET /images/acme/api@{DIGEST}/json": (200, {"Id": "1"})}
    assert images.have(engine(answers), [f"acme/api@{DIGEST}"]) == []


@pytest.mark.parametrize(
    ("status", "words", "sentence"),
    [
        (404, "manifest unknown: manifest unknown", "the registry has no such image"),
        (
            500,
            'Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 127.0.0.11:53: no such host',
            "the registry cannot be reached from the host",
        ),
        (
            500,
            'Get "http://192.0.2.1:5000/v2/": dial tcp 192.0.2.1:5000: connect: connection refused',
            "the registry cannot be reached from the host",
        ),
        (
            401,
            "pull access denied for acme/api, repository does not exist or may need 'docker login': denied",
            "the registry does not let the host have it, or there is no such image",
        ),
        (500, "write /var/lib/docker/tmp/x: no space left on device", "the host's disk is full"),
        (429, "toomanyrequests: You have reached your pull rate limit.", "wants to be asked less"),
        (500, "x509: certificate signed by unknown authority", "the registry's certificate is not valid"),
    ],
)
def test_a_refusal_becomes_a_cause(engine: Start, status: int, words: str, sentence: str) -> None:
    start = engine({"GET /distribution/": (status, {"message": words})})
    with pytest.raises(SlipwayError) as failure:
        images.pin(start, {"api": "acme/api:1"})
    assert failure.value.what.startswith("acme/api:1 cannot be pulled: ")
    assert sentence in failure.value.what
    assert words.removesuffix(".") in failure.value.what
    assert failure.value.mend


def test_an_engine_that_is_not_there(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "none.sock")
    assert not engine.there
    with pytest.raises(SlipwayError, match="no Docker Engine answers on the host"):
        images.pin(engine, {"api": "acme/api:1"})


def test_ports_that_an_image_declares(engine: Start) -> None:
    exposed = {"ExposedPorts": {"3000/tcp": {}, "53/udp": {}}}
    assert images.exposed(engine({"GET /images/": (200, {"Config": exposed})}), "acme/web") == {3000}
    assert images.exposed(engine({"GET /images/": (200, {"Config": {}})}), "acme/web") == set()


def test_the_hosts_login_goes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    login = {"auth": base64.b64encode(b"deploy:sentinel").decode()}
    logins = {"ghcr.io": login, "https://index.docker.io/v1/": login}
    (tmp_path / "config.json").write_text(json.dumps({"auths": logins}))
    monkeypatch.setattr(images, "LOGINS", tmp_path / "config.json")
    asked = []

    class Listening(Engine):
        def digest(self, reference: str, credentials: object = None) -> str:
            asked.append(credentials)
            return DIGEST

    images.pin(Listening(), {"a": "ghcr.io/acme/api:1", "b": "acme/api:1", "c": "other.example/api:1"})
    account = {"username": "deploy", "password": "sentinel"}
    assert asked == [
        {**account, "serveraddress": "ghcr.io"},
        {**account, "serveraddress": "https://index.docker.io/v1/"},
        None,
    ]
