# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of containers held against the rules, through the action; and that no secret leaves it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.preflight import Bench
from support.tools import TOOLS, environment

SENTINEL = "Sentinel-47110815-never-shown"
PLACE = "inventory/group_vars/all.yml"
PROJECT = {
    "name": "gratonite",
    "services": {
        "api": {"environment": {"LOG_LEVEL": "info", "PRICE": "$$5", "FROM_SHELL": None}},
        "db": {"environment": {"POSTGRES_PASSWORD": "dev"}},
    },
}
VARIABLES = f"""
app_name: gratonite
app_domain: gratonite.example
app_version: 1.4.2
app_images: {{api: "acme/api:1"}}
app_backing: [postgres]
app_routes: [{{host: gratonite.example, service: api, port: 4000}}]
jwt_secret: {SENTINEL}
app_environment:
  api:
    CORS_ORIGIN: "https://{{{{ app_domain }}}}"
    DATABASE_URL: "{{{{ postgres_url }}}}"
postgres_password: {SENTINEL}
app_secrets:
  api:
    JWT_SECRET: "{{{{ jwt_secret }}}}"
app_rules:
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An inventory in the current directory, as a person has it."""
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)


def check(bench: Bench, rules: dict[str, Any], project: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the result under these rules for ``api``, after a look that no secret is in it."""
    bench.write(f"{VARIABLES}  {json.dumps({'api': rules})}\n")
    result = bench.run("env_check", {"project": project or PROJECT})
    assert SENTINEL not in json.dumps(result)
    assert not result["changed"]
    return result


def test_rules_that_are_kept(bench: Bench) -> None:
    rules = {
        "JWT_SECRET": {"min_length": 16},
        "CORS_ORIGIN": {"origins": ["app"]},
        "PRICE": {"pattern": r"\$5"},
        "DATABASE_URL": {},
    }
    result = check(bench, rules)
    assert "failed" not in result
    assert result["summary"] == "5 variables of 1 services, 4 with a rule"
    assert result["evidence"] == [{"gate": "environment", "passed": True, "observed": result["summary"]}]
    assert result["fingerprints"] == {"api": {"JWT_SECRET": "fp-82bc64b4741b"}}


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (
            {"JWT_SECRET": {"min_length": 64}},
            "app_secrets.api.JWT_SECRET (PLACE:8): has 29 characters, and its rule wants at least 64; "
            "generate one: openssl rand -hex 32.",
        ),
        (
            {"JWT_SECRET": {"bytes": 32}},
            "app_secrets.api.JWT_SECRET (PLACE:8): has 29 characters that are neither hexadecimal nor "
            "base64; generate one: openssl rand -hex 32.",
        ),
        (
            {"JWT_SECRET": {"pattern": "[a-z]+"}},
            "app_secrets.api.JWT_SECRET (PLACE:8): has 29 characters that do not match its rule's pattern "
            "[a-z]+; correct it.",
        ),
        (
            {"CORS_ORIGIN": {"origins": ["https://a.example"]}},
            "app_environment.api.CORS_ORIGIN (PLACE:11): its origin is none of https://a.example; "
            "write only origins that its rule names; app stands for those of app_routes.",
        ),
        (
            {"FROM_SHELL": {}},
            "app_rules.api.FROM_SHELL (PLACE:18): never reaches the container; "
            "write it in app_environment.api or app_secrets.api.",
        ),
        (
            {"LOG_LEVEL": {"pattern": "warning"}},
            "app_compose.services.api.environment.LOG_LEVEL (not set): "
            "has 4 characters that do not match its rule's pattern warning; correct it.",
        ),
        (
            {"LOG_LEVEL": {"patern": "x"}},
            "app_rules.api.LOG_LEVEL.patern (PLACE:18): is no key here; did you mean 'pattern'?",
        ),
    ],
)
def test_a_rule_that_is_broken(bench: Bench, rules: dict[str, Any], sentence: str) -> None:
    result = check(bench, rules)
    assert result["failed"]
    assert result["msg"] == sentence.replace("PLACE", PLACE)
    assert result["evidence"] == [{"gate": "environment", "passed": False, "observed": result["msg"]}]


def test_what_cannot_be_rendered_is_named(bench: Bench) -> None:
    bench.write(f"{VARIABLES.replace('{{ jwt_secret }}', '{{ jwt_sekret }}')}  {{}}\n")
    assert bench.run("env_check", {"project": PROJECT})["msg"] == (
        f"app_secrets.api.JWT_SECRET ({PLACE}:16): refers to the variable 'jwt_sekret', which is not "
        "defined; did you mean 'jwt_secret'?"
    )


@pytest.mark.parametrize("least", [16, 64])
def test_no_secret_in_any_output(tmp_path: Path, least: int) -> None:
    (tmp_path / "group_vars").mkdir()
    rules = json.dumps({"api": {"JWT_SECRET": {"min_length": least}}})
    (tmp_path / "group_vars" / "all.yml").write_text(f"{VARIABLES}  {rules}\n")
    (tmp_path / "hosts.yml").write_text("all: {hosts: {web1: {ansible_connection: local}}}\n")
    play = [
        {
            "hosts": "all",
            "gather_facts": False,
            "tasks": [{"slipway.deploy.env_check": {"project": PROJECT}}],
        }
    ]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
    done = subprocess.run(
        [TOOLS / "ansible-playbook", "play.yml", "-i", "hosts.yml", "-vvvv"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == (0 if least == 16 else 2), said
    assert "JWT_SECRET" in said
    assert SENTINEL not in said
