# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Variables as they are once roles have run that may not have run yet, so that an action renders the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError

ROLES = Path(__file__).resolve().parents[2] / "roles"


def defaults_file(role: str) -> Path:
    """Return where a role of this collection has its defaults, if it has any."""
    return ROLES / role / "defaults" / "main.yml"


def defaults_of(loader: Any, role: str) -> dict[str, Any]:
    """Return the defaults of a role of this collection as they are written."""
    file = defaults_file(role)
    return (loader.load_from_file(str(file), trusted_as_template=True) or {}) if file.is_file() else {}


def with_role_defaults(
    loader: Any, templar: Any, roles: Iterable[str], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the variables with the defaults of roles of this collection as the least of all precedences.

    The roles are those named, and those whose words the description uses: ``smoke`` in ``app_probes``, and
    what ``app_backing`` names in ``app_environment``. ``loader`` and ``templar`` are an action's own. Nothing
    is rendered.
    """
    merged = _merge(loader, roles, variables)
    return _merge(loader, ["smoke", *_backing_roles(templar, merged)], merged)


def _merge(loader: Any, roles: Iterable[str], variables: Mapping[str, Any]) -> dict[str, Any]:
    # A name that is a key of the variables stays that very object: ansible-core tags it with its place.
    defaults: dict[str, Any] = {}
    for role in roles:
        defaults.update(defaults_of(loader, role))
    return {**variables, **{name: value for name, value in defaults.items() if name not in variables}}


def _backing_roles(templar: Any, variables: Mapping[str, Any]) -> list[str]:
    written = variables.get("app_backing") or []
    try:
        backing = templar.copy_with_new_env(available_variables=variables).template(written)
    except AnsibleError:
        return []  # preflight tells of it, at its place
    return [role for role in backing if isinstance(role, str)] if isinstance(backing, list) else []
