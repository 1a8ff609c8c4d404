# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ``app_environment`` and ``app_secrets`` must be, and what of them is in the wrong one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .._app.environment import text
from .._app.values import looks_secret
from .._errors import SlipwayError
from .formats import did_you_mean
from .problem import Problem

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
SECRET = "app_secrets"  # noqa: S105  # the name of a variable
PLAIN = "app_environment"


def check(
    plain: Mapping[str, Any], secret: Mapping[str, Any], deployed: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong; no sentence has a value in it."""
    for variable, services in ((PLAIN, plain), (SECRET, secret)):
        for service, values in services.items():
            path = f"{variable}.{service}"
            if service not in deployed:
                mend = (
                    did_you_mean(str(service), deployed) or "name services of app_images and app_keeps only"
                )
                yield Problem(path, f"no service {service} is deployed", mend)
            if not isinstance(values, Mapping):
                yield Problem(path, "is no dictionary", "write a line NAME: value for each variable")
                continue
            for name, value in values.items():
                yield from _value_faults(f"{path}.{name}", str(name), value)
    for service, values in plain.items():
        yield from _misplaced(service, values, secret.get(service))


def _value_faults(path: str, name: str, value: Any) -> Iterator[Problem]:
    if not NAME.fullmatch(name):
        yield Problem(path, f"{name!r} is no name of a variable", "use letters, digits and _")
    try:
        if "\0" in text(path, value):
            yield Problem(path, "has a null character, which no environment can hold", "encode it as base64")
    except SlipwayError as error:
        yield Problem(path, error.what.removeprefix(f"{path} "), error.mend)


def _misplaced(service: str, values: Any, secret: Any) -> Iterator[Problem]:
    if not isinstance(values, Mapping):
        return
    for name, value in values.items():
        path = f"{PLAIN}.{service}.{name}"
        if isinstance(secret, Mapping) and name in secret:
            yield Problem(path, f"is in app_secrets.{service}, too", "keep one of them")
        elif isinstance(value, str) and looks_secret(str(name), value):
            yield Problem(
                path, "looks like a secret", f"write it in app_secrets.{service}, which no output shows"
            )
