# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Holds the environment of containers against ``app_rules``; no message ever has a value in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .._preflight.formats import did_you_mean
from .._preflight.problem import Problem
from .description import App
from .environment import Environment
from .routes import hosts
from .values import decoded, fingerprint, foreign_origin, is_placeholder, repeats_itself

Rules = Mapping[str, Mapping[str, Mapping[str, Any]]]
Fault = tuple[str, str]

OWN = "app"  # in a rule's origins: the application's own
_GENERATE = "generate one: openssl rand -hex {}"

# Each key of a rule: of which type its value is, and how to write it.
KEYS: Mapping[str, tuple[type, str]] = {
    "required": (bool, "write true or false"),
    "min_length": (int, "write a number of characters, like 32"),
    "bytes": (int, "write a number of bytes, like 32"),
    "origins": (list, "write [app], and other origins if you like"),
    "pattern": (str, "write a regular expression"),
    "differs_from": (dict, "write {staging: fp-0123456789ab}"),
}


def examine(rules: Any, services: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with ``app_rules`` themselves."""
    for service, of_service in rules.items():
        path = f"app_rules.{service}"
        if service not in services:
            mend = did_you_mean(str(service), services) or "name services of app_images and app_keeps only"
            yield Problem(path, f"no service {service} is deployed", mend)
        if not isinstance(of_service, Mapping):
            yield Problem(path, "is no dictionary", "write a line for each variable")
            continue
        for name, rule in of_service.items():
            if not isinstance(rule, Mapping):
                mend = "write it like {min_length: 32}, or {} if it must just be there"
                yield Problem(f"{path}.{name}", "is no rule", mend)
                continue
            for key, value in rule.items():
                yield from _key_faults(f"{path}.{name}.{key}", key, value)


def _key_faults(path: str, key: str, value: Any) -> Iterator[Problem]:
    if key not in KEYS:
        yield Problem(
            path, "is no key here", did_you_mean(str(key), KEYS) or f"its keys are {', '.join(KEYS)}"
        )
        return
    kind, mend = KEYS[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int) or value in ([], {}, 0, ""):
        if value is not False:
            yield Problem(path, "cannot be meant so", mend)
    elif key == "pattern":
        try:
            re.compile(str(value))
        except re.error:
            yield Problem(path, "is no regular expression", mend)


def check(rules: Rules, environments: Mapping[str, Environment], app: App) -> Iterator[Problem]:
    """Yield a problem for each variable that breaks its rule, and for each secret still to be written.

    ``environments`` are those of the containers by service; ``examine`` finds nothing wrong with ``rules``.
    """
    for service, environment in environments.items():
        of_service = rules.get(service, {})
        secrets = app.secret_names.get(service, ())
        for name in dict.fromkeys([*of_service, *secrets]):
            rule = of_service.get(name, {})
            path = path_of(service, name, app)
            if not environment.get(name):
                if name in of_service and rule.get("required", True):
                    what = "is empty" if name in environment else "never reaches the container"
                    mend = f"write it in app_environment.{service} or app_secrets.{service}"
                    yield Problem(path if name in environment else f"app_rules.{service}.{name}", what, mend)
                continue
            for what, mend in _faults(name, environment[name], rule, app, name in secrets):
                yield Problem(path, what, mend)


def path_of(service: str, name: str, app: App) -> str:
    """Return where a variable of a container was written."""
    if name in app.secret_names.get(service, ()):
        return f"app_secrets.{service}.{name}"
    if name in app.environment.get(service, {}):
        return f"app_environment.{service}.{name}"
    return f"app_compose.services.{service}.environment.{name}"


def _faults(name: str, value: str, rule: Mapping[str, Any], app: App, secret: bool) -> Iterator[Fault]:
    size = rule.get("bytes") or max(16, (rule.get("min_length") or 0) // 2)
    generate = _GENERATE.format(size)
    if (secret or rule.keys() & {"min_length", "bytes"}) and is_placeholder(value):
        yield "stands for a value that is still to be written", generate
        return
    least = rule.get("min_length") or 0
    if len(value) < least:
        yield f"has {len(value)} characters, and its rule wants at least {least}", generate
    elif least > 16 and repeats_itself(value):
        yield f"has {len(value)} characters that repeat themselves", generate
    if wanted := rule.get("bytes"):
        yield from _bytes(value, wanted, generate)
    if listed := rule.get("origins"):
        own = [f"https://{host}" for host in hosts(app.routes)]
        allowed = [origin for item in listed for origin in (own if item == OWN else [str(item)])]
        if what := foreign_origin(value, list(dict.fromkeys(allowed))):
            yield what, "write only origins that its rule names; app stands for those of app_routes"
    if (pattern := rule.get("pattern")) and not re.fullmatch(pattern, value):
        yield f"has {len(value)} characters that do not match its rule's pattern {pattern}", "correct it"
    if others := rule.get("differs_from"):
        mark = fingerprint(name, value)
        for environment in [other for other, known in others.items() if known == mark]:
            yield f"is the same as in {environment} ({mark})", f"give each its own; {generate}"


def _bytes(value: str, wanted: int, generate: str) -> Iterator[Fault]:
    found = decoded(value)
    if not found:
        yield f"has {len(value)} characters that are neither hexadecimal nor base64", generate
    elif found[0] != wanted:
        yield f"is {found[0]} bytes in {found[1]}, and its rule wants {wanted}", generate
    elif wanted >= 16 and repeats_itself(value):
        yield f"is {wanted} bytes that repeat themselves", generate
