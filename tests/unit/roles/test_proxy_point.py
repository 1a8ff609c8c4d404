# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's program point-proxy, beside a proxy that says what a test wants it to say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.collection import CHECKOUT

PROGRAM = CHECKOUT / "roles/proxy/files/point_proxy.py"
BLUE = {"web:3000": "127.0.0.1:21000", "api:4000": "127.0.0.1:21001"}
GREEN = {"web:3000": "127.0.0.1:22000"}


class Proxy:
    """The program in a folder of its own, beside a ``reload-proxy`` that says what this test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.upstreams = folder / "gratonite"
        (folder / "programs").mkdir()
        self._program = shutil.copy(PROGRAM, folder / "programs" / "point-proxy")
        self.answers("true")

    def answers(self, command: str) -> None:
        """Have the proxy answer like this shell command from now on."""
        reload = self.folder / "programs" / "reload-proxy"
        reload.write_text(f"#!/bin/sh\necho asked >>{self.folder}/asked\n{command}\n")
        reload.chmod(0o755)

    def asked(self) -> int:
        """Return how often the proxy was asked whether it is well."""
        return len((self.folder / "asked").read_text().splitlines())

    def call(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run the program with this standard input."""
        return subprocess.run(
            self.command(*words), input=given, capture_output=True, text=True, check=False, timeout=30
        )

    def command(self, *words: str) -> list[str]:
        """Return the command that runs the program with these words."""
        return [sys.executable, str(self._program), "--directory", str(self.folder), *words]

    def point(self, mapping: object) -> str:
        """Point, which has to go well, and return what it said."""
        done = self.call("gratonite", given=json.dumps(mapping))
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    def fail(self, given: str) -> str:
        """Point, which has to fail, and return what it said."""
        done = self.call("gratonite", given=given)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr.strip()

    def shown(self) -> object:
        """Return the current mapping as the program shows it."""
        return json.loads(self.call("gratonite", "--show").stdout)


@pytest.fixture
def proxy(tmp_path: Path) -> Proxy:
    return Proxy(tmp_path)


def test_mapping_becomes_current_once(proxy: Proxy) -> None:
    assert proxy.shown() == {}
    assert proxy.point(BLUE) == "changed"
    assert proxy.point(dict(reversed(BLUE.items()))) == "unchanged"
    assert proxy.shown() == BLUE
    assert proxy.asked() == 1


def test_proxy_reads_a_file_for_each_upstream(proxy: Proxy) -> None:
    proxy.point(BLUE)
    current = proxy.upstreams / "current"
    assert {path.name: path.read_text() for path in current.iterdir()} == {
        "web:3000": "127.0.0.1:21000\n",
        "api:4000": "127.0.0.1:21001\n",
    }
    assert current.stat().st_mode & 0o777 == 0o755  # the proxy is another user
    assert not current.readlink().is_absolute()  # and sees the folder in another place


def test_only_the_mapping_before_is_left(proxy: Proxy) -> None:
    for mapping in (BLUE, {}, GREEN):
        proxy.point(mapping)
    assert proxy.shown() == GREEN
    assert len(list(proxy.upstreams.iterdir())) == 3  # the link, its folder and the one before


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("echo first >&2; echo last >&2; exit 1", "the proxy is not well: last"),
        (
            """echo '{"level":"error","msg":"adapting config"}' >&2; exit 1""",
            "the proxy is not well: adapting config",
        ),
        ("exit 1", "the proxy is not well: it does not say why"),
    ],
)
def test_proxy_that_is_not_well_keeps_the_mapping_before(proxy: Proxy, command: str, sentence: str) -> None:
    proxy.point(BLUE)
    proxy.answers(command)
    assert proxy.fail(json.dumps(GREEN)) == f"point-proxy: {sentence}"
    assert proxy.shown() == BLUE
    proxy.answers("true")
    assert proxy.point(GREEN) == "changed"


def test_what_a_killed_run_has_left_goes(proxy: Proxy) -> None:
    proxy.point(BLUE)
    (proxy.upstreams / "tmpkilled").mkdir()
    (proxy.upstreams / "tmpkilled" / "web:3000").touch()
    (proxy.upstreams / ".current").symlink_to("tmpkilled")
    assert proxy.shown() == BLUE
    proxy.point(GREEN)
    assert len(list(proxy.upstreams.iterdir())) == 3
    assert not (proxy.upstreams / "tmpkilled").exists()


def test_calls_come_one_after_the_other(proxy: Proxy) -> None:
    proxy.answers("test ! -e busy || exit 1; touch busy; sleep 0.2; rm busy")
    running = []
    for port in (21000, 22000, 23000):
        program = subprocess.Popen(
            proxy.command("gratonite"), stdin=subprocess.PIPE, text=True, cwd=proxy.folder
        )
        assert program.stdin
        program.stdin.write(json.dumps({"web:3000": f"127.0.0.1:{port}"}))
        program.stdin.close()
        running.append(program)
    assert [program.wait(30) for program in running] == [0, 0, 0]


def test_requests_meanwhile_find_one_mapping_or_the_other(proxy: Proxy) -> None:
    proxy.point(BLUE)
    file = proxy.upstreams / "current" / "web:3000"
    program = subprocess.Popen(proxy.command("gratonite"), stdin=subprocess.PIPE, text=True)
    assert program.stdin
    program.stdin.write(json.dumps(GREEN))
    program.stdin.close()
    seen = set()
    while program.poll() is None:
        seen.add(file.read_text())
    seen.add(file.read_text())
    assert seen == {"127.0.0.1:21000\n", "127.0.0.1:22000\n"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", 'the mapping is no JSON like {"web:3000": "127.0.0.1:21000"}'),
        ("[]", 'the mapping is no JSON like {"web:3000": "127.0.0.1:21000"}'),
        ('{"../x": "127.0.0.1:1"}', "'../x' is no upstream; write it like web:3000"),
        (
            '{"web:3000": "192.0.2.1:80"}',
            "web:3000 leads to '192.0.2.1:80', which is no port of 127.0.0.1",
        ),
        (
            '{"web:3000": "127.0.0.1:80 }"}',
            "web:3000 leads to '127.0.0.1:80 }', which is no port of 127.0.0.1",
        ),
        ('{"web:3000": 21000}', "web:3000 leads to 21000, which is no port of 127.0.0.1"),
    ],
)
def test_mapping_that_is_none(proxy: Proxy, given: str, sentence: str) -> None:
    proxy.point(BLUE)
    assert proxy.fail(given) == f"point-proxy: {sentence}"
    assert proxy.shown() == BLUE


def test_name_of_an_application_is_no_path(proxy: Proxy) -> None:
    done = proxy.call("../../etc", given=json.dumps(BLUE))
    assert done.returncode == 2
    assert "is no name of an application" in done.stderr
