# SPDX-License-Identifier: GPL-3.0-or-later
"""point-proxy APP: lead the proxy's routes to where the application's services listen now.

Reads {"SERVICE:PORT": "ADDRESS:PORT", ...} as JSON from its standard input, all of it or nothing, and says
"changed" or "unchanged". With --show it prints what is current.

A mapping is a folder with a file for each upstream, and the link `current` leads to one. The proxy reads
the file at each request, so the mapping changes with the link, in one step, and no connection notices. Before
that the proxy has to show that it runs and can read its configuration; on a failure nothing has changed.
"""

from __future__ import annotations

import argparse
import fcntl
import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UPSTREAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*:[1-9][0-9]{0,4}")
APP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
SECONDS = 60
DIRECTORY = Path("/etc/slipway/proxy/upstreams")


class PointError(Exception):
    """A sentence for a person."""


class Upstreams:
    """The mappings of one application; ``reload`` is the program that shows whether the proxy is well."""

    def __init__(self, folder: Path, reload: Path) -> None:
        self._folder = folder
        self._current = folder / "current"
        self._reload = reload

    def show(self) -> dict[str, str]:
        """Return the current mapping, which is empty before the first."""
        files = self._current.iterdir() if self._current.is_dir() else ()
        return {file.name: file.read_text().strip() for file in files}

    def point(self, mapping: dict[str, str]) -> bool:
        """Make the mapping current, and return whether it was not already."""
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with _alone(self._folder):
            if mapping == self.show():
                return False
            _run(self._reload)
            self._sweep()
            self._lead_to(self._write(mapping))
        return True

    def _write(self, mapping: dict[str, str]) -> Path:
        """Write a folder with the mapping."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        folder.chmod(0o755)
        for upstream, address in mapping.items():
            with (folder / upstream).open("w") as file:
                file.write(f"{address}\n")
                file.flush()
                os.fsync(file.fileno())  # the link must not reach the disk before what it leads to
        return folder

    def _lead_to(self, folder: Path) -> None:
        """Have the link lead to this folder, at once."""
        link = self._folder / ".current"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        link.rename(self._current)

    def _sweep(self) -> None:
        """Remove what is not current, but what stops being so stays: a request may be about to read it."""
        for path in self._folder.iterdir():
            if not path.is_symlink() and path != self._current.resolve():
                shutil.rmtree(path)


def read_mapping(text: str) -> dict[str, str]:
    """Return the mapping that the text says; nothing in it can mean anything else to a proxy."""
    try:
        mapping = json.loads(text)
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict):
        raise PointError('the mapping is no JSON like {"web:3000": "127.0.0.1:21000"}')
    for upstream, address in mapping.items():
        if not UPSTREAM.fullmatch(upstream):
            raise PointError(f"{upstream!r} is no upstream; write it like web:3000")
        if not isinstance(address, str) or not _is_loopback(address):
            raise PointError(f"{upstream} leads to {address!r}, which is no port of 127.0.0.1")
    return mapping


def _is_loopback(text: str) -> bool:
    address, _unused, port = text.rpartition(":")
    try:
        return ipaddress.IPv4Address(address).is_loopback and port.isdecimal() and 0 < int(port) < 65536
    except ValueError:
        return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two calls come one after the other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _run(program: Path) -> None:
    """Run the program and raise its last words when it fails."""
    try:
        done = subprocess.run(
            [program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PointError(f"the proxy did not answer within {SECONDS} s") from error
    if done.returncode:
        raise PointError(f"the proxy is not well: {_last_words(done.stderr)}")


def _last_words(output: str) -> str:
    """Return the last line; of an entry in Caddy's log only what it says."""
    lines = output.strip().splitlines() or ["it does not say why"]
    try:
        return str(json.loads(lines[-1])["msg"])
    except (ValueError, KeyError, TypeError):
        return lines[-1]


def main() -> int:
    """Read the arguments, do the one thing, say so."""
    parser = argparse.ArgumentParser(prog="point-proxy", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("app", metavar="APP")
    parser.add_argument("--show", action="store_true", help="print the current mapping")
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not APP.fullmatch(given.app):
        parser.error(f"{given.app!r} is no name of an application")
    upstreams = Upstreams(given.directory / given.app, Path(__file__).with_name("reload-proxy"))
    try:
        if given.show:
            print(json.dumps(upstreams.show(), sort_keys=True))
        else:
            print("changed" if upstreams.point(read_mapping(sys.stdin.read())) else "unchanged")
    except (OSError, PointError) as error:
        print(f"point-proxy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
