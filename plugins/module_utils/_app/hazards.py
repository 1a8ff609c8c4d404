# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What of a Compose file cannot be released, or would give an attacker of the application the whole host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._preflight.problem import Problem
from .description import App
from .project import Service, problems_of_parts

_ROOT_OF_HOST = "gives whoever breaks into it the whole host"
_CAPABILITIES = ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH")
_KEPT_MEND = "remove it, or put the service in app_keeps if you trust it with that"


def examine(normalised: Mapping[str, Any], app: App) -> Iterator[Problem]:
    """Yield what is wrong with the file that Compose has normalised, for these two kinds of services."""
    services = normalised["services"]
    deployed = {name: services[name] for name in (*app.images, *app.keeps) if name in services}
    for name, definition in deployed.items():
        path = f"app_compose.services.{name}"
        yield from _without_value(path, name, definition, app)
        if name in app.images:
            yield from _powers(path, definition)
            yield from _ties(path, definition)
            if name not in app.recreates:
                yield from _written_twice(path, name, definition)
        elif definition.get("build") and not definition.get("image"):
            what = "is built on the host that runs it, and hosts build nothing"
            yield Problem(f"{path}.build", what, "give it an image that a registry has")
    yield from problems_of_parts(normalised, deployed)


def _without_value(path: str, name: str, definition: Service, app: App) -> Iterator[Problem]:
    given = app.environment.get(name, {})
    for variable, value in (definition.get("environment") or {}).items():
        if value is None and variable not in given:
            what = "takes its value from a shell, and a host has none"
            mend = f"write it in app_environment.{name} or app_secrets.{name}"
            yield Problem(f"{path}.environment.{variable}", what, mend)


def _powers(path: str, definition: Service) -> Iterator[Problem]:
    if definition.get("privileged"):
        yield Problem(f"{path}.privileged", _ROOT_OF_HOST, _KEPT_MEND)
    for key in ("pid", "ipc", "userns_mode", "cgroup", "uts"):
        if definition.get(key) == "host":
            yield Problem(f"{path}.{key}", f"shares the host's, which {_ROOT_OF_HOST}", _KEPT_MEND)
    for capability in definition.get("cap_add") or []:
        if capability.upper().removeprefix("CAP_") in _CAPABILITIES:
            yield Problem(f"{path}.cap_add", f"{capability} {_ROOT_OF_HOST}", _KEPT_MEND)
    for index, mount in enumerate(definition.get("volumes") or []):
        source = str(mount.get("source") or "")
        if mount["type"] == "bind" and (source == "/" or source.endswith("docker.sock")):
            yield Problem(f"{path}.volumes[{index}]", f"{source} {_ROOT_OF_HOST}", _KEPT_MEND)


def _ties(path: str, definition: Service) -> Iterator[Problem]:
    if mode := definition.get("network_mode"):
        what = f"network_mode {mode} keeps it from the proxy and from what it is run with"
        yield Problem(f"{path}.network_mode", what, "remove it, or put the service in app_keeps")
    if definition.get("volumes_from"):
        what = "volumes_from ties it to a container that a release replaces"
        yield Problem(f"{path}.volumes_from", what, "name the volumes themselves")


def _written_twice(path: str, name: str, definition: Service) -> Iterator[Problem]:
    for index, mount in enumerate(definition.get("volumes") or []):
        source = mount.get("source")
        if mount["type"] in ("volume", "bind", "cluster") and source and not mount.get("read_only"):
            what = f"writes to {source}, and a release runs it twice at once while it switches"
            mend = (
                f"add {name} to app_recreates, so that the old one stops first, or to app_keeps instead of "
                "app_images, or mount it with read_only: true"
            )
            yield Problem(f"{path}.volumes[{index}]", what, mend)
