# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be known of the application's description before anything changes, on the controller alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .._app import rules
from .._app.compose import classify
from .._app.description import VARIABLES as DESCRIPTION
from .._app.description import App
from .._app.environment import Environment
from .._app.values import looks_secret
from .._errors import SlipwayError
from .._probes import specification
from .._proxy.sites import faults
from . import app_committed, app_compose, app_environment
from .app_compose import ComposeFile
from .formats import IMAGE
from .given import Given
from .problem import Problem

# It begins the names of Compose projects, containers, volumes and the database.
NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
LONGEST_NAME = 30
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+")
VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}")


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the description beyond its types."""
    yield from _names(given)
    yield from _images(given.dict("app_images"))
    deployed = [*map(str, given.dict("app_images")), *map(str, given.list("app_keeps"))]
    plain, secret = given.dict("app_environment"), given.dict("app_secrets")
    faults_of_values = list(app_environment.check(plain, secret, deployed))
    yield from faults_of_values
    faults_of_rules = list(rules.examine(given.dict("app_rules"), deployed))
    yield from faults_of_rules
    yield from _migrations(given)
    yield from specification.examine(given.list("app_probes"))

    app = None if faults_of_values else App.from_variables({name: given.get(name) for name in DESCRIPTION})
    file = None if given.broke("app_compose") else _read(given.get("app_compose"))
    if isinstance(file, Problem):
        yield file
        file = None
    if app:
        yield from _routes(app)
        beside = file.path.parent if file and file.path else None
        inventory = Path(given.inventory_dir) if given.inventory_dir else None
        env_files = [path for name in file.services for path, _unused in file.env_files(name)] if file else []
        yield from app_committed.check(beside, env_files, inventory, _secret_values(app))
    if app and file:
        yield from _compose(given, file, app, [] if faults_of_rules else given.dict("app_rules"))


def _names(given: Given) -> Iterator[Problem]:
    name, domain, version = given.str("app_name"), given.str("app_domain"), given.get("app_version")
    if name and (not NAME.fullmatch(name) or len(name) > LONGEST_NAME):
        mend = f"use at most {LONGEST_NAME} of a-z, 0-9, - and _, a letter first"
        yield Problem("app_name", f"{name!r} cannot name containers", mend)
    if domain and not DOMAIN.fullmatch(domain):
        yield Problem("app_domain", f"{domain!r} is no name of a host", "write it like app.example.org")
    if isinstance(version, (int, float)):
        what = f"is the number {version} and no text, so that 1.10 would become 1.1"
        yield Problem("app_version", what, 'write it with quotes, like "1.10"')
    elif version is not None and not VERSION.fullmatch(str(version)):
        mend = "use letters, digits, dots, _, + and -, like 1.4.2"
        yield Problem("app_version", f"{version!r} is no version", mend)


def _images(images: Mapping[str, Any]) -> Iterator[Problem]:
    if not images:
        yield Problem("app_images", "names no service, so there is nothing to release", "name at least one")
    for service, image in images.items():
        path = f"app_images.{service}"
        match = IMAGE.fullmatch(image) if isinstance(image, str) else None
        if not match:
            mend = "write it like registry.example.org/app/api:1.4.2"
            yield Problem(path, f"{image!r} is no image", mend)
        elif not match["digest"] and match["tag"] in (None, "latest"):
            what = f"{image} is whatever was pushed last, so nobody can say which build runs"
            yield Problem(path, what, 'add a tag, as in "…:{{ app_version }}", or a digest')


def _routes(app: App) -> Iterator[Problem]:
    for fault in faults(app.routes):
        yield Problem(f"app_routes{fault.place}", fault.what, fault.mend)
    for index, route in enumerate(app.routes):
        if route.service not in app.images:
            what = f"leads to {route.service}, which is not in app_images"
            mend = f"routes lead to services that a release replaces: {', '.join(app.images)}"
            if route.service in app.keeps:
                mend = "move it from app_keeps to app_images, and to app_recreates if it must not run twice"
            yield Problem(f"app_routes[{index}].service", what, mend)


def _migrations(given: Given) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(given.list("app_migrations")):
        path, service = f"app_migrations[{index}]", str(entry["service"])
        if service not in given.dict("app_images"):
            what = f"{service} is not in app_images"
            yield Problem(f"{path}.service", what, "name the service whose image holds the migrations")
        key = (service, str(entry["directory"] or ""))
        if key in seen:
            yield Problem(path, f"app_migrations[{seen[key]}] migrates this already", "keep one of them")
        seen.setdefault(key, index)
        commands = {name for name, words in (entry["commands"] or {}).items() if words}
        if entry["tool"] == "command":
            for name in [name for name in ("known", "applied", "migrate") if name not in commands]:
                yield Problem(f"{path}.commands", f"has no {name}", "the tool command needs all three")
        elif commands:
            what = f"the tool {entry['tool']} has commands of its own"
            yield Problem(f"{path}.commands", what, "remove it, or write tool: command")
        if (entry["timeout"] or 0) < 1:
            yield Problem(f"{path}.timeout", f"{entry['timeout']} s is no time", "write at least 1")


def _read(written: Any) -> ComposeFile | Problem:
    try:
        return app_compose.read(written)
    except SlipwayError as error:
        return Problem("app_compose", error.what, error.mend)


def _compose(given: Given, file: ComposeFile, app: App, held: Any) -> Iterator[Problem]:
    if not given.broke("app_images", "app_keeps", "app_backing", "app_recreates"):
        yield from classify(file.services, app)
    deployed = [name for name in (*app.images, *app.keeps) if name in file.services]
    yield from app_compose.check(file, deployed, app.keeps)
    environments: dict[str, Environment] = {}
    known: dict[str, Any] = {}
    for name in deployed:
        described = app.environment.get(name, {})
        written = file.environment(name)
        environments[name] = {**written, **described}
        known[name] = {
            variable: rule
            for variable, rule in (held or {}).get(name, {}).items()
            if variable in described or not file.leaves_open(name, variable)
        }
        for variable, value in written.items():
            if variable not in described and looks_secret(variable, value):
                what = "looks like a secret, and would be the one that stands in the Compose file"
                path = f"app_compose.services.{name}.environment.{variable}"
                yield Problem(path, what, f"write the real one in app_secrets.{name}")
    if not given.broke("app_environment", "app_secrets", "app_rules", "app_routes"):
        yield from rules.check(known, environments, app)


def _secret_values(app: App) -> dict[str, str]:
    return {
        f"app_secrets.{service}.{name}": app.environment[service][name]
        for service, names in app.secret_names.items()
        for name in names
    }
