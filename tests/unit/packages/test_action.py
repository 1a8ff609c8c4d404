# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is asked by one plain command, and only one that lacks something is sent the module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail

from support.preflight import Bench

MODULE = "slipway.deploy.packages"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A host, and what it is asked."""
    bench = Bench(tmp_path)
    bench.write("package: nftables\n")
    return bench


def test_one_that_has_them_all_is_not_sent_the_module(bench: Bench) -> None:
    bench.host_answer = "nftables\tinstalled\nsudo\tinstalled\n"
    result = bench.run("packages", {"names": ["nftables", "sudo"]})
    assert (result["changed"], result["installed"], bench.sent, bench.questions) == (False, [], {}, 1)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nftables\tinstalled\n",
        "nftables\tinstalled\nsudo\thalf-configured\n",
        "sh: dpkg-query: not found\n",
    ],
)
def test_one_that_lacks_any_is_sent_it(bench: Bench, answer: str) -> None:
    bench.host_answer = answer
    assert bench.run("packages", {"names": ["nftables", "sudo"]})["changed"]
    assert list(bench.sent) == [MODULE]


def test_nothing_asked_for_is_left_to_the_module(bench: Bench) -> None:
    bench.run("packages", {"names": []})
    assert (list(bench.sent), bench.questions) == ([MODULE], 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "missing required arguments: names"),
        ({"names": {"nftables": True}}, "cannot be converted to a list"),
        ({"names": ["nftables"], "lock_timout": 3}, "lock_timout. Supported parameters include: "),
        ({"names": ["nftables"], "lock_timeout": "soon"}, "cannot be converted to an int"),
    ],
)
def test_bad_input_is_refused_on_a_host_that_has_them_all_too(
    bench: Bench, arguments: dict[str, object], said: str
) -> None:
    bench.host_answer = "nftables\tinstalled\n"
    with pytest.raises(AnsibleActionFail, match=re.escape(said)):
        bench.run("packages", arguments)
    assert (bench.sent, bench.questions) == ({}, 0)
