# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compares variables with a role's argument specification: names, types, choices, what must not be empty.

Stricter than ansible-core's own validation, which accepts what it can convert: it validates a converted copy,
while the role goes on with the value as it was written. So text where a list is needed is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.validation import (
    check_type_bool,
    check_type_bytes,
    check_type_float,
    check_type_int,
)

from .._errors import SlipwayError
from .formats import did_you_mean, shown
from .problem import Problem

Spec = Mapping[str, Any]

# For each scalar type: ansible-core's conversion, what the value is not, and how to write it.
SCALARS = {
    "int": (check_type_int, "no whole number", "write digits only, like 22"),
    "float": (check_type_float, "no number", "write it like 0.5"),
    "bool": (check_type_bool, "neither true nor false", "write true or false"),
    "bytes": (check_type_bytes, "no size", "write it like 512M or 2G"),
}
TEXTS = ("str", "path")


class Comparison:
    """Compares values with their specifications, and gathers every problem instead of stopping at the first.

    ``checks`` counts the values that were compared, those inside lists and dictionaries included.
    """

    def __init__(self, unset_mend: str) -> None:
        self.problems: list[Problem] = []
        self.checks = 0
        self._unset_mend = unset_mend

    def options(self, options: Mapping[str, Spec], values: Mapping[str, Any]) -> dict[str, Any]:
        """Compare the variables of a role; return them converted, with the specification's defaults."""
        return {
            name: self._option(spec, values, Problem(name, "needs a value", self._unset_mend))
            for name, spec in options.items()
        }

    def _option(self, spec: Spec, values: Spec, missing: Problem, secret: bool = False) -> Any:
        """Compare what may be left out; return it converted, or its default."""
        self.checks += 1
        path, default = missing.variable, spec.get("default")
        name = path.rpartition(".")[2]
        value = values.get(name)
        secret = secret or bool(spec.get("no_log"))
        if value is None and spec.get("required"):
            self.problems.append(missing)
        elif name in values and is_wrongly_empty(value, spec):
            mend = "give it a value"
            if default is not None and not secret:
                mend += f", or remove it to have the default {shown(default)}"
            self.problems.append(Problem(path, "is empty", mend))
        elif value is not None:
            return self._value(path, spec, value, secret)
        return default

    def _value(self, path: str, spec: Spec, value: Any, secret: bool) -> Any:
        """Compare what is there; return it converted, or ``None`` when it is refused."""
        kind = spec.get("type", "str")
        try:
            if kind == "raw":
                return value
            if kind == "list":
                return self._list(path, spec, value, secret)
            if kind == "dict":
                return self._dict(path, spec, value, secret)
            return chosen(spec, scalar(kind, value, secret), secret)
        except SlipwayError as refusal:
            self.problems.append(Problem(path, refusal.what, refusal.mend))
            return None

    def _list(self, path: str, spec: Spec, value: Any, secret: bool) -> list[Any]:
        if not isinstance(value, list):
            raise SlipwayError(f"{said(value, secret)} is no list", 'write each item on a line after "- "')
        element = {**spec, "type": spec.get("elements", "raw")}
        converted = []
        for index, item in enumerate(value):
            self.checks += 1
            if item is None or item == "":
                self.problems.append(Problem(f"{path}[{index}]", "is empty", "give it a value or remove it"))
            else:
                converted.append(self._value(f"{path}[{index}]", element, item, secret))
        return converted

    def _dict(self, path: str, spec: Spec, value: Any, secret: bool) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise SlipwayError(f"{said(value, secret)} is no dictionary", 'write "key: value" lines')
        if "options" not in spec:
            return dict(value)
        for key in value:
            if key not in spec["options"]:
                mend = did_you_mean(str(key), spec["options"]) or f"its keys are {', '.join(spec['options'])}"
                self.problems.append(Problem(f"{path}.{key}", "is no key here", mend))
        return {
            name: self._option(option, value, Problem(f"{path}.{name}", "is missing", "add it"), secret)
            for name, option in spec["options"].items()
        }


def is_wrongly_empty(value: Any, spec: Spec) -> bool:
    """Whether a variable that is set has nothing in it although the role needs something there."""
    default = spec.get("default")
    if value is None:
        return default is not None
    return bool(value == "" and (spec.get("required") or default not in (None, "")))


def chosen(spec: Spec, value: Any, secret: bool) -> Any:
    """Return the value when it is one of the choices, or there are none; raises SlipwayError otherwise."""
    if "choices" not in spec or value in spec["choices"]:
        return value
    choices = [str(choice) for choice in spec["choices"]]
    mend = did_you_mean(str(value), choices) or f"write {' or '.join(choices)}"
    raise SlipwayError(f"{said(value, secret)} is none of {', '.join(choices)}", mend)


def scalar(kind: str, value: Any, secret: bool) -> Any:
    """Return the value converted to a type that holds one value; raises SlipwayError when it cannot be."""
    if isinstance(value, (list, Mapping)):
        found = "a list" if isinstance(value, list) else "a dictionary"
        raise SlipwayError(f"is {found}", "write one value")
    if kind in TEXTS:
        if isinstance(value, bool):
            raise SlipwayError(f"{said(value, secret)} is no text", "put it in quotes")
        return str(value)
    if kind not in SCALARS:
        raise SlipwayError(f"its argument specification has the type {kind}, which preflight does not know")
    convert, lack, mend = SCALARS[kind]
    refusal = SlipwayError(f"{said(value, secret)} is {lack}", mend)
    if isinstance(value, bool) and kind != "bool":
        raise refusal
    try:
        return convert(value)
    except TypeError:
        raise refusal from None


def said(value: Any, secret: bool) -> str:
    """Return the value as the subject of a sentence, without saying what it is when it is a secret."""
    return "the secret value" if secret else shown(value)


def with_defaults(options: Mapping[str, Spec], defaults: Mapping[str, Any]) -> dict[str, Spec]:
    """Return the options with the role's real defaults in place of those that their documentation names."""
    return {
        name: {**spec, "default": defaults[name]} if name in defaults else spec
        for name, spec in options.items()
    }


def unknown_variables(
    role: str, options: Mapping[str, Spec], names: list[str], other_roles: list[str]
) -> list[Problem]:
    """Find the variables that begin with the role's name and are none of its own.

    ``docker_registry_port`` belongs to a role ``docker_registry`` where one exists, not to ``docker``.
    """
    longer = tuple(f"{other}_" for other in other_roles if other.startswith(f"{role}_"))
    problems = []
    for name in names:
        if name.startswith(f"{role}_") and not (longer and name.startswith(longer)) and name not in options:
            mend = did_you_mean(name, options) or f"the README of roles/{role} lists its variables"
            problems.append(Problem(name, f"is no variable of the role {role}", mend))
    return problems
