# SPDX-License-Identifier: GPL-3.0-or-later
"""``./slipway`` and its set-up, on machines made of a PATH with nothing else on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NEEDED = (
    "cat",
    "cut",
    "dirname",
    "env",
    "id",
    "ln",
    "mkdir",
    "rm",
    "sed",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "tail",
    "head",
)


@pytest.fixture
def bare(tmp_path):
    """A machine with a shell and coreutils: no Python, no apt, no engine. Yields a runner of shell code."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name))
    (tmp_path / "checkout").mkdir()
    for name in ("slipway", "tools", "requirements.txt", "tests"):
        (tmp_path / "checkout" / name).symlink_to(CHECKOUT / name)

    def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(programs), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path), **variables}
        return subprocess.run(
            ["sh", "-eu", "-c", code],
            cwd=tmp_path / "checkout",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    run.programs = programs
    return run


def program(bare, name: str, code: str) -> None:
    path = bare.programs / name
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)


def test_help_names_every_command_that_exists(bare):
    said = bare("./slipway help")
    commands = [line.split()[0] for line in said.stdout.splitlines() if line.startswith("  ")]
    assert commands == ["rehearse", "rehearse-down", "check", "test", "bench", "docs", "help"]
    for command in commands:
        assert f"\n{command}" in (CHECKOUT / "slipway").read_text()


def test_no_command_is_help_and_an_unknown_one_an_error(bare):
    assert bare("./slipway").returncode == 0
    unknown = bare("./slipway deploy")
    assert unknown.returncode == 2
    assert unknown.stderr.endswith("there is no command deploy; it is one of those above.\n")


def test_a_machine_without_python_is_told_what_to_install(bare):
    said = bare("./slipway check")
    assert said.returncode == 1
    assert said.stderr == (
        "slipway: no Python >= 3.11 with venv is here; install one, on Debian or Ubuntu: "
        "sudo apt-get install python3-venv\n"
    )


def test_without_engine_and_without_the_right_to_install_one_sentence_says_what_to_type(bare):
    program(bare, "ssh", "exit 0")
    said = bare(". tools/setup.sh; setup_engine")
    assert said.returncode == 1
    assert said.stderr == (
        "slipway: no Docker Engine answers here; start one, or on Debian or Ubuntu: "
        "sudo apt-get install docker.io iptables debian-archive-keyring mmdebstrap openssh-client\n"
    )


def test_a_docker_client_alone_is_no_engine(bare):
    program(bare, "docker", "exit 0")
    assert "no Docker Engine answers here" in bare(". tools/setup.sh; setup_engine").stderr


def test_the_newest_python_wins_or_the_oldest_and_never_a_too_old_or_broken_one(bare):
    program(bare, "python3", "echo 0 /old/python3")
    program(bare, "python3.11", "echo 3011 /a/python3.11")
    program(bare, "python3.13", "echo 3013 /a/python3.13")
    program(bare, "python3.14", "echo 'version manager: not installed' >&2; exit 127")
    assert bare(". tools/setup.sh; find_python").stdout == "/a/python3.13\n"
    assert bare(". tools/setup.sh; find_python oldest").stdout == "/a/python3.11\n"


def test_a_python_below_3_11_is_not_taken(bare):
    program(bare, "python3", "echo 0 /usr/bin/python3")
    assert bare(". tools/setup.sh; find_python").stdout == ""


def test_the_checkout_is_linked_and_not_copied(bare):
    bare(". tools/setup.sh; link_checkout; link_checkout")
    checkout = bare.programs.parent / "checkout"
    link = checkout / ".slipway/collections/ansible_collections/slipway/deploy"
    assert os.path.realpath(link) == str(checkout)
