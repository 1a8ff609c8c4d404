# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The application as its variables describe it, in one value that the controller and the host share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .environment import Environment, texts
from .migration import Migration
from .routes import Route

VARIABLES = (
    *("app_name", "app_domain", "app_version", "app_images", "app_recreates", "app_keeps", "app_backing"),
    *("app_routes", "app_environment", "app_secrets", "app_migrations"),
)


@dataclass(frozen=True)
class App:
    """What ``app_*`` says, but for the Compose file, the rules and the probes."""

    name: str
    domain: str
    version: str
    images: Mapping[str, str]
    """By service: the image that a release replaces it with."""
    recreates: tuple[str, ...]
    keeps: tuple[str, ...]
    backing: tuple[str, ...]
    routes: tuple[Route, ...]
    environment: Mapping[str, Environment]
    """By service: ``app_environment`` and ``app_secrets`` together, every value as text. Holds secrets."""
    secret_names: Mapping[str, tuple[str, ...]]
    """By service: which of its variables came from ``app_secrets``."""
    migrations: tuple[Migration, ...]

    @classmethod
    def from_variables(cls, variables: Mapping[str, Any]) -> App:
        """Make it of rendered ``app_*`` variables; raises SlipwayError for a value that is none."""
        plain = variables.get("app_environment") or {}
        secret = variables.get("app_secrets") or {}
        return cls(
            name=str(variables["app_name"]),
            domain=str(variables["app_domain"]),
            version=str(variables["app_version"]),
            images={str(name): str(image) for name, image in (variables.get("app_images") or {}).items()},
            recreates=_names(variables, "app_recreates"),
            keeps=_names(variables, "app_keeps"),
            backing=_names(variables, "app_backing"),
            routes=tuple(Route.from_variables(entry) for entry in variables.get("app_routes") or ()),
            environment={
                str(service): {
                    **texts(f"app_environment.{service}", plain.get(service) or {}),
                    **texts(f"app_secrets.{service}", secret.get(service) or {}),
                }
                for service in dict.fromkeys([*plain, *secret])
            },
            secret_names={str(service): tuple(map(str, values or ())) for service, values in secret.items()},
            migrations=tuple(
                Migration.from_variables(entry) for entry in variables.get("app_migrations") or ()
            ),
        )

    def to_json(self) -> str:
        """Return it as text for a host. It holds secrets: hand it over where Ansible logs nothing."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> App:
        """Return what ``to_json`` was called on."""
        fields = json.loads(text)
        for name in ("recreates", "keeps", "backing"):
            fields[name] = tuple(fields[name])
        return cls(
            **{
                **fields,
                "routes": tuple(Route.from_variables(route) for route in fields["routes"]),
                "secret_names": {key: tuple(names) for key, names in fields["secret_names"].items()},
                "migrations": tuple(Migration.from_variables(entry) for entry in fields["migrations"]),
            }
        )


def _names(variables: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(str(item) for item in variables.get(name) or ())
