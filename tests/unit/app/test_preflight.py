# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the description of an application, beyond the types of its variables."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import app
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.specs import Comparison
from support.collection import CHECKOUT

SPECIFICATION = CHECKOUT / "roles" / "app" / "meta" / "argument_specs.yml"
OPTIONS = yaml.safe_load(SPECIFICATION.read_text())["argument_specs"]["main"]["options"]
SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # noqa: S105
KEY = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWo="

COMPOSE: dict[str, Any] = {
    "services": {
        "web": {"image": "acme/web", "build": "./web", "ports": ["3000:3000"]},
        "api": {"image": "acme/api", "environment": {"LOG_LEVEL": "info", "PRICE": "$$5"}},
        "worker": {"image": "acme/api", "environment": ["LOG_LEVEL=info", "FROM_SHELL"]},
        "search": {"image": "getmeili/meilisearch:v1", "volumes": ["search:/meili"]},
        "postgres": {"image": "postgres:17"},
        "object-storage": {"image": "minio/minio"},
        "mailpit": {"image": "axllent/mailpit", "profiles": ["development"]},
    },
    "volumes": {"search": None},
}
GOOD: dict[str, Any] = {
    "app_name": "gratonite",
    "app_domain": "gratonite.example",
    "app_version": "1.4.2",
    "app_compose": COMPOSE,
    "app_images": {
        "web": "ghcr.io/acme/web:1.4.2",
        "api": "acme/api@sha256:" + "0" * 64,
        "worker": "localhost:5000/acme/api:v1",
    },
    "app_recreates": ["worker"],
    "app_keeps": ["search"],
    "app_backing": ["postgres", "object_storage"],
    "app_routes": [
        {"host": "gratonite.example", "service": "web", "port": 3000},
        {
            "host": "gratonite.example",
            "paths": ["/api/*"],
            "service": "api",
            "port": 4000,
            "max_body": "25MB",
        },
    ],
    "app_environment": {
        "api": {
            "CORS_ORIGIN": "https://gratonite.example",
            "DATABASE_URL": "postgres://app:example@postgres/app",
            "DEBUG": False,
            "WORKERS": 4,
            "TOKEN_TTL": 3600,
            "VAPID_PUBLIC_KEY": "BNcRd",
            "SESSION_SECRET": "/run/secrets/session",
        }
    },
    "app_secrets": {"api": {"JWT_SECRET": SECRET, "ENCRYPTION_KEY": KEY}},
    "app_rules": {
        "api": {
            "JWT_SECRET": {"min_length": 64, "differs_from": {"staging": "fp-000000000000"}},
            "ENCRYPTION_KEY": {"bytes": 32},
            "CORS_ORIGIN": {"origins": ["app"]},
            "LOG_LEVEL": {"pattern": "info|warning"},
            "PRICE": {"pattern": r"\$[0-9]+"},
            "OPTIONAL": {"required": False, "min_length": 8},
        },
        "worker": {"FROM_SHELL": {"min_length": 8}},
    },
    "app_migrations": [{"service": "api", "tool": "alembic", "compatible": True}],
    "app_probes": [{"name": "the API is healthy", "url": "https://gratonite.example/api/health"}],
}
Told = list[tuple[str, str, str]]


def told(inventory: Path | None = None, **variables: Any) -> Told:
    """Return the problems of the good description with these variables instead; its types must be right."""
    comparison = Comparison("")
    values = comparison.options(OPTIONS, {**GOOD, **variables})
    assert comparison.problems == []
    given = Given(values, lambda: None, inventory_dir=str(inventory) if inventory else None)
    problems = [(problem.variable, problem.what, problem.mend) for problem in app.check(given)]
    assert all(mend for _unused, _unused, mend in problems)
    assert not any(SECRET in "".join(problem) or KEY in "".join(problem) for problem in problems)
    return problems


def services(**changed: Any) -> dict[str, Any]:
    """Return the good Compose file with these keys of services changed, or services added."""
    merged = {name: {**COMPOSE["services"].get(name, {}), **keys} for name, keys in changed.items()}
    return {**COMPOSE, "services": {**COMPOSE["services"], **merged}}


def route(**changed: Any) -> list[dict[str, Any]]:
    return [{**GOOD["app_routes"][0], **changed}]


def api(**values: Any) -> dict[str, Any]:
    return {"api": values}


