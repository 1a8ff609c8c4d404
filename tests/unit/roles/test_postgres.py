# SPDX-License-Identifier: GPL-3.0-or-later
"""What the postgres role writes and refuses, for defaults and for each variable that changes it."""

from __future__ import annotations

import subprocess
from typing import Any
from urllib.parse import unquote, urlsplit

import jinja2
import pytest
import yaml
from ansible.plugins.filter.core import FilterModule as CoreFilters

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import postgres
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.host import Host
from support.collection import CHECKOUT
from support.templates import RoleTemplates

GIB = 1024**3
SECRET = "sentinel-p/w:@%s$#-of-the-app"  # noqa: S105  known to this test alone
GOOD: dict[str, Any] = {
    "postgres_image": "pgvector/pgvector:pg17",
    "postgres_password": SECRET,
    "postgres_user": "notes",
    "postgres_database": "notes",
    "postgres_extensions": ["vector"],
    "postgres_memory": "25%",
    "postgres_max_connections": 100,
    "postgres_data_directory": "/var/lib/slipway/postgres",
}


def host(memory: int = 4 * GIB) -> Host:
    return Host("debian", "13", "trixie", "x86_64", 9 * GIB, 9 * GIB, memory, "root", False, None)


def told(seen: Host | None = None, **variables: Any) -> list[tuple[str, str]]:
    """Return the variable and the fault of each problem; every one must come with a mend, and no secret."""
    problems = list(postgres.check(Given({**GOOD, **variables}, lambda: seen)))
    assert all(problem.mend for problem in problems)
    password = variables.get("postgres_password") or SECRET
    assert not any(password in problem.sentence("all.yml:1") for problem in problems)
    return [(problem.variable, problem.what) for problem in problems]


def templates(memory: int = 4 * GIB, **variables: Any) -> RoleTemplates:
    given = {**GOOD, "__postgres_preflight": {"host": {"memory": memory}}, **variables}
    return RoleTemplates("postgres", **given)


def compose(**variables: Any) -> dict[str, Any]:
    return yaml.safe_load(templates(**variables).render("etc/slipway/postgres/compose.yml"))


def settings(**variables: Any) -> dict[str, str]:
    command = compose(**variables)["services"]["postgres"]["command"]
    return dict(word.split("=", 1) for word in command if "=" in word)


def test_container_is_closed_and_bounded() -> None:
    project = compose()
    service = project["services"]["postgres"]
    assert "ports" not in service
    assert service["networks"] == ["slipway"]
    assert project["networks"] == {"slipway": {"external": True}}
    assert service["user"] == "999:999"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"] == "1024m"


def test_memory_is_shared_out() -> None:
    assert settings() == {
        "max_connections": "100",
        "shared_buffers": "256MB",
        "effective_cache_size": "768MB",
        "work_mem": "4096kB",
        "maintenance_work_mem": "64MB",
        "random_page_cost": "1.1",
    }
    assert settings(postgres_memory="8G", postgres_max_connections=50)["work_mem"] == "41943kB"


def test_another_kernel_is_no_reason_to_restart() -> None:
    assert compose(memory=4 * GIB + 5 * 1024**2) == compose(memory=4 * GIB)


def test_no_secret_is_in_what_the_engine_is_told() -> None:
    paths = ("compose.yml", "check.sql", "provision.sql")
    texts = [templates().render(f"etc/slipway/postgres/{path}") for path in paths]
    texts.append(templates().render("usr/local/lib/slipway/postgres-provision"))
    assert not any(SECRET in text for text in texts)


@pytest.mark.parametrize("extensions", [[], ["vector"], ["vector", "pg_trgm"]])
def test_extensions_are_created_and_checked(extensions: list[str]) -> None:
    rendered = templates(postgres_extensions=extensions)
    provision = rendered.render("etc/slipway/postgres/provision.sql")
    assert [f'CREATE EXTENSION IF NOT EXISTS "{name}";' in provision for name in extensions] == [True] * len(
        extensions
    )
    array = ", ".join(f"'{name}'" for name in extensions)
    assert f"ARRAY[{array}]::name[]\n" in rendered.render("etc/slipway/postgres/check.sql")


def test_password_is_asked_for_last() -> None:
    """Whatever follows on the script's input is the password, twice."""
    assert templates().render("etc/slipway/postgres/provision.sql").endswith('\n\\password "notes"\n')


