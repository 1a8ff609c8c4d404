# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Compose file as far as the controller reads it, which has no Compose.

Only what is plain without Compose is read here. What the file means in full, Compose tells on the host,
before anything changes there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    import yaml
except ImportError:  # ansible-core brings it to every controller
    yaml = None  # type: ignore[assignment]

from .._app.environment import Environment
from .._errors import SlipwayError
from .problem import Problem

VARIABLE = "app_compose"


@dataclass(frozen=True)
class ComposeFile:
    """The services as they are written, and where the file is; ``None`` when it is written inline."""

    services: Mapping[str, Mapping[str, Any]]
    path: Path | None

    def environment(self, service: str) -> Environment:
        """Return the variables of a service whose values are plainly there."""
        written = self.services[service].get("environment")
        if isinstance(written, list):
            written = dict(str(line).partition("=")[::2] for line in written if "=" in str(line))
        if not isinstance(written, Mapping):
            return {}
        texts = {str(name): _text(value) for name, value in written.items() if value is not None}
        return {name: value.replace("$$", "$") for name, value in texts.items() if not _is_open(value)}

    def leaves_open(self, service: str, name: str) -> bool:
        """Whether only Compose can tell what a variable of a service is, or whether there is one."""
        definition = self.services[service]
        if definition.get("env_file") or definition.get("extends"):
            return name not in self.environment(service)
        written = definition.get("environment")
        names = [str(item).partition("=")[0] for item in written or []]
        return name in names and name not in self.environment(service)

    def env_files(self, service: str) -> list[tuple[str, bool]]:
        """Return the files that a service's environment comes from, and whether each must be there."""
        written = self.services[service].get("env_file") or []
        entries = written if isinstance(written, list) else [written]
        return [
            (str(item.get("path")), bool(item.get("required", True)))
            if isinstance(item, Mapping)
            else (str(item), True)
            for item in entries
        ]


def read(written: Any) -> ComposeFile:
    """Read ``app_compose``, a path or the mapping itself; raises SlipwayError."""
    if isinstance(written, Mapping):
        return ComposeFile(_services(written), None)
    if not isinstance(written, str):
        raise SlipwayError("is neither a path nor a Compose file", "write the path of your compose.yml")
    path = Path(written).expanduser()
    if not path.is_absolute():
        mend = f'write "{{{{ inventory_dir }}}}/{written}", or from where it is'
        raise SlipwayError(f"{written!r} depends on where the run is started", mend)
    try:
        content = _parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SlipwayError(f"there is no file {path.resolve()}", "correct the path") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise SlipwayError(f"{path.resolve()} cannot be read: {reason}", "make it readable") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or "it cannot be read"
        raise SlipwayError(f"{path.resolve()}{where} is no YAML: {said}", "correct it") from None
    return ComposeFile(_services(content), path.resolve())


def _parsed(text: str) -> Any:
    """Return what YAML says; Compose's own tags, like ``!reset``, count as if they were not there."""

    class Loader(yaml.SafeLoader):
        """Knows any tag."""

    Loader.add_multi_constructor("!", _untagged)
    return yaml.load(text, Loader=Loader)


def _untagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


def check(file: ComposeFile, deployed: Collection[str], kept: Collection[str]) -> Iterator[Problem]:
    """Yield what no host could do with the services that are deployed."""
    for name in deployed:
        definition, path = file.services[name], f"{VARIABLE}.services.{name}"
        if name in kept and definition.get("build") and not definition.get("image"):
            what = "is built on the host that runs it, and hosts build nothing"
            yield Problem(f"{path}.build", what, "give it an image that a registry has")
        extends = definition.get("extends")
        if isinstance(extends, Mapping) and extends.get("file"):
            what = f"continues in {extends['file']}, and the host gets one file"
            yield Problem(f"{path}.extends", what, "write what it needs of it in the Compose file itself")
        for index, source in enumerate(map(_bind_source, definition.get("volumes") or [])):
            if source.startswith(("./", "../", "~")) or source in (".", ".."):
                what = f"mounts {source}, which is beside the Compose file and not on the host"
                mend = "put it into the image, or mount an absolute path of the host"
                yield Problem(f"{path}.volumes[{index}]", what, mend)
    for name in file.services:  # Compose reads those of the services that are left out, too
        for env_file, required in file.env_files(name):
            fault = _env_file_fault(file.path, env_file, required)
            if fault:
                mend = "write its variables in app_environment and app_secrets instead"
                yield Problem(f"{VARIABLE}.services.{name}.env_file", fault, mend)


def _env_file_fault(compose: Path | None, name: str, required: bool) -> str:
    if compose is None:
        return f"names {name}, and nothing is beside a Compose file that is written inline"
    if Path(name).is_absolute() or ".." in Path(name).parts or "$" in name:
        return f"names {name}, which does not lie beside the Compose file"
    if required and not (compose.parent / name).is_file():
        return f"needs {name}, and there is no such file beside the Compose file"
    return ""


def _services(content: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(content, Mapping) or not isinstance(content.get("services"), Mapping):
        raise SlipwayError("holds no services", "begin with the line services:, as Compose wants it")
    if content.get("include"):
        raise SlipwayError("includes other files, and the host gets one", "write all services in it")
    services = {str(name): definition or {} for name, definition in content["services"].items()}
    if not services:
        raise SlipwayError("holds no services", "name at least one below services:")
    for name, definition in services.items():
        if not isinstance(definition, Mapping):
            raise SlipwayError(f"services.{name} is no service", 'write "key: value" lines below its name')
    return services


def _bind_source(volume: Any) -> str:
    if isinstance(volume, Mapping):
        return str(volume.get("source") or "") if volume.get("type") == "bind" else ""
    return str(volume).partition(":")[0] if ":" in str(volume) else ""


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _is_open(value: str) -> bool:
    return "$" in value.replace("$$", "")
