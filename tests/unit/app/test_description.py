# SPDX-License-Identifier: GPL-3.0-or-later
"""The description in one value: what it is made of, and how a host gets it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._app.description import App
from ansible_collections.slipway.deploy.plugins.module_utils._app.migration import Migration
from ansible_collections.slipway.deploy.plugins.module_utils._app.routes import (
    Route,
    Upstream,
    hosts,
    size,
    upstreams,
)
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

LEAST: dict[str, Any] = {"app_name": "a", "app_domain": "a.example", "app_version": "1"}
WHOLE: dict[str, Any] = {
    **LEAST,
    "app_images": {"web": "acme/web:1", "api": "acme/api:1"},
    "app_recreates": ["api"],
    "app_keeps": ["search"],
    "app_backing": ["postgres"],
    "app_routes": [
        {"host": "a.example", "service": "web", "port": "3000"},
        {"host": "b.example", "service": "web", "port": 3000},
        {"host": "a.example", "paths": ["/api/*"], "service": "api", "port": 80, "max_body": "25MB"},
    ],
    "app_environment": {"api": {"A": True, "B": 1, "C": 0.5, "D": "d"}},
    "app_secrets": {"api": {"E": "e"}, "web": {"F": "f"}},
    "app_migrations": [{"service": "api", "tool": "command", "commands": {"known": ["a", 1], "applied": []}}],
}


def test_values_are_texts_and_secrets_are_named() -> None:
    app = App.from_variables(WHOLE)
    assert app.environment == {
        "api": {"A": "true", "B": "1", "C": "0.5", "D": "d", "E": "e"},
        "web": {"F": "f"},
    }
    assert app.secret_names == {"api": ("E",), "web": ("F",)}


def test_what_is_not_given_is_empty() -> None:
    app = App.from_variables(LEAST)
    assert (app.routes, app.images, app.environment, app.migrations) == ((), {}, {}, ())


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, 'app_environment.api.A has no value; give it one, or "" for an empty text.'),
        ({}, "app_environment.api.A is no text; write one value; for JSON, use the filter to_json."),
    ],
)
def test_a_value_that_is_none_is_refused(value: Any, sentence: str) -> None:
    with pytest.raises(SlipwayError) as refused:
        App.from_variables({**LEAST, "app_environment": {"api": {"A": value}}})
    assert str(refused.value) == sentence


def test_a_host_gets_the_very_same() -> None:
    app = App.from_variables(WHOLE)
    assert App.from_json(app.to_json()) == app


def test_routes_lead_to_upstreams() -> None:
    routes = App.from_variables(WHOLE).routes
    assert routes[2] == Route("a.example", ("/api/*",), "api", 80, 25 * 1024**2)
    assert upstreams(routes) == (Upstream("api", 80), Upstream("web", 3000))
    assert [upstream.key for upstream in upstreams(routes)] == ["api:80", "web:3000"]
    assert hosts(routes) == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("written", "expected"), [(7, 7), ("7", 7), ("1K", 1024), ("2 MB", 2 * 1024**2), ("1GiB", 1024**3)]
)
def test_sizes(written: int | str, expected: int) -> None:
    assert size(written) == expected


@pytest.mark.parametrize("written", ["", "MB", "1.5M", "-1", "1T"])
def test_size_that_is_none(written: str) -> None:
    with pytest.raises(SlipwayError, match="is no size; write it like 25MB"):
        size(written)


def test_a_migration_takes_what_it_is_given() -> None:
    assert App.from_variables(WHOLE).migrations == (
        Migration("api", "command", commands={"known": ("a", "1")}),
    )
