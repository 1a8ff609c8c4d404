# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a failed task's result reaches a person."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.plugin_utils._phases.failure import (
    Failure,
    grouped,
    message_of,
    summary_of,
    unreachable_message_of,
)

SECRET = "S3NTINEL"  # noqa: S105  # what must not be seen


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (
            {"msg": "two problems:\none; mend it.\ntwo; mend it.\n"},
            "two problems:\none; mend it.\ntwo; mend it.",
        ),
        ({"msg": "Task failed: Module failed: no"}, "no"),
        ({"msg": ["one", "two"]}, "one\ntwo"),
        (
            {
                "msg": "x failed",
                "invocation": {"module_args": {"key": SECRET}},
                "exception": f"Traceback {SECRET}",
            },
            "x failed",
        ),
        ({"msg": {"key": SECRET}}, "It gave no message; -v shows what it returned."),
        ({}, "It gave no message; -v shows what it returned."),
        (
            {"msg": SECRET, "_ansible_no_log": True},
            "What it said is hidden, since the task is marked no_log.",
        ),
        ({"censored": "…", "msg": SECRET}, "What it said is hidden, since the task is marked no_log."),
        ({"msg": "rc", "rc": 2, "stderr": "no such file\n", "stdout": "much"}, "rc\nno such file"),
        ({"msg": "rc", "rc": 2, "stderr": "", "stdout": "no such file"}, "rc\nno such file"),
        ({"msg": "said: no such file", "rc": 2, "stderr": "no such file"}, "said: no such file"),
        ({"msg": "wrong", "rc": 0, "stdout": "all is well"}, "wrong"),
    ],
)
def test_the_message_and_nothing_else(result: dict[str, Any], message: str) -> None:
    assert message_of(result) == message


def test_of_a_long_output_the_end_is_shown() -> None:
    lines = message_of({"msg": "rc", "rc": 1, "stderr": "\n".join(map(str, range(100)))}).splitlines()
    assert lines == ["rc", *map(str, range(92, 100))]


def test_items_of_a_loop_say_more_than_the_loop_and_each_thing_once() -> None:
    assert message_of({"msg": "One or more items failed"}, ["no", "no", "never"]) == "no\nnever"


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("connect to host 203.0.113.7 port 22: Connection refused", "Nothing listens there: "),
        ("root@203.0.113.7: Permission denied (publickey).", "It answers and refuses the login: "),
        ("Host key verification failed.", "Its host key is not known here, "),
        ("Could not resolve hostname app-9: Name or service not known", "Set ansible_host to its address"),
        ("connect to host 203.0.113.7 port 22: Connection timed out", "See that it runs, "),
        ("something else", "See that ssh reaches it; "),
    ],
)
def test_a_host_out_of_reach_comes_with_the_mend(said: str, mend: str) -> None:
    first, second = unreachable_message_of({"msg": f"Task failed: {said}", "unreachable": True}).split("\n")
    assert first == said
    assert second.startswith(mend)
    assert second.endswith(".")


def test_the_same_sentence_of_several_hosts_stands_once() -> None:
    failures = [
        Failure("Install", "app-2", "no."),
        Failure("Install", "app-3", "never."),
        Failure("Install", "app-1", "no."),
        Failure("Probe", "app-1", "no.", summary="16 of 17 probes"),
        Failure("Install", "app-4", "no.", unreachable=True),
    ]
    assert grouped(failures) == [
        ("failed: Install on app-1, app-2", "no."),
        ("failed: Install on app-3", "never."),
        ("16 of 17 probes; failed: Probe on app-1", "no."),
        ("unreachable: app-4 at Install", "no."),
    ]


@pytest.mark.parametrize(
    ("result", "summary"),
    [
        ({"summary": "34 checks"}, "34 checks"),
        ({"summary": " 34 \x1b[1mchecks\nand more"}, "34 checks"),
        ({"summary": {"a": "module's own"}}, ""),
        ({"summary": SECRET, "_ansible_no_log": True}, ""),
        ({}, ""),
    ],
)
def test_a_summary_is_one_line_of_text(result: dict[str, Any], summary: str) -> None:
    assert summary_of(result) == summary
