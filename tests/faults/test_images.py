# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that cannot be had."""

from __future__ import annotations

import pytest

# No migration lies between the two: the page of the next release before the API of this one.
NEXT_PAGE = {
    "api": "slipway/reference-api:1.0.0",
    "worker": "slipway/reference-api:1.0.0",
    "web": "slipway/reference-web:1.1.0",
}


@pytest.mark.usefixtures("untouched")
def test_an_image_that_does_not_exist(site):
    site.refused(
        site.release("9.9.9"),
        "slipway/reference-api:9.9.9 cannot be pulled: the registry has no such image",
        "push it, or correct app_images.",
    )


@pytest.mark.usefixtures("untouched")
def test_a_full_disk_of_the_engine(site):
    site.forget_images()
    with site.full("/var/lib/docker/tmp", files=0):
        run = site.release("1.2.0-unhealthy")
    site.refused(
        run,
        "cannot be pulled: the host's disk is full, at /var/lib/docker; free some of it; "
        "`df -h` and `docker system df` on the host say what holds it.",
    )


@pytest.mark.usefixtures("answered")
def test_a_registry_out_of_reach_and_back(site):
    before = site.serving()
    with site.stopped("registry"):
        run = site.release(app_images=NEXT_PAGE)
    site.refused(
        run,
        "cannot be pulled: the registry cannot be reached from the host (",
        "check its name, the host's DNS and network, and docker_registry_mirrors.",
    )
    assert site.serving() == before
    again = site.release(app_images=NEXT_PAGE)
    assert again.code == 0, again.output
    assert site.serving()["release"] != before["release"]
