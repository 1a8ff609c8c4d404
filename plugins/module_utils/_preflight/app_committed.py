# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secrets that git has: whoever gets the repository, now or later, has them too."""

from __future__ import annotations

import re
import subprocess  # pylint: disable=ansible-bad-import  # the module API has no place in plain Python
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from .._app.values import is_placeholder, looks_secret
from .places import relative
from .problem import Problem

SHORTEST = 8  # characters; anything shorter is found in the middle of ordinary words
LARGEST = 1024 * 1024  # bytes of a file that a person writes
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$", re.MULTILINE)
_FILE_MEND = "git rm --cached {}, have git ignore it, change the secrets, and write new ones in app_secrets"
_VALUE_MEND = "change it and write it with ansible-vault encrypt_string, or in app_environment if it is none"


def check(
    beside: Path | None, env_files: Collection[str], inventory: Path | None, secrets: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield a problem for each file with secrets in it that git tracks.

    ``beside`` is the folder of the Compose file, ``env_files`` are what it names below that, ``secrets`` the
    values of ``app_secrets`` by path.
    """
    files = tracked(inventory) if inventory else []
    if beside:
        named = {beside / name for name in env_files}
        files += [file for file in tracked(beside) if file.parent == beside or file in named]
    first_paths: dict[str, str] = {}
    for path, value in secrets.items():
        if len(value) >= SHORTEST:
            first_paths.setdefault(value, path)
    for file in dict.fromkeys(files):
        text = _text(file)
        if re.fullmatch(r"\.env(\..+)?|.+\.env", file.name):
            names = [name for name, value in _LINE.findall(text) if _is_set(name, value)]
            if names:
                what = f"git has {relative(file)} with {', '.join(names)}"
                yield Problem("app_secrets", what, _FILE_MEND.format(file.name))
        for value, path in first_paths.items():
            if value in text:
                what = f"git has this value in plain text in {relative(file)}"
                yield Problem(path, what, _VALUE_MEND)


def tracked(folder: Path) -> list[Path]:
    """Return the files in a folder and below that git tracks; none where there is no git."""
    try:
        listing = subprocess.run(  # pylint: disable=ansible-bad-function
            ["git", "-C", str(folder), "ls-files", "-z", "--", "."],
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [folder / name for name in listing.stdout.decode(errors="replace").split("\0") if name]


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _is_set(name: str, value: str) -> bool:
    bare = value.strip("'\"")
    return looks_secret(name, bare) and not is_placeholder(bare) and not bare.startswith("$")
