# SPDX-License-Identifier: GPL-3.0-or-later
"""The description through all of preflight, with what other roles offer and secrets still to be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.slipway.deploy.plugins.plugin_utils import _role_defaults
from support.preflight import Bench

PLACE = "inventory/group_vars/all.yml"
DESCRIPTION = """
app_name: gratonite
app_domain: gratonite.example
app_version: 1.4.2
app_compose: {services: {api: {image: acme/api}, postgres: {image: postgres}}}
app_images: {api: "acme/api:{{ app_version }}"}
app_backing: [postgres]
app_routes: [{host: "{{ app_domain }}", service: api, port: 4000, max_body: 25MB}]
app_environment: {api: {DATABASE_URL: "{{ postgres_url }}"}}
app_secrets: {api: {JWT_SECRET: "{{ jwt_secret }}"}}
app_rules: {api: {JWT_SECRET: {min_length: 64}, DATABASE_URL: {pattern: "postgresql://.+"}}}
"""
GENERATED = "secrets_generated: {jwt_secret: {}}\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An inventory in the current directory, as a person has it."""
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)


def test_what_backing_roles_offer_and_what_will_be_generated_counts_as_there(bench: Bench) -> None:
    bench.write(DESCRIPTION + GENERATED)
    result = bench.preflight("app")
    assert "failed" not in result, result["msg"]
    assert bench.questions == 0


def test_a_role_that_offers_something_must_be_named(bench: Bench) -> None:
    bench.write((DESCRIPTION + GENERATED).replace("app_backing: [postgres]", "app_keeps: [postgres]"))
    assert bench.preflight("app")["msg"] == (
        f"app_environment.api.DATABASE_URL ({PLACE}:9): refers to the variable 'postgres_url', which is not "
        "defined; define it or write the value itself."
    )


def test_a_secret_that_nobody_makes_is_missed(bench: Bench) -> None:
    bench.write(DESCRIPTION)
    assert bench.preflight("app")["msg"].startswith(
        f"app_secrets.api.JWT_SECRET ({PLACE}:10): refers to the variable 'jwt_secret', which is not "
    )


def test_a_secret_that_somebody_set_is_the_one_that_is_checked(bench: Bench) -> None:
    bench.write(f"{DESCRIPTION}{GENERATED}jwt_secret: 3kJ9sLq0\n")
    assert bench.preflight("app")["msg"] == (
        f"app_secrets.api.JWT_SECRET ({PLACE}:13): has 8 characters, and its rule wants at least 64; "
        "generate one: openssl rand -hex 32."
    )


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ("app_version: 1.4.2", "app_version: 1.4", "app_version ({}:4): is the number 1.4 and no text"),
        (
            "[postgres]",
            "[postgrs]",
            "app_backing[0] ({}:7): 'postgrs' is none of postgres, redis, object_storage",
        ),
        ("port: 4000", "prt: 4000", "app_routes[0].prt ({}:8): is no key here; did you mean 'port'?"),
        ("25MB", "much", "app_routes[0].max_body ({}:8): 'much' is no size; write it like 512M or 2G."),
        (
            "app_rules:",
            "app_rule:",
            "app_rule ({}:11): is no variable of the role app; did you mean",
        ),
        (
            "{api: {image",
            "{apo: {}, api: {image",
            "app_compose.services.apo ({}:5): service apo is in none of",
        ),
    ],
)
def test_every_sentence_has_a_place(bench: Bench, written: str, instead: str, sentence: str) -> None:
    assert written in DESCRIPTION
    bench.write(DESCRIPTION.replace(written, instead) + GENERATED)
    assert sentence.format(PLACE) in bench.preflight("app")["msg"]


def test_defaults_have_the_least_precedence() -> None:
    variables = {"app_backing": ["postgres", 7], "postgres_user": "ann"}
    merged = _role_defaults.with_role_defaults(DataLoader(), Templar(variables={}), ["app"], variables)
    assert (merged["postgres_user"], merged["app_keeps"]) == ("ann", [])
    assert "postgres_database" in merged


@pytest.mark.parametrize("backing", ["postgres", "{{ nowhere }}", None])
def test_backing_that_is_no_list_offers_nothing(backing: str | None) -> None:
    variables = {"app_backing": trust_as_template(backing) if backing else None}
    merged = _role_defaults.with_role_defaults(DataLoader(), Templar(variables={}), [], variables)
    assert "postgres_user" not in merged
