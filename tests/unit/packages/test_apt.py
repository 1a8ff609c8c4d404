# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages by scripted conversations with dpkg and apt: what is asked, when, and what a failure says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._configure.commands import Finished
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._packages import apt
from ansible_collections.slipway.deploy.plugins.module_utils._packages.quiet_services import quiet_services

LOCKED = (
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 871 (unattended-upgr)\n"
    "E: Unable to acquire the dpkg frontend lock, is another process using it?\n"
)
LISTS_LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)\n"
INTERRUPTED = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.\n"
GONE = "E: Failed to fetch http://deb.example/pool/x.deb  404  Not Found\n"


class Conversation:
    """Answers commands in order; ``("install", output)`` fails with the output when there is any."""

    def __init__(self, *expected: tuple[str, str]) -> None:
        self.expected = list(expected)
        self.slept = 0.0

    def __call__(self, argv: Sequence[str], seconds: int) -> Finished:
        assert seconds > 0
        word, output = self.expected.pop(0)
        assert word in argv, f"{word} expected, not {argv}"
        return Finished(" ".join(argv), "ended with 100" if output else "", output)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def apt(self, lock_timeout: float = 5) -> apt.Apt:
        return apt.Apt(lock_timeout, self, self.sleep)


@pytest.fixture(autouse=True)
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fresh package lists."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "deb.example_InRelease").touch()
    monkeypatch.setattr(apt, "_LISTS", folder)
    return folder


def test_missing_is_what_dpkg_does_not_call_installed() -> None:
    told = "nftables\tinstalled\nsudo\tconfig-files\ndpkg-query: no packages found matching docker.io\n"

    def answer(_argv: list[str], _seconds: float) -> Finished:
        return Finished("dpkg-query", "ended with 1", told)

    assert apt.missing(["docker.io", "nftables", "sudo"], answer) == ["docker.io", "sudo"]


def test_fresh_lists_are_used_as_they_are() -> None:
    conversation = Conversation(("install", ""))
    conversation.apt().install(["nftables"])
    assert not conversation.expected


def test_without_lists_they_are_fetched_first(lists: Path) -> None:
    (lists / "deb.example_InRelease").unlink()
    conversation = Conversation(("update", ""), ("install", ""))
    conversation.apt().install(["nftables"])
    assert not conversation.expected


def test_lists_that_name_what_is_gone_are_fetched_again() -> None:
    conversation = Conversation(("install", GONE), ("update", ""), ("install", ""))
    conversation.apt().install(["nftables"])
    assert not conversation.expected


def test_a_failure_by_fresh_lists_says_what_apt_said() -> None:
    conversation = Conversation(("install", GONE), ("update", ""), ("install", GONE))
    with pytest.raises(SlipwayError, match=r"^nftables cannot be installed: .*404.*; mend what apt-get says"):
        conversation.apt().install(["nftables"])


@pytest.mark.parametrize("output", [LOCKED, LISTS_LOCKED])
def test_others_locks_are_waited_for(output: str) -> None:
    conversation = Conversation(("install", output), ("install", output), ("install", ""))
    conversation.apt().install(["nftables"])
    assert conversation.slept == 2


def test_a_lock_that_stays_ends_in_one_sentence_that_names_its_holder() -> None:
    conversation = Conversation(*[("install", LOCKED)] * 10)
    with pytest.raises(SlipwayError) as caught:
        conversation.apt(lock_timeout=3).install(["nftables"])
    assert str(caught.value) == (
        "the package system (/var/lib/dpkg/lock-frontend) is held by process 871 (unattended-upgr)"
        " and was not free within 3 s;"
        " wait until that program is done and run this again, or allow more time."
    )
    assert conversation.slept == 3  # the bound is one for all attempts


def test_what_a_killed_run_left_half_installed_is_put_right() -> None:
    conversation = Conversation(("install", INTERRUPTED), ("--configure", ""), ("install", ""))
    conversation.apt().install(["nftables"])
    assert not conversation.expected


def test_services_stay_quiet_for_the_time_of_the_installation_only(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with quiet_services(policy):
        assert policy.stat().st_mode & 0o111
        assert "exit 101" in policy.read_text()
    assert not policy.exists()


def test_a_policy_of_the_hosts_own_is_left_alone(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(SlipwayError, match="not ours"), quiet_services(policy):
        pass
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
