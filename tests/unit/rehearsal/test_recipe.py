# SPDX-License-Identifier: GPL-3.0-or-later
"""An image's tag stands for everything that goes into it, and for nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._images.recipe import (
    load,
    offered_images,
)
from support.collection import CHECKOUT

IMAGES = CHECKOUT / "roles" / "rehearsal" / "files" / "images"
BASE = "slipway/debian:trixie-0123456789ab"


@pytest.fixture
def folder(tmp_path):
    image = tmp_path / "store"
    image.mkdir()
    (image / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nCOPY start /usr/local/bin/\n")
    (image / "start").write_text("#!/bin/sh\n")
    (image / "README.md").write_text("# store\n")
    (image / "image.yml").write_text("---\nnames: [example/store:1]\n")
    return image


def content(folder, base=BASE):
    return load([folder.parent], folder.name).content(base)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in IMAGES.glob("*/Dockerfile")))
def test_every_image_of_the_role_can_be_read_and_says_what_it_honours(name):
    recipe = load([IMAGES], name)
    assert recipe.files["Dockerfile"][1].startswith(b"ARG BASE\nFROM ${BASE}\n")
    assert (IMAGES / name / "README.md").read_text().startswith(f"# {name}\n")
    assert all(":" in production_name for production_name in recipe.names)


@pytest.fixture
def versions(folder):
    (folder / "image.yml").write_text("names: [example/store]\nversions: [1.0, 2.0-rc]\nofficial: false\n")
    return [folder.parent]


def test_a_version_is_the_tag_of_the_names_and_an_image_of_its_own(versions):
    first, second = load(versions, "store:1.0"), load(versions, "store:2.0-rc")
    assert (first.names, second.names) == (("example/store:1.0",), ("example/store:2.0-rc",))
    assert (first.version, second.version) == ("1.0", "2.0-rc")
    assert first.content(BASE) != second.content(BASE)
    assert not first.official


@pytest.mark.parametrize("image", ["store", "store:3.0", "store:"])
def test_a_version_that_is_none_is_answered_with_those_that_are(versions, image):
    with pytest.raises(SlipwayError, match=r"use one of store:1\.0, store:2\.0-rc\."):
        load(versions, image)


def test_an_image_without_versions_has_no_other(folder):
    with pytest.raises(SlipwayError, match=r"there is no image 'store:1'"):
        load([folder.parent], "store:1")


def test_the_first_folder_that_has_an_image_gives_it(folder, tmp_path):
    other = tmp_path / "others" / "store"
    other.mkdir(parents=True)
    (other / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    (other / "image.yml").write_text("names: [example/other]\nversions: [1]\n")
    assert load([other.parent, folder.parent], "store:1").names == ("example/other:1",)
    assert load([folder.parent, other.parent], "store").names == ("example/store:1",)
    assert offered_images([other.parent, folder.parent]) == ["store:1"]
    assert offered_images([folder.parent, other.parent]) == ["store"]


def test_what_production_does_not_pull_is_not_offered(folder):
    (folder / "image.yml").write_text("names: []\n")
    assert offered_images([folder.parent]) == []
    assert load([folder.parent], "store").official


def test_only_what_is_built_from_changes_the_content(folder):
    before = content(folder)
    (folder / "README.md").write_text("# another text\n")
    (folder / "image.yml").write_text("---\nnames: [example/store:1, example/store:2]\n")
    (folder / "start").chmod(0o600)  # the umask of a checkout
    assert content(folder) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "start").write_text("#!/bin/sh\nexit 1\n"),
        lambda folder: (folder / "start").chmod(0o755),
        lambda folder: (folder / "start").rename(folder / "begin"),
        lambda folder: (folder / "image.yml").write_text(
            "names: []\ngo: {program: a, module: b, version: v1, package: c, version_variable: d}\n"
        ),
    ],
    ids=["content", "execute bit", "name", "Go program"],
)
def test_whatever_is_built_from_changes_the_content(folder, change):
    before = content(folder)
    change(folder)
    assert content(folder) != before


def test_another_base_is_another_image(folder):
    assert content(folder) != content(folder, "slipway/debian:trixie-ba9876543210")


def test_an_image_that_is_none_is_answered_with_those_that_are(folder):
    with pytest.raises(SlipwayError, match=r"there is no image 'stroe' in .*; use one of store\."):
        load([folder.parent], "stroe")


@pytest.mark.parametrize(
    "description", ["", "[]", "go: {}", "names: []\ngo: {program: a}", "names: []\nofficail: false"]
)
def test_a_description_that_cannot_be_right_is_named(folder, description):
    (folder / "image.yml").write_text(description)
    with pytest.raises(SlipwayError, match=r"store/image\.yml is no description of an image"):
        load([folder.parent], "store")
