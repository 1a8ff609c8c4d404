# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a value was written: the file and line that a person must open to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

try:
    # Private in ansible-core and imported nowhere else; without it every place is told in words.
    from ansible.module_utils._internal._datatag import AnsibleTagHelper
except ImportError:
    AnsibleTagHelper = None

DEFAULT = "default of the role"
EXTRA_VARIABLES = "<CLI option '-e'>"  # the description that ansible-core 2.19 to 2.21 give to -e


class Origin(NamedTuple):
    """Where ansible-core says that a value comes from."""

    path: str | None
    line: int | None
    description: str | None


def origin_of(value: Any) -> Origin | None:
    """Return where the value was written; ``None`` for booleans and null, which cannot carry the tag."""
    if AnsibleTagHelper is None:
        return None
    for tag in AnsibleTagHelper.tags(value):
        if type(tag).__name__ == "Origin":
            return Origin(tag.path, tag.line_num, tag.description)
    return None


class Places:
    """Finds the place of a value by its path, in the variables of one role on one host.

    ``rendered`` is looked through first: in it, the value of ``"{{ office_networks }}"`` leads to where
    ``office_networks`` was written. ``raw`` is what was written in the role's own variable. ``defaults`` are
    the role's own, as written in ``defaults_file``.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        rendered: Mapping[str, Any],
        defaults: Mapping[str, Any],
        defaults_file: Path,
    ) -> None:
        self._raw = raw
        self._rendered = rendered
        self._defaults = defaults
        self._defaults_file = defaults_file
        self._names = {str(name): name for name in raw}

    def place(self, path: str) -> str:
        """Say where the value at a path like ``base_users[0].name`` was written, or else its parent."""
        steps = re.findall(r"[^.\[\]]+", path)
        name = steps[0]
        if name not in self._names:
            # A host without an address of its own in the inventory is reached by its name there.
            return str(self._raw.get("inventory_hostname")) if name == "ansible_host" else "not set"
        origin = nearest_origin(self._rendered, steps) or nearest_origin(self._raw, steps)
        if origin:
            return self._words(origin)
        return self._place_of_untagged(name)

    def _place_of_untagged(self, name: str) -> str:
        """Say where a boolean or null was written, which carries no tag.

        The variable's name carries the place where it was set first; another file may have overridden it.
        """
        first = origin_of(self._names[name])
        if not first:
            return "set during the run"
        words = self._words(first)
        if words != DEFAULT:
            return f"first set in {words}"
        return DEFAULT if self._raw[name] == self._defaults.get(name) else "set over the role's default"

    def _words(self, origin: Origin) -> str:
        if origin.path:
            path = Path(origin.path).resolve()
            if path == self._defaults_file:
                return DEFAULT
            return f"{relative(path)}:{origin.line}" if origin.line else str(relative(path))
        if origin.description == EXTRA_VARIABLES:
            return "extra variables (-e)"
        return origin.description or "set during the run"


def nearest_origin(values: Mapping[str, Any], steps: list[str]) -> Origin | None:
    """Walk down the steps as far as they go and return the deepest origin met on the way."""
    found = None
    value: Any = values
    for depth, step in enumerate(steps):
        if isinstance(value, Mapping):
            keys = {str(key): key for key in value}
            if step not in keys:
                break
            value = value[keys[step]]
            # Inside a mapping, the key stands where its value does; a boolean has no other place.
            found = origin_of(value) or (origin_of(keys[step]) if depth else None) or found
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
            found = origin_of(value) or found
        else:
            break
    return found


def relative(path: Path) -> Path:
    """Return the path relative to the current directory when it lies below it, as an editor wants it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
