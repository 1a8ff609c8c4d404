# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the secrets to generate, and what it has in their place."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible.template import trust_as_template

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import secrets
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.plugin_utils._secrets import planned

SHAPE = "write {} for a secret as usual, or {bytes: 32, encoding: base64}"
SIZE = "write a number from 16 to 1024"
ENCODING = "use one of hex, base64, base64url"
NAME = "begin with a letter and use letters, digits and underscores"


def problems(generated: dict[Any, Any]) -> list[tuple[str, str, str]]:
    given = Given({"secrets_generated": generated}, lambda: None)
    return [(problem.variable, problem.what, problem.mend) for problem in secrets.check(given)]


@pytest.mark.parametrize("entry", [None, {}, {"bytes": 16}, {"bytes": 1024, "encoding": "base64url"}])
def test_good_input_is_silent(entry: Any) -> None:
    assert problems({"jwt_secret": entry}) == []


@pytest.mark.parametrize(
    ("name", "entry", "variable", "what", "mend"),
    [
        ("jwt-secret", {}, "", "'jwt-secret' is no name for a variable", NAME),
        (7, {}, "", "7 is no name for a variable", NAME),
        ("key", 32, "", "is no dictionary", SHAPE),
        ("key", {"length": 32}, "", "has no option 'length'", "use bytes and encoding"),
        ("key", {"bytes": 15}, ".bytes", "15 is no size for a secret", SIZE),
        ("key", {"bytes": True}, ".bytes", "True is no size for a secret", SIZE),
        (
            "key",
            {"encoding": "b64"},
            ".encoding",
            "'b64' is no encoding",
            "use one of hex, base64, base64url",
        ),
    ],
)
def test_an_entry_that_cannot_be(name: Any, entry: Any, variable: str, what: str, mend: str) -> None:
    assert problems({name: entry}) == [(f"secrets_generated.{name}{variable}", what, mend)]


def test_placeholders_have_the_shape_and_are_the_same_each_time() -> None:
    variables = {
        "app_backing": ["postgres", "object_storage"],
        "secrets_generated": {"key": {"bytes": 32, "encoding": "base64"}, "postgres_password": {"bytes": 16}},
        "object_storage_secret_key": "set",
    }
    found = planned(variables)
    assert sorted(found) == ["key", "object_storage_access_key_id", "postgres_password"]
    assert [len(found[name]) for name in sorted(found)] == [44, 20, 32]
    assert len(base64.b64decode(found["key"], validate=True)) == 32
    assert len(set(found.values())) == 3
    assert planned(variables) == found


def test_only_what_is_needed_is_rendered() -> None:
    variables = {
        "services": ["redis"],
        "app_backing": trust_as_template("{{ services }}"),
        "secrets_generated": trust_as_template("{{ nobody_defined_this }}"),
        "another": trust_as_template("{{ 1 / 0 }}"),
    }
    assert list(planned(variables)) == ["redis_password"]


@pytest.mark.parametrize("backing", ["postgres", [["postgres"]], {"postgres": 1}, None])
def test_what_is_no_list_of_services_asks_for_nothing(backing: Any) -> None:
    assert planned({"app_backing": backing}) == {}
