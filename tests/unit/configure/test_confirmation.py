# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of a guard: how long it asks, and what it says in the end."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._configure import confirmation
from ansible_collections.slipway.deploy.plugins.module_utils._configure.confirmation import (
    question,
    read_answer,
    refuse_unconfirmed,
    verdict,
)
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

REVERTED = {"state": "reverted", "by": "timer", "problems": []}


class Host:
    """Answers in turn, the last for ever; time passes only by sleeping."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        self.answers = list(answers)
        self.now = 1000.0

    def ask(self) -> dict[str, Any] | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def verdict(self, seconds: int = 30) -> dict[str, Any] | None:
        return verdict(self.ask, seconds, clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("state", ["confirmed", "reverted", "unknown"])
def test_final_answer_ends_the_wait(state: str) -> None:
    host = Host(None, {"state": "unfinished"}, {"state": state})
    assert host.verdict() == {"state": state}
    assert host.now == 1002


@pytest.mark.parametrize("answer", [None, {"state": "unfinished"}])
def test_the_wait_ends_after_the_guard_and_the_recovery(answer: dict[str, Any] | None) -> None:
    host = Host(answer)
    assert host.verdict(30) is None
    assert host.now == 1000 + 30 + confirmation.RECOVERY_SECONDS


def test_answer_is_found_among_greetings() -> None:
    assert read_answer('Welcome\n{"x": 1}\n[]\n{"slipway_guard": {"state": "unknown"}}\n') == {
        "state": "unknown"
    }
    assert read_answer("sudo: a password is required\n") is None


def test_question_is_answered_where_nothing_is_left() -> None:
    done = subprocess.run(
        ["sh", "-c", question("nothing-like-it", "t", "python3")], capture_output=True, text=True, check=True
    )
    assert read_answer(done.stdout) == {"state": "unknown"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            REVERTED,
            "the change of /etc/a, /etc/b was not confirmed over a fresh connection, so the host restored "
            "the previous state by itself after 30 s; make the change let the controller in.",
        ),
        ({**REVERTED, "by": "boot"}, "restored the previous state by itself when it was rebooted; "),
        ({**REVERTED, "problems": ["`x` ended with 1"]}, "after 30 s, but not wholly: `x` ended with 1."),
        (None, "could not be confirmed, and the host has not answered since; it restores the previous state"),
        ({"state": "unknown"}, "could not be confirmed, since the host has no note of it left."),
    ],
)
def test_what_was_not_confirmed_is_one_sentence(answer: dict[str, Any] | None, sentence: str) -> None:
    with pytest.raises(SlipwayError) as caught:
        refuse_unconfirmed(answer, ["/etc/a", "/etc/b"], 30)
    assert sentence in str(caught.value)


def test_what_was_confirmed_is_fine() -> None:
    refuse_unconfirmed({"state": "confirmed"}, ["/etc/a"], 30)
