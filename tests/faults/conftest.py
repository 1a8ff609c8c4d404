# SPDX-License-Identifier: GPL-3.0-or-later
"""One environment in which things go wrong, one at a time; what served before must serve after."""

from __future__ import annotations

import pytest

from support.faulty_site import HEALTH, PAGE, FaultySite


@pytest.fixture(scope="package")
def site(tmp_path_factory):
    """The environment ``faults`` with the reference application, taken away whole at the end."""
    environment = FaultySite(tmp_path_factory.mktemp("evidence"))
    try:
        environment.must_play("playbooks/rehearse_up.yml", "playbooks/site.yml")
        yield environment
    finally:
        environment.down()
        assert not environment.things()


@pytest.fixture
def same(site):
    """The same containers serve before and after; a proxy that reads its routes anew may pause between."""
    before = site.serving()
    site.must_answer()
    yield
    site.must_answer()
    assert site.serving() == before


@pytest.fixture
def untouched(site):
    """The same containers serve before and after, and all the time in between every request is answered."""
    before = site.serving()
    with site.watched(HEALTH, PAGE) as failures:
        yield
    assert not failures
    assert site.serving() == before


@pytest.fixture
def answered(site):
    """Every request is answered, whoever serves."""
    with site.watched(HEALTH, PAGE) as failures:
        yield
    assert not failures