def secret(value: Any, **rule: Any) -> dict[str, Any]:
    """Return the variables for one secret under one rule."""
    return {"app_secrets": api(JWT_SECRET=value), "app_rules": api(JWT_SECRET=rule)}


def origins(value: str, *allowed: str) -> dict[str, Any]:
    return {
        "app_environment": api(CORS_ORIGIN=value),
        "app_rules": api(CORS_ORIGIN={"origins": ["app", *allowed]}),
    }


def migration(**changed: Any) -> dict[str, Any]:
    return {"app_migrations": [{"service": "api", "tool": "alembic", **changed}]}


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"app_name": "my-app_2", "app_version": "2026.11.21-rc.1+build.7"},
        {"app_routes": [], "app_rules": {}},
        {"app_rules": {}},
        secret(SECRET[:32], bytes=16),
        secret("Tm90IGEgc2VjcmV0LCBhbmQgbG9uZyBlbm91Z2g_-", min_length=10),
        secret("postgres://app:s0m3-l0ng-one@db.example.com/app", min_length=10),
        origins("https://gratonite.example, https://admin.example.org", "https://admin.example.org"),
        origins('["https://gratonite.example"]'),
        {
            "app_compose": services(
                api={"volumes": ["/etc/localtime:/etc/localtime:ro", "cache:/cache", "/x"]}
            )
        },
        migration(tool="command", commands={"known": ["a"], "applied": ["b"], "migrate": ["c", "d"]}),
    ],
)
def test_good_description_is_silent(variables: dict[str, Any]) -> None:
    assert told(**variables) == []


