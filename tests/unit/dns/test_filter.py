# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which a role gets a TSIG key from a file of the controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.slipway.deploy.plugins.filter.tsig_key import FilterModule

tsig_key = FilterModule().filters()["tsig_key"]


def test_key_as_it_stands_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text('key "slipway" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0";\n};\n')
    assert tsig_key(str(file)) == {"name": "slipway", "algorithm": "hmac-sha256", "secret": "c2VjcmV0"}


def test_file_without_a_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnsibleFilterError, match=f"{tmp_path}/none cannot be read"):
        tsig_key(str(tmp_path / "none"))
