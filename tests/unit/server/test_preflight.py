# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role ``server`` refuses: a new server without a key, an existing one without its addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.server import check


def told(**variables: Any) -> list[str]:
    return [problem.sentence("") for problem in check(Given(variables, lambda: None))]


@pytest.fixture
def key(tmp_path: Path) -> str:
    for name in ("key", "key.pub"):
        (tmp_path / name).touch()
    return str(tmp_path / "key")


def test_good_variables_are_silent(key: str) -> None:
    assert told(server_provider="local", server_ssh_key=key) == []
    assert told(server_provider="existing", server_addresses=["203.0.113.7", "2001:db8::7"]) == []


@pytest.mark.parametrize("missing", ["key", "key.pub"])
def test_both_halves_of_the_key_are_needed_for_a_new_server(key: str, missing: str) -> None:
    Path(key).with_name(missing).unlink()
    (sentence,) = told(server_provider="local", server_ssh_key=key)
    assert f"there is no file {Path(key).with_name(missing)}" in sentence
    assert f"ssh-keygen -t ed25519 -f {key}" in sentence


def test_an_existing_machine_needs_no_key_but_its_addresses() -> None:
    (sentence,) = told(server_provider="existing", server_ssh_key="/nowhere/key")
    assert sentence.startswith("server_addresses")
    assert "203.0.113.7" in sentence


@pytest.mark.parametrize("address", ["203.0.113", "app.example.org", "203.0.113.0/24"])
def test_what_is_no_address_is_named(address: str) -> None:
    (sentence,) = told(server_provider="existing", server_addresses=["203.0.113.7", address])
    assert sentence.startswith("server_addresses[1]")
    assert f"'{address}' is no address" in sentence