GENERATE = "generate one: openssl rand -hex 32"
REACHES = "write it in app_environment.api or app_secrets.api"
DEPLOYED = "name services of app_images and app_keeps only"

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "name with capitals": (
        {"app_name": "Gratonite"},
        "app_name",
        "'Gratonite' cannot name containers; use at most 30 of a-z, 0-9, - and _, a letter first",
    ),
    "name too long": (
        {"app_name": "a" * 31},
        "app_name",
        f"'{'a' * 31}' cannot name containers; use at most 30 of a-z, 0-9, - and _, a letter first",
    ),
    "domain with scheme": (
        {"app_domain": "https://gratonite.example"},
        "app_domain",
        "'https://gratonite.example' is no name of a host; write it like app.example.org",
    ),
    "version that YAML took for a number": (
        {"app_version": 1.1},
        "app_version",
        'is the number 1.1 and no text, so that 1.10 would become 1.1; write it with quotes, like "1.10"',
    ),
    "version with a slash": (
        {"app_version": "feature/x"},
        "app_version",
        "'feature/x' is no version; use letters, digits, dots, _, + and -, like 1.4.2",
    ),
    "image with capitals": (
        {"app_images": {**GOOD["app_images"], "web": "ghcr.io/Acme/web:1"}},
        "app_images.web",
        "'ghcr.io/Acme/web:1' is no image; write it like registry.example.org/app/api:1.4.2",
    ),
    "image that is a list": (
        {"app_images": {**GOOD["app_images"], "web": ["acme/web:1"]}},
        "app_images.web",
        "['acme/web:1'] is no image; write it like registry.example.org/app/api:1.4.2",
    ),
    "image without a tag": (
        {"app_images": {**GOOD["app_images"], "web": "registry.example.org:5000/acme/web"}},
        "app_images.web",
        "registry.example.org:5000/acme/web is whatever was pushed last, so nobody can say which build runs; "
        'add a tag, as in "…:{{ app_version }}", or a digest',
    ),
    "latest image": (
        {"app_images": {**GOOD["app_images"], "web": "acme/web:latest"}},
        "app_images.web",
        "acme/web:latest is whatever was pushed last, so nobody can say which build runs; "
        'add a tag, as in "…:{{ app_version }}", or a digest',
    ),
    "image of a service that is not in the file": (
        {"app_images": {**GOOD["app_images"], "apo": "acme/api:1"}},
        "app_images.apo",
        "the Compose file has no service apo; did you mean 'api'?",
    ),
    "kept service that is not in the file": (
        {"app_keeps": ["search", "kibana"]},
        "app_keeps[1]",
        "the Compose file has no service kibana; "
        "it has web, api, worker, search, postgres, object-storage, mailpit",
    ),
    "service in no place": (
        {"app_keeps": []},
        "app_compose.services.search",
        "service search is in none of app_images, app_keeps and app_backing; put it in app_images if a "
        "release replaces it, in app_keeps if it stands, give it the name of what app_backing has instead, "
        "or a profile in the Compose file if only developers need it",
    ),
    "service in two places": (
        {"app_keeps": ["search", "postgres"]},
        "app_compose.services.postgres",
        "service postgres is in app_keeps and in app_backing; leave it in one of them",
    ),
    "recreated service that is kept": (
        {"app_recreates": ["search"]},
        "app_recreates[0]",
        "search is not in app_images; name services of app_images only",
    ),
    "recreated service misspelt": (
        {"app_recreates": ["workers"]},
        "app_recreates[0]",
        "workers is not in app_images; did you mean 'worker'?",
    ),
    "route to nowhere": (
        {"app_routes": route(service="wep")},
        "app_routes[0].service",
        "leads to wep, which is not in app_images; "
        "routes lead to services that a release replaces: web, api, worker",
    ),
    "route to a kept service": (
        {"app_routes": route(service="search")},
        "app_routes[0].service",
        "leads to search, which is not in app_images; "
        "move it from app_keeps to app_images, and to app_recreates if it must not run twice",
    ),
    "route to a backing service": (
        {"app_routes": route(service="postgres")},
        "app_routes[0].service",
        "leads to postgres, which is not in app_images; "
        "routes lead to services that a release replaces: web, api, worker",
    ),
    "route with port 0": (
        {"app_routes": route(port=0)},
        "app_routes[0].port",
        "port 0 is out of range; ports go from 1 to 65535",
    ),
    "route for a wildcard": (
        {"app_routes": route(host="*.gratonite.example")},
        "app_routes[0].host",
        "'*.gratonite.example' needs a wildcard certificate, and those are not supported; "
        "write a route for each host",
    ),
    "route with a path that is none": (
        {"app_routes": route(paths=["api"])},
        "app_routes[0].paths[0]",
        "'api' is no path that a route can have; write it like /about, or like /api/* for everything below",
    ),
    "route twice": (
        {"app_routes": [*route(), *route(service="api")]},
        "app_routes[1]",
        "app_routes[0] leads gratonite.example/* somewhere already; keep one of them",
    ),
    "Compose file at a relative path": (
        {"app_compose": "compose.yml"},
        "app_compose",
        "'compose.yml' depends on where the run is started; "
        'write "{{ inventory_dir }}/compose.yml", or from where it is',
    ),
    "no Compose file": (
        {"app_compose": "/nowhere/compose.yml"},
        "app_compose",
        "there is no file /nowhere/compose.yml; correct the path",
    ),
    "Compose file is a folder": (
        {"app_compose": "/usr"},
        "app_compose",
        "/usr cannot be read: Is a directory; make it readable",
    ),
    "Compose file is a list": (
        {"app_compose": ["web"]},
        "app_compose",
        "is neither a path nor a Compose file; write the path of your compose.yml",
    ),
    "Compose file without services": (
        {"app_compose": {"version": "3"}},
        "app_compose",
        "holds no services; begin with the line services:, as Compose wants it",
    ),
    "Compose file in several": (
        {"app_compose": {**COMPOSE, "include": ["other.yml"]}},
        "app_compose",
        "includes other files, and the host gets one; write all services in it",
    ),
    "service that is none": (
        {"app_compose": {"services": {"web": "acme/web"}}},
        "app_compose",
        'services.web is no service; write "key: value" lines below its name',
    ),
    "kept service to be built": (
        {"app_compose": {**COMPOSE, "services": {**COMPOSE["services"], "search": {"build": "."}}}},
        "app_compose.services.search.build",
        "is built on the host that runs it, and hosts build nothing; give it an image that a registry has",
    ),
    "mount beside the file": (
        {"app_compose": services(web={"volumes": ["./conf:/etc/web"]})},
        "app_compose.services.web.volumes[0]",
        "mounts ./conf, which is beside the Compose file and not on the host; "
        "put it into the image, or mount an absolute path of the host",
    ),
    "long mount beside the file": (
        {"app_compose": services(web={"volumes": [{"type": "bind", "source": "../x", "target": "/x"}]})},
        "app_compose.services.web.volumes[0]",
        "mounts ../x, which is beside the Compose file and not on the host; "
        "put it into the image, or mount an absolute path of the host",
    ),
    "service of another file": (
        {"app_compose": services(web={"extends": {"file": "base.yml", "service": "web"}})},
        "app_compose.services.web.extends",
        "continues in base.yml, and the host gets one file; "
        "write what it needs of it in the Compose file itself",
    ),
    "environment from beside an inline file": (
        {"app_compose": services(postgres={"env_file": ".env"})},
        "app_compose.services.postgres.env_file",
        "names .env, and nothing is beside a Compose file that is written inline; "
        "write its variables in app_environment and app_secrets instead",
    ),
    "secret of the Compose file": (
        {"app_compose": services(web={"environment": {"SESSION_SECRET": "for development"}})},
        "app_compose.services.web.environment.SESSION_SECRET",
        "looks like a secret, and would be the one that stands in the Compose file; "
        "write the real one in app_secrets.web",
    ),
    "migration of a kept service": (
        migration(service="search"),
        "app_migrations[0].service",
        "search is not in app_images; name the service whose image holds the migrations",
    ),
    "migration twice": (
        {"app_migrations": GOOD["app_migrations"] * 2},
        "app_migrations[1]",
        "app_migrations[0] migrates this already; keep one of them",
    ),
    "migration without a command": (
        migration(tool="command", commands={"known": ["a"], "migrate": ["c"]}),
        "app_migrations[0].commands",
        "has no applied; the tool command needs all three",
    ),
    "migration with commands too many": (
        migration(tool="prisma", commands={"migrate": ["c"]}),
        "app_migrations[0].commands",
        "the tool prisma has commands of its own; remove it, or write tool: command",
    ),
    "migration without time": (
        migration(timeout=0),
        "app_migrations[0].timeout",
        "0 s is no time; write at least 1",
    ),
    "environment of nobody": (
        {"app_environment": {**GOOD["app_environment"], "apis": {"A": "b"}}},
        "app_environment.apis",
        "no service apis is deployed; did you mean 'api'?",
    ),
    "secrets of a backing service": (
        {"app_secrets": {**GOOD["app_secrets"], "postgres": {"A": "b"}}},
        "app_secrets.postgres",
        f"no service postgres is deployed; {DEPLOYED}",
    ),
    "environment as a list": (
        {"app_environment": {**GOOD["app_environment"], "web": ["A=b"]}},
        "app_environment.web",
        "is no dictionary; write a line NAME: value for each variable",
    ),
    "variable without a value": (
        {"app_environment": {**GOOD["app_environment"], "web": {"A": None}}},
        "app_environment.web.A",
        'has no value; give it one, or "" for an empty text',
    ),
    "variable that is a list": (
        {"app_environment": {**GOOD["app_environment"], "web": {"A": [1]}}},
        "app_environment.web.A",
        "is no text; write one value; for JSON, use the filter to_json",
    ),
    "variable with a name that is none": (
        {"app_environment": {**GOOD["app_environment"], "web": {"A B": "c"}}},
        "app_environment.web.A B",
        "'A B' is no name of a variable; use letters, digits and _",
    ),
    "variable with a null character": (
        {"app_environment": {**GOOD["app_environment"], "web": {"A": "b\0"}}},
        "app_environment.web.A",
        "has a null character, which no environment can hold; encode it as base64",
    ),
    "variable in both": (
        {"app_environment": {"api": {**GOOD["app_environment"]["api"], "JWT_SECRET": "x"}}},
        "app_environment.api.JWT_SECRET",
        "is in app_secrets.api, too; keep one of them",
    ),
    "secret in the wrong place": (
        {"app_environment": {**GOOD["app_environment"], "web": {"SMTP_PASSWORD": "hunter2-hunter2"}}},
        "app_environment.web.SMTP_PASSWORD",
        "looks like a secret; write it in app_secrets.web, which no output shows",
    ),
    "rules for nobody": (
        {"app_rules": {"kibana": {}}},
        "app_rules.kibana",
        f"no service kibana is deployed; {DEPLOYED}",
    ),
    "rule misspelt": (
        secret(SECRET, min_lenght=64),
        "app_rules.api.JWT_SECRET.min_lenght",
        "is no key here; did you mean 'min_length'?",
    ),
    "rule of the wrong kind": (
        secret(SECRET, min_length="64"),
        "app_rules.api.JWT_SECRET.min_length",
        "cannot be meant so; write a number of characters, like 32",
    ),
    "rule that is no expression": (
        secret(SECRET, pattern="("),
        "app_rules.api.JWT_SECRET.pattern",
        "is no regular expression; write a regular expression",
    ),
    "rule that is a number": (
        {"app_rules": {"api": {"JWT_SECRET": 64}}},
        "app_rules.api.JWT_SECRET",
        "is no rule; write it like {min_length: 32}, or {} if it must just be there",
    ),
    "variable that never arrives": (
        {"app_rules": api(SMTP_URL={})},
        "app_rules.api.SMTP_URL",
        f"never reaches the container; {REACHES}",
    ),
    "variable that is empty": (
        {"app_rules": api(SMTP_URL={}), "app_environment": api(SMTP_URL="")},
        "app_environment.api.SMTP_URL",
        f"is empty; {REACHES}",
    ),
    "secret too short": (
        secret(SECRET[:40], min_length=64),
        "app_secrets.api.JWT_SECRET",
        f"has 40 characters, and its rule wants at least 64; {GENERATE}",
    ),
    "secret that repeats itself": (
        secret("abcdefghijkl" * 6, min_length=64),
        "app_secrets.api.JWT_SECRET",
        f"has 72 characters that repeat themselves; {GENERATE}",
    ),
    "secret still to be written": (
        secret("please-change-me"),
        "app_secrets.api.JWT_SECRET",
        "stands for a value that is still to be written; generate one: openssl rand -hex 16",
    ),
    "key of another size": (
        secret(SECRET, bytes=16),
        "app_secrets.api.JWT_SECRET",
        "is 32 bytes in hexadecimal, and its rule wants 16; generate one: openssl rand -hex 16",
    ),
    "key that is not encoded": (
        secret("thirty-two characters, not bytes", bytes=32),
        "app_secrets.api.JWT_SECRET",
        f"has 32 characters that are neither hexadecimal nor base64; {GENERATE}",
    ),
    "wildcard origin": (
        origins("*"),
        "app_environment.api.CORS_ORIGIN",
        "its origin has a wildcard, so pages of strangers may call the application as its users; "
        "write only origins that its rule names; app stands for those of app_routes",
    ),
    "foreign origin": (
        origins("https://gratonite.example,https://evil.example"),
        "app_environment.api.CORS_ORIGIN",
        "origin 2 of 2 is none of https://gratonite.example; "
        "write only origins that its rule names; app stands for those of app_routes",
    ),
    "origin with a slash": (
        origins("https://gratonite.example/"),
        "app_environment.api.CORS_ORIGIN",
        "its origin ends in /, and no browser sends it like that; "
        "write only origins that its rule names; app stands for those of app_routes",
    ),
    "value that does not match": (
        {"app_rules": api(LOG_LEVEL={"pattern": "warning"})},
        "app_compose.services.api.environment.LOG_LEVEL",
        "has 4 characters that do not match its rule's pattern warning; correct it",
    ),
    "secret of another environment": (
        secret(SECRET, differs_from={"staging": "fp-d1c5545fe9de", "local": "fp-000000000000"}),
        "app_secrets.api.JWT_SECRET",
        "is the same as in staging (fp-d1c5545fe9de); give each its own; generate one: openssl rand -hex 16",
    ),
    "probe that looks at nothing": (
        {"app_probes": [{"name": "x"}]},
        "app_probes[0]",
        "does not say what to look at; "
        "give it one of url, cors, socketio, websocket, upload, flow, tls, dns, port",
    ),
}


