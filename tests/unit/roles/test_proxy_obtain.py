# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's program obtain-certificates, beside a certbot that does what a test wants it to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.collection import CHECKOUT

PROGRAM = CHECKOUT / "roles/proxy/files/obtain_certificates.py"
ONE, TWO = "one.example.org", "two.example.org"
# "$3" is the name in: certbot --cert-name NAME --domain NAME
ISSUE = 'mkdir -p live/$3; echo "chain of $3" >live/$3/fullchain.pem; echo "key of $3" >live/$3/privkey.pem'


class Host:
    """The program in a folder of its own, with a certbot and a proxy that note when they are asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.directory = folder / "certificates"
        self.directory.mkdir()
        self._program = shutil.copy(PROGRAM, folder / "obtain-certificates")
        self.script("certbot", ISSUE)
        self.script("reload-proxy", "true")
        settings = {
            "names": [ONE, TWO],
            "certbot": [str(folder / "certbot"), "certonly"],
            "live": str(folder / "live"),
            "directory": str(self.directory),
            "group": os.getgid(),
        }
        (folder / "settings.json").write_text(json.dumps(settings))

    def script(self, name: str, command: str) -> None:
        """Have the program of this name do this from now on."""
        file = self.folder / name
        file.write_text(f'#!/bin/sh\ncd {self.folder}\necho {name} "$@" >>asked\n{command}\n')
        file.chmod(0o755)

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run the program."""
        command = [sys.executable, str(self._program), "--settings", str(self.folder / "settings.json")]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    def must_run(self) -> None:
        """Run the program, which has to go well."""
        done = self.run()
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def asked(self) -> list[str]:
        """Return what was asked since this was called last."""
        file = self.folder / "asked"
        lines = file.read_text().splitlines()
        file.unlink()
        return lines

    def read(self, name: str) -> str:
        """Return what the proxy reads for this host."""
        return (self.directory / f"{name}.pem").read_text()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_each_host_gets_its_own_and_the_proxy_reads_them_once(host: Host) -> None:
    host.must_run()
    assert host.asked() == [
        f"certbot certonly --cert-name {ONE} --domain {ONE}",
        f"certbot certonly --cert-name {TWO} --domain {TWO}",
        "reload-proxy --force",
    ]
    assert host.read(ONE) == f"chain of {ONE}\nkey of {ONE}\n"
    assert {path.name for path in host.directory.iterdir()} == {f"{ONE}.pem", f"{TWO}.pem"}


def test_others_cannot_read_a_key(host: Host) -> None:
    host.must_run()
    assert (host.directory / f"{ONE}.pem").stat().st_mode & 0o777 == 0o640


def test_nothing_new_leaves_the_proxy_alone(host: Host) -> None:
    host.must_run()
    host.asked()
    host.must_run()
    assert [line.split()[0] for line in host.asked()] == ["certbot", "certbot"]


def test_renewed_one_takes_the_place_of_the_one_before(host: Host) -> None:
    host.must_run()
    host.script("certbot", f"{ISSUE}; echo renewed >>live/$3/fullchain.pem")
    host.asked()
    host.must_run()
    assert host.asked()[-1] == "reload-proxy --force"
    assert "renewed" in host.read(TWO)


def test_one_host_that_fails_keeps_no_other_from_its_certificate(host: Host) -> None:
    refusal = "echo '  Domain: x'; echo '  Detail: no such name'; echo 'Ask for help' >&2; exit 1"
    host.script("certbot", f'test "$3" != {ONE} || {{ {refusal}; }}; {ISSUE}')
    done = host.run()
    assert (done.returncode, done.stderr) == (1, f"{ONE}: no such name\n")
    assert host.read(TWO)
    assert not (host.directory / f"{ONE}.pem").exists()


def test_without_the_ca_everything_stays(host: Host) -> None:
    host.must_run()
    host.script("certbot", "echo 'the CA does not answer' >&2; exit 1")
    host.asked()
    done = host.run()
    assert done.returncode == 1
    assert done.stderr.count("the CA does not answer") == 2
    assert host.read(ONE) == f"chain of {ONE}\nkey of {ONE}\n"
    assert "reload-proxy --force" not in host.asked()


def test_run_after_one_that_was_killed_has_the_proxy_read(host: Host) -> None:
    host.script("reload-proxy", "exit 1")
    assert host.run().returncode == 1
    host.script("reload-proxy", "true")
    host.asked()
    host.must_run()
    assert host.asked()[-1] == "reload-proxy --force"
