# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the release role's variables."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import release
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given

GOOD = {"release_port_base": 21000, "release_health_timeout": 120, "release_drain": 10, "release_keep": 5}


def problems(**variables: Any) -> list[tuple[str, str, str]]:
    given = Given({**GOOD, **variables}, lambda: None)
    return [(problem.variable, problem.what, problem.mend) for problem in release.check(given)]


def test_good_input_is_silent() -> None:
    assert problems() == []
    assert problems(release_drain=0, release_keep=2, release_port_base=65336) == []


@pytest.mark.parametrize("base", [0, 1023, 65337, 70000])
def test_ports_that_do_not_fit(base: int) -> None:
    what = f"{base} is no port that 200 can be counted from"
    assert problems(release_port_base=base) == [("release_port_base", what, "write one from 1024 to 65336")]


@pytest.mark.parametrize(
    ("variable", "value", "mend"),
    [
        ("release_health_timeout", 0, "write at least 1"),
        ("release_drain", -1, "write 0 to 3600"),
        ("release_drain", 3601, "write 0 to 3600"),
        ("release_keep", 1, "write at least 2"),
    ],
)
def test_numbers_that_make_no_sense(variable: str, value: int, mend: str) -> None:
    [(named, _unused, told)] = problems(**{variable: value})
    assert (named, told) == (variable, mend)
