# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input to the role rehearsal is refused with its mend."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.rehearsal import check

GOOD = {"rehearsal_environment": "local", "rehearsal_zone": "rehearsal.example", "rehearsal_timeout": 60}


@pytest.mark.parametrize(
    ("image", "mend"),
    [
        ("postgers", "did you mean 'postgres'?"),
        ("mongo-db", "use some of caddy, nginx, postgres, redis, versitygw"),
        ("dns", "use some of caddy, nginx, postgres, redis, versitygw"),
    ],
)
def test_an_image_that_is_none_is_named_with_its_place(image, mend):
    (problem,) = problems(rehearsal_images=["redis", image])
    assert (problem.variable, problem.mend) == ("rehearsal_images[1]", mend)


def test_images_of_further_folders_are_known(tmp_path):
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    (shop / "image.yml").write_text("names: [acme/shop]\nversions: [1.0.0]\n")
    given = {"rehearsal_image_directories": [str(tmp_path)], "rehearsal_images": ["redis", "shop:1.0.0"]}
    assert problems(**given) == []
    (problem,) = problems(**{**given, "rehearsal_images": ["shop:1.0.1"]})
    assert (problem.variable, problem.mend) == ("rehearsal_images[0]", "did you mean 'shop:1.0.0'?")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    (problem,) = problems(rehearsal_image_directories=[str(tmp_path), str(tmp_path / "imgaes")])
    assert problem.variable == "rehearsal_image_directories[1]"
    assert problem.what.endswith("imgaes")


def problems(**changes):
    return list(check(Given({**GOOD, **changes}, lambda: None)))


@pytest.mark.parametrize(
    "zone", ["rehearsal.example", "a.b-c.test", "app.example.com", "example.org", "xn--e1a.example"]
)
def test_good_input_passes(zone):
    assert problems(rehearsal_zone=zone) == []


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("rehearsal_environment", "", "is no name for an environment"),
        ("rehearsal_environment", "My Shop", "is no name for an environment"),
        ("rehearsal_environment", "-local", "is no name for an environment"),
        ("rehearsal_environment", "l" * 21, "is no name for an environment"),
        ("rehearsal_zone", "", "is no DNS zone"),
        ("rehearsal_zone", "rehearsal.example.", "is no DNS zone"),
        ("rehearsal_zone", "re hearsal.example", "is no DNS zone"),
        ("rehearsal_zone", "my-shop.dev", "could be somebody's"),
        ("rehearsal_zone", "counterexample.com", "could be somebody's"),
        ("rehearsal_timeout", 0, "is no time to wait"),
    ],
)
def test_bad_input_is_named_with_a_mend(variable, value, what):
    (problem,) = problems(**{variable: value})
    assert problem.variable == variable
    assert what in problem.what
    assert problem.mend
