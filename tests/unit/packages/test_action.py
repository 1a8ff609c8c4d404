# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is asked by one plain command, and only one that lacks something is sent the module."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize("names", [None, "nftables", [], 7])
def test_what_is_no_list_is_for_the_module_to_refuse(bench: Bench, names: object) -> None:
    bench.run("packages", {"names": names})
    assert list(bench.sent) == [MODULE]
