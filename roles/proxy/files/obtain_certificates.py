# SPDX-License-Identifier: GPL-3.0-or-later
"""obtain-certificates: have a certificate for each host of the proxy, new or renewed, by certbot.

Reads certificates.json: the ``names`` of the hosts, the ``certbot`` command that is run for each, ``live``,
where certbot keeps what it got, ``directory``, where the proxy reads it, and the ``group`` that may.

The proxy gets chain and key in one file, which is replaced in one step. What fails for one host keeps no
other from its certificate, and the one that a host has stays.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETTINGS = Path("/etc/slipway/proxy/certificates.json")
SECONDS = 300  # for one host; the CA may look at it several times


class ObtainError(Exception):
    """A sentence for a person."""


class Certificates:
    """What the proxy reads; ``reload`` is the program that has it read again."""

    def __init__(self, settings: Mapping[str, Any], reload: Path) -> None:
        self._certbot: Sequence[str] = settings["certbot"]
        self._live = Path(settings["live"])
        self._directory = Path(settings["directory"])
        self._group: int = settings["group"]
        self._reload = reload
        self._unread = self._directory / ".unread"

    def obtain(self, names: Sequence[str]) -> list[str]:
        """Have them all, and return a sentence for each host that has to go without a new one."""
        with _alone(self._directory):
            failures = [f"{name}: {error}" for name in names if (error := self._ask(name))]
            for name in names:
                self._publish(name)
            self._have_read()
        return failures

    def _ask(self, name: str) -> str:
        """Let certbot see to this host, which does nothing before it is time; return what went wrong."""
        try:
            _run([*self._certbot, "--cert-name", name, "--domain", name])
        except ObtainError as error:
            return str(error)
        return ""

    def _publish(self, name: str) -> None:
        """Give the proxy what certbot has for this host."""
        parts = [self._live / name / part for part in ("fullchain.pem", "privkey.pem")]
        if not all(part.is_file() for part in parts):
            return
        content = b"".join(part.read_bytes() for part in parts)
        file = self._directory / f"{name}.pem"
        if file.is_file() and file.read_bytes() == content:
            return
        self._unread.touch()
        descriptor, new = tempfile.mkstemp(dir=self._directory)
        with os.fdopen(descriptor, "wb") as stream:
            os.fchown(descriptor, -1, self._group)
            os.fchmod(descriptor, 0o640)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        Path(new).rename(file)

    def _have_read(self) -> None:
        """Have the proxy read what is new, also when a run before was killed before that."""
        if self._unread.exists():
            _run([str(self._reload), "--force"])
            self._unread.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that the timer and a person come one after the other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _run(command: Sequence[str]) -> None:
    """Run the command and raise the reason in its output when it fails."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ObtainError(f"{command[0]} did not end within {SECONDS} s") from error
    if done.returncode:
        raise ObtainError(_reason(done.stdout + done.stderr))


def _reason(output: str) -> str:
    """Return what the CA said of it, or the last line that is no advice."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    details = [line.partition(":")[2].strip() for line in lines if line.startswith("Detail:")]
    said = [line for line in lines if not line.startswith(("Ask for help", "Saving debug log", "- - -"))]
    return (details or said or ["it does not say why"])[-1]


def main() -> int:
    """Read the settings, do the one thing, say what failed."""
    description = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="obtain-certificates", description=description)
    parser.add_argument("--settings", type=Path, default=SETTINGS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    try:
        settings = json.loads(given.settings.read_text())
        certificates = Certificates(settings, Path(__file__).with_name("reload-proxy"))
        failures = certificates.obtain(settings["names"])
    except (OSError, ObtainError) as error:
        failures = [str(error)]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