@pytest.mark.parametrize(("variables", "variable", "sentence"), CASES.values(), ids=CASES)
def test_one_fault_is_one_sentence(variables: dict[str, Any], variable: str, sentence: str) -> None:
    found = [(where, f"{what}; {mend}") for where, what, mend in told(**variables)]
    assert (variable, sentence) in found
    # The same fault may break something else, but never the same variable twice.
    assert [where for where, _unused in found].count(variable) == 1


def test_nothing_to_release() -> None:
    assert ("app_images", "names no service, so there is nothing to release", "name at least one") in told(
        app_images={}
    )


def test_compose_file_from_disk(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(yaml.safe_dump(COMPOSE).replace("search: null", "search: !reset null"))
    assert told(app_compose=str(file)) == []
    file.write_text("services:\n  web: [\n")
    [(variable, what, _unused)] = told(app_compose=str(file))
    assert variable == "app_compose"
    assert what.startswith(f"{file}:3 is no YAML: ")
    file.write_bytes(b"\xff\xfe")
    assert told(app_compose=str(file))[0][1] == f"{file} cannot be read: it is no UTF-8 text"


def test_files_that_give_environment_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(yaml.safe_dump(services(api={"env_file": "api.env"})))
    assert told(app_compose=str(file), app_rules=api(IN_FILE={})) == [
        (
            "app_compose.services.api.env_file",
            "needs api.env, and there is no such file beside the Compose file",
            "write its variables in app_environment and app_secrets instead",
        )
    ]
    file.write_text(yaml.safe_dump(services(api={"env_file": [{"path": "api.env", "required": False}]})))
    assert told(app_compose=str(file), app_rules=api(IN_FILE={})) == []
    file.write_text(yaml.safe_dump(services(postgres={"env_file": ["../.env"]})))
    assert told(app_compose=str(file))[0][1] == "names ../.env, which does not lie beside the Compose file"
    file.write_text(yaml.safe_dump(services(api={"env_file": "api.env"})))
    (tmp_path / "api.env").write_text("IN_FILE=1\n")
    assert told(app_compose=str(file), app_rules=api(IN_FILE={})) == []


def test_what_could_not_be_rendered_makes_no_other_problem() -> None:
    values = Comparison("").options(OPTIONS, {**GOOD, "app_secrets": {}})
    assert list(app.check(Given(values, lambda: None, broken={"app_secrets"}))) == []


class Repository:
    """A repository with an inventory and a Compose file in it."""

    def __init__(self, folder: Path) -> None:
        self.inventory = folder / "inventory"
        self.compose = folder / "compose.yml"
        self._folder = folder
        self.write("compose.yml", yaml.safe_dump(COMPOSE))
        self.write("inventory/group_vars/all/app.yml", "app_name: gratonite\n")
        self._git("init", "--quiet")

    def write(self, name: str, text: str) -> None:
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def track(self, name: str) -> None:
        self._git("add", name)

    def name(self, env_file: str) -> None:
        """Have the Compose file read this one beside it."""
        self.write("compose.yml", yaml.safe_dump(services(api={"env_file": env_file})))

    def told(self) -> Told:
        return told(self.inventory, app_compose=str(self.compose))

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self._folder, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path)


