# SPDX-License-Identifier: GPL-3.0-or-later
"""What was built is found again, built by one process at a time, and goes when nobody uses it."""

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._images import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "slipway"


def test_the_border_between_two_parts_counts():
    assert cache.content_hash(["ab", "c"]) != cache.content_hash(["a", "bc"])
    assert cache.content_hash(["ab"]) == cache.content_hash([b"ab"])


def test_the_cache_lies_where_the_user_says(own_cache):
    assert cache.cache_directory("debian") == own_cache / "debian"


def test_a_lock_is_held_by_one_alone_and_its_place_is_named():
    with (
        cache.build_lock("slipway/debian:trixie", timeout=1),
        pytest.raises(
            SlipwayError, match=r"is being built by another run .* it holds .*/locks/slipway_debian:trixie"
        ),
        cache.build_lock("slipway/debian:trixie", timeout=0),
    ):
        pytest.fail("two hold the lock")


def test_a_lock_is_free_again_afterwards():
    for _unused in range(2):
        with cache.build_lock("slipway/debian:trixie", timeout=0):
            pass


def test_only_what_nobody_used_for_thirty_days_goes(tmp_path):
    old, fresh = tmp_path / "old.tar", tmp_path / "fresh.tar"
    for path, days in ((old, 31), (fresh, 29)):
        path.touch()
        then = time.time() - days * 24 * 3600
        os.utime(path, (then, then))
    cache.drop_unused(tmp_path, "*.tar")
    assert not old.exists()
    assert fresh.exists()
