# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a role's templates in milliseconds, with its own defaults and vars and without a host."""

from __future__ import annotations

from typing import Any

import jinja2
import yaml
from ansible.plugins.filter.core import FilterModule as CoreFilters
from ansible.plugins.filter.mathstuff import FilterModule as MathFilters
from ansible.plugins.filter.urlsplit import FilterModule as UrlFilters
from ansible.plugins.test.core import TestModule as CoreTests

from ansible_collections.slipway.deploy.plugins.filter.proxy_sites import proxy_sites
from support.collection import CHECKOUT

DEBIAN = {"distribution": "debian", "version": "13", "codename": "trixie"}


class RoleTemplates:
    """The templates of one role. ``variables`` count more than the role's defaults and vars."""

    def __init__(self, role: str, **variables: Any) -> None:
        self._folder = CHECKOUT / "roles" / role
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._folder / "templates"),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701  configuration files are no HTML
        )
        self._environment.filters.update(CoreFilters().filters())
        self._environment.filters.update(MathFilters().filters())
        self._environment.filters.update(UrlFilters().filters())
        self._environment.filters["slipway.deploy.proxy_sites"] = proxy_sites
        self._environment.tests.update(CoreTests().tests())
        self._variables = {
            f"__{role}_preflight": {"host": DEBIAN},
            **self._load("defaults"),
            **variables,
        }
        for name, value in self._load("vars").items():
            if name not in variables:
                self._variables[name] = self._resolve(value)

    def render(self, path: str) -> str:
        """Return the text of the file at this path, like ``etc/sudoers.d/slipway``."""
        return self._environment.get_template(f"{path}.j2").render(self._variables)

    def value(self, name: str) -> Any:
        """Return what a variable is in the end."""
        return self._variables[name]

    def _load(self, kind: str) -> dict[str, Any]:
        file = self._folder / kind / "main.yml"
        return yaml.safe_load(file.read_text()) if file.is_file() else {}

    def _resolve(self, value: Any) -> Any:
        """Resolve the expressions inside a value; each is a whole text, and its result keeps its type."""
        if isinstance(value, dict):
            return {key: self._resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolve(item) for item in value]
        if isinstance(value, str) and value.strip().startswith("{{"):
            expression = value.strip().removeprefix("{{").removesuffix("}}")
            return self._environment.compile_expression(expression)(**self._variables)
        return value