@pytest.mark.parametrize("name", [".env", ".env.production", "api.env", "inventory/.env"])
def test_committed_env_file_is_refused(repository: Repository, name: str) -> None:
    repository.write(name, 'PORT=1\nexport SMTP_PASSWORD="hunter2"\nAPI_TOKEN=abc\nVITE_URL=http://a\n')
    assert repository.told() == []
    repository.track(name)
    assert repository.told() == [
        (
            "app_secrets",
            f"git has {name} with SMTP_PASSWORD, API_TOKEN",
            f"git rm --cached {Path(name).name}, have git ignore it, change the secrets, and write new ones "
            "in app_secrets",
        )
    ]


def test_env_files_further_below_count_when_the_compose_file_names_them(repository: Repository) -> None:
    repository.write("fixtures/.env", "SMTP_PASSWORD=hunter2\n")
    repository.track("fixtures/.env")
    assert repository.told() == []
    repository.name("fixtures/.env")
    assert [what for _unused, what, _unused in repository.told()] == [
        "git has fixtures/.env with SMTP_PASSWORD"
    ]


@pytest.mark.parametrize("text", ["", "PORT=1\n", "JWT_SECRET=\n", "JWT_SECRET=changeme\n", "A_KEY=$B\n"])
def test_env_file_without_secrets_may_be_committed(repository: Repository, text: str) -> None:
    repository.write(".env.example", text)
    repository.track(".env.example")
    assert repository.told() == []


def test_secret_in_plain_text_is_refused_once_git_has_it(repository: Repository) -> None:
    repository.write("inventory/group_vars/all/secrets.yml", f"jwt_secret: {SECRET}\n")
    assert repository.told() == []
    repository.track("inventory")
    assert repository.told() == [
        (
            "app_secrets.api.JWT_SECRET",
            "git has this value in plain text in inventory/group_vars/all/secrets.yml",
            "change it and write it with ansible-vault encrypt_string, or in app_environment if it is none",
        )
    ]
