# SPDX-License-Identifier: GPL-3.0-or-later
"""That no registry answers is found out once; that one has not an image says nothing about the next."""

from __future__ import annotations

import docker
import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._images.official import OfficialImages


class Engine:
    """An engine whose pulls end as told, and that counts them."""

    def __init__(self, *endings):
        self._endings = list(endings)
        self.pulled = []
        self.api = self

    def ping(self):
        return True

    def close(self):
        pass

    def pull(self, repository, tag, **_):
        self.pulled.append(f"{repository}:{tag}")
        ending = self._endings.pop(0)
        if isinstance(ending, Exception):
            raise ending
        return ending


@pytest.fixture
def engine_with(monkeypatch):
    def use(*endings):
        engine = Engine(*endings)
        monkeypatch.setattr(docker, "from_env", lambda **_: engine)
        return engine

    return use


def test_a_pulled_image_is_returned_by_its_full_name(engine_with):
    engine = engine_with([{"status": "Pulling"}, {"status": "Digest"}])
    assert OfficialImages().pull("library/postgres:17") == "docker.io/library/postgres:17"
    assert engine.pulled == ["docker.io/library/postgres:17"]


@pytest.mark.parametrize(
    "ending",
    [
        docker.errors.APIError("server error", explanation="lookup registry.example: no such host"),
        TimeoutError("read timed out"),
        [{"error": "dial tcp 192.0.2.1:443: i/o timeout"}],
    ],
    ids=["no such host", "silence", "lost on the way"],
)
def test_a_registry_that_does_not_answer_is_asked_once(engine_with, ending):
    engine = engine_with(ending)
    official = OfficialImages()
    assert [official.pull("library/postgres:17"), official.pull("library/redis:8")] == [None, None]
    assert len(engine.pulled) == 1


@pytest.mark.parametrize(
    "answer",
    ["manifest unknown: manifest unknown", "pull access denied for example/none, repository does not exist"],
)
def test_an_image_that_the_registry_has_not_says_nothing_about_the_next(engine_with, answer):
    engine_with(docker.errors.NotFound(answer, explanation=answer), [{"status": "Digest"}])
    official = OfficialImages()
    assert official.pull("example/none:1") is None
    assert official.pull("library/redis:8") == "docker.io/library/redis:8"
