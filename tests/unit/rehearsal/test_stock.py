# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images are asked for elsewhere before one is built here."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._images.progress import quiet
from ansible_collections.slipway.deploy.plugins.module_utils._images.recipe import load
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal import stock


class Registry:
    """Remembers what was published."""

    def __init__(self):
        self.published = []

    def publish(self, reference, names, keep=None):
        self.published.append((reference, list(names)))
        if keep:
            keep.touch()

    def publish_kept(self, kept, names):
        self.published.append((kept.stem, list(names)))


class Official:
    """A public registry that has everything, and remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def pull(self, name):
        self.asked.append(name)
        return f"docker.io/{name}"


@pytest.fixture
def official(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    official = Official()
    monkeypatch.setattr(stock, "OfficialImages", lambda: official)
    monkeypatch.setattr(stock, "ensure_bootstrapped", lambda *_, **__: "slipway/debian:trixie")
    monkeypatch.setattr(stock, "is_there", lambda *_: True)
    return official


def bring(tmp_path, description):
    image = tmp_path / "shop"
    image.mkdir(exist_ok=True)
    (image / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    (image / "image.yml").write_text(description)
    recipe, registry = load([tmp_path], "shop"), Registry()
    steps = stock.Stock(None, [tmp_path], False, quiet)._bring(registry, recipe, list(recipe.names))
    return recipe.reference("slipway/debian:trixie"), registry.published, steps


def test_the_official_image_is_taken_where_there_is_one(tmp_path, official):
    _built, published, steps = bring(tmp_path, "names: [library/shop:1]")
    assert published == [("docker.io/library/shop:1", ["library/shop:1"])]
    assert steps == ["publish library/shop:1 (official)"]


def test_one_that_nobody_else_has_is_asked_for_nowhere(tmp_path, official):
    built, published, steps = bring(tmp_path, "names: [acme/shop:1]\nofficial: false")
    assert official.asked == []
    assert published == [(built, ["acme/shop:1"])]
    assert steps == ["publish acme/shop:1 (built here)"]


def test_one_that_was_packed_for_another_registry_is_not_built_again(tmp_path, official, monkeypatch):
    bring(tmp_path, "names: [acme/shop:1]\nofficial: false")
    monkeypatch.delattr(stock.Stock, "_build")
    _built, published, _steps = bring(tmp_path, "names: [acme/shop:1]\nofficial: false")
    ((kept, names),) = published
    assert kept.startswith("shop-")
    assert names == ["acme/shop:1"]
