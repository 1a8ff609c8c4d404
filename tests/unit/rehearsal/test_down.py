# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything of an environment goes, in an order that works; nothing of anybody else's does."""

from __future__ import annotations

from types import SimpleNamespace

import docker
import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._images.progress import quiet
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal.down import down


class Engine:
    """An engine that answers only the environment's label, and writes down what was removed."""

    def __init__(self, ending=None):
        self.removed = []
        self._ending = ending
        for kind in ("container", "volume", "network"):
            setattr(self, f"{kind}s", SimpleNamespace(list=self._lister(kind)))

    def _lister(self, kind):
        def found(filters, **_):
            assert filters == {"label": "slipway.environment=local"}
            return [SimpleNamespace(name=f"a-{kind}", remove=self._remover(kind))]

        return found

    def _remover(self, kind):
        def remove(**options):
            self.removed.append((kind, options))
            if self._ending:
                raise self._ending

        return remove


@pytest.fixture
def state(tmp_path):
    for name in ("tsig.key", "ca.pem", "id_ed25519"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_containers_go_first_with_their_anonymous_volumes_and_the_network_last(state):
    engine = Engine()
    steps = down(engine, "local", state, False, quiet)
    assert engine.removed == [("container", {"force": True, "v": True}), ("volume", {}), ("network", {})]
    assert steps[:3] == ("remove container a-container", "remove volume a-volume", "remove network a-network")
    assert [path.name for path in state.iterdir()] == ["id_ed25519"]


def test_a_plan_removes_nothing(state):
    engine = Engine()
    assert len(down(engine, "local", state, True, quiet)) == 5
    assert engine.removed == []
    assert len(list(state.iterdir())) == 3


def test_what_another_run_removed_meanwhile_is_gone(state):
    down(Engine(docker.errors.NotFound("gone")), "local", state, False, quiet)


def test_what_the_engine_does_not_let_go_is_named(state):
    with pytest.raises(SlipwayError, match=r"Removing container a-container: .*in use"):
        down(Engine(docker.errors.APIError("x", explanation="in use")), "local", state, False, quiet)
