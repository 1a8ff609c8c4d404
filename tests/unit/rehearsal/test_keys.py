# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that changes the zone is made once, readable by its owner alone, and in no error message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._rehearsal import keys


def test_a_new_key_is_understood_by_knot():
    key = keys.new_tsig_key()
    secret = re.search(r'secret "([^"]+)"', key)[1]
    section = keys.knot_key_section(key, Path("tsig.key")).decode()
    assert section == f"key:\n  - id: slipway\n    algorithm: hmac-sha256\n    secret: {secret}\n"


def test_no_two_keys_are_alike():
    assert keys.new_tsig_key() != keys.new_tsig_key()


@pytest.mark.parametrize(
    "content",
    [
        'key "slipway" { algorithm hmac-sha256; secret "c2VudGluZWw=',
        'key "other" { algorithm hmac-sha256; secret "c2VudGluZWw="; };',
        "c2VudGluZWw=",
    ],
)
def test_a_file_that_holds_no_key_is_named_and_not_shown(content):
    with pytest.raises(SlipwayError) as failure:
        keys.knot_key_section(content, Path("/state/tsig.key"))
    assert "/state/tsig.key holds no TSIG key" in str(failure.value)
    assert "c2VudGluZWw" not in str(failure.value)


def test_a_file_is_written_once_with_its_mode(tmp_path):
    path = tmp_path / "state" / "tsig.key"
    assert keys.write_if_different(path, "one", 0o600)
    assert not keys.write_if_different(path, "one", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert keys.write_if_different(path, "one", 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(SlipwayError, match=r"state/tsig\.key cannot be written"):
        keys.write_if_different(tmp_path / "state" / "tsig.key", "one", 0o600)