def test_program_is_a_shell_script() -> None:
    text = templates().render("usr/local/lib/slipway/postgres-provision")
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("password", ["plain", SECRET, "a/b", "100%25", "a?b#c&d=e+f", "[::1]"])
def test_url_takes_every_password(password: str) -> None:
    defaults = yaml.safe_load((CHECKOUT / "roles/postgres/defaults/main.yml").read_text())
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  a URL is no HTML
    environment.filters.update(CoreFilters().filters())
    variables = {**GOOD, "postgres_password": password}
    url = urlsplit(environment.from_string(defaults["postgres_url"]).render(variables))
    assert unquote(url.password or "") == password
    assert (url.scheme, url.username, url.hostname, url.port, url.path) == (
        "postgresql",
        "notes",
        "postgres",
        5432,
        "/notes",
    )


@pytest.mark.parametrize("seen", [None, host(), host(2 * GIB)])
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"postgres_image": f"registry.example.org:5000/pg/postgres@sha256:{'0' * 64}"},
        {"postgres_user": "note-s_1", "postgres_database": "_n"},
        {"postgres_extensions": []},
        {"postgres_memory": "1G"},
        {"postgres_data_directory": "/mnt/data/postgres"},
    ],
)
def test_good_input_is_silent(seen: Host | None, variables: dict[str, Any]) -> None:
    assert told(seen, **variables) == []


@pytest.mark.parametrize(
    ("variable", "value", "place", "what"),
    [
        ("postgres_image", "Postgres:17", "", "'Postgres:17' is no name of an image"),
        (
            "postgres_image",
            "postgres:17 --privileged",
            "",
            "'postgres:17 --privileged' is no name of an image",
        ),
        (
            "postgres_image",
            "postgres",
            "",
            "postgres is another version tomorrow, and the data on the host stays",
        ),
        (
            "postgres_image",
            "postgres:latest",
            "",
            "postgres:latest is another version tomorrow, and the data on the host stays",
        ),
        ("postgres_password", "kurz-und-knapp", "", "is shorter than 16 characters"),
        (
            "postgres_password",
            "sechzehn zeichen und mehr",
            "",
            "has a character that some client would read otherwise, like a blank or an umlaut",
        ),
        (
            "postgres_password",
            "sechzehnzeichenundmehrö",
            "",
            "has a character that some client would read otherwise, like a blank or an umlaut",
        ),
        ("postgres_user", "Notes", "", "'Notes' is no name that needs no quotes"),
        ("postgres_user", 'a"; DROP', "", "'a\"; DROP' is no name that needs no quotes"),
        ("postgres_user", "n" * 64, "", f"'{'n' * 64}' is no name that needs no quotes"),
        ("postgres_user", "postgres", "", "postgres is PostgreSQL's own"),
        ("postgres_user", "pg_monitor", "", "pg_monitor is PostgreSQL's own"),
        ("postgres_database", "1st", "", "'1st' is no name that needs no quotes"),
        ("postgres_database", "template1", "", "template1 is PostgreSQL's own"),
        ("postgres_extensions", ["vector", "pg trgm"], "[1]", "'pg trgm' is no name of an extension"),
        ("postgres_max_connections", 5, "", "5 is too little or too much"),
        ("postgres_max_connections", 5000, "", "5000 is too little or too much"),
        ("postgres_memory", "a quarter", "", "'a quarter' is neither a share nor a size"),
        ("postgres_memory", "2%", "", "2% is too little or too much"),
        ("postgres_memory", "100%", "", "100% is too little or too much"),
        ("postgres_memory", "64M", "", "64 MiB, too little for PostgreSQL"),
        (
            "postgres_data_directory",
            "data/postgres",
            "",
            "'data/postgres' is no absolute path of letters, digits, '.', '_' and '-'",
        ),
        (
            "postgres_data_directory",
            "/mnt/../etc",
            "",
            "'/mnt/../etc' is no absolute path of letters, digits, '.', '_' and '-'",
        ),
        (
            "postgres_data_directory",
            "/mnt/data/$HOME",
            "",
            "'/mnt/data/$HOME' is no absolute path of letters, digits, '.', '_' and '-'",
        ),
        ("postgres_data_directory", "/mnt", "", "/mnt has other things in it, or will have"),
        (
            "postgres_data_directory",
            "/etc/postgres",
            "",
            "/etc/postgres has other things in it, or will have",
        ),
        ("postgres_data_directory", "/var/lib", "", "/var/lib has other things in it, or will have"),
    ],
)
def test_bad_variable(variable: str, value: Any, place: str, what: str) -> None:
    assert told(**{variable: value}) == [(f"{variable}{place}", what)]


@pytest.mark.parametrize(
    ("memory", "written", "what"),
    [
        (GIB // 2, "25%", "25% of this host is 128 MiB, too little for PostgreSQL"),
        (2 * GIB, "1800M", "1800M is more than 80% of the host's 2048 MiB"),
    ],
)
def test_memory_that_this_host_does_not_have(memory: int, written: str, what: str) -> None:
    assert told(host(memory), postgres_memory=written) == [("postgres_memory", what)]
