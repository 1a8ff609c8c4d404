# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From the module's options to a transaction."""

from __future__ import annotations

import base64
import re
from typing import Any

from .._errors import SlipwayError
from .transaction import Transaction
from .wanted import Wanted


def read_options(options: dict[str, Any]) -> Transaction:
    """Return the transaction that the options describe; raises SlipwayError for what makes no sense."""
    name = options["name"]
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        raise SlipwayError(f"{name!r} cannot name a transaction", "use small letters, digits, - and _")
    if options["timeout"] < 1 or options["guard"] < 0:
        raise SlipwayError(f"timeout and guard of {name} are seconds", "give positive numbers")
    files = [
        Wanted.from_option(_with_secret(option, options["_sensitive"] or {})) for option in options["files"]
    ]
    paths = [wanted.path for wanted in files]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice:
        raise SlipwayError(f"{twice} is among the files of {name} twice", "keep one of the two")
    commands = [*options["holds"], *options["apply"]]
    if not all(command and all(isinstance(word, str) for word in command) for command in commands):
        raise SlipwayError(
            f"the commands of {name} are lists of words", "write them like [systemctl, reload, ssh]"
        )
    return Transaction(
        name,
        files,
        options["holds"],
        options["apply"],
        options["timeout"],
        options["guard"],
        options["_token"] or "",
    )


def _with_secret(option: dict[str, Any], hidden: dict[str, str]) -> dict[str, Any]:
    content = hidden.get(option["path"])
    return option if content is None else {**option, "content": base64.b64decode(content).decode()}
