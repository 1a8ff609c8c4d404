# SPDX-License-Identifier: GPL-3.0-or-later
"""What a state means, and the tool of a person's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.command import Command
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.proof import (
    examine,
    listed,
    migrate,
)
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.tool import State
from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import Finished

Run = Callable[[Sequence[str]], Finished]


def own(tmp_path: Path, known: str, applied: str, migrate: str) -> Command:
    (tmp_path / "known").write_text(known)
    (tmp_path / "applied").write_text(applied)
    return Command(
        {"known": ["cat", "known"], "applied": ["cat", "applied"], "migrate": ["sh", "-c", migrate]}
    )


def test_a_state_tells_pending_unknown_and_out_of_order() -> None:
    state = State(known=("a", "b", "c", "d"), applied=("a", "c", "z"))
    assert (state.pending, state.unknown, state.out_of_order) == (("b", "d"), ("z",), ("b",))
    assert State(("a",), ()).out_of_order == ()


def test_a_persons_own_commands(run: Run, tmp_path: Path) -> None:
    tool = own(tmp_path, "1\n2\n", "1\n", "cp known applied")
    proof = migrate(tool, "api", run, examine(tool, "api", run))
    assert (proof.newly, proof.after.applied) == (("2",), ("1", "2"))


def test_nothing_pending_runs_nothing(run: Run, tmp_path: Path) -> None:
    tool = own(tmp_path, "1\n", "1\n", "touch ran")
    migrate(tool, "api", run, examine(tool, "api", run))
    assert not (tmp_path / "ran").exists()


def test_all_applied_and_a_failure_is_a_failure(run: Run, tmp_path: Path) -> None:
    tool = own(tmp_path, "1\n", "", "cp known applied; echo no index; exit 4")
    with pytest.raises(
        SlipwayError, match=r"every migration of api is applied, and still .* ended with 4: no"
    ):
        migrate(tool, "api", run, examine(tool, "api", run))


def test_a_database_that_goes_away_hides_no_failure(run: Run, tmp_path: Path) -> None:
    tool = own(tmp_path, "1\n", "", "rm applied; echo the disk is full; exit 1")
    with pytest.raises(SlipwayError, match=r"migrating failed, .*the disk is full; afterwards, reading the"):
        migrate(tool, "api", run, examine(tool, "api", run))


def test_a_tool_that_passes_over_late_comers_is_stopped_before(run: Run, tmp_path: Path) -> None:
    tool = own(tmp_path, "1\n2\n3\n", "1\n3\n", "touch ran")
    assert examine(tool, "api", run).out_of_order == ("2",)
    tool.skips_out_of_order = True
    with pytest.raises(SlipwayError, match=r"would pass over migrations that are older .*: 2; generate them"):
        examine(tool, "api", run)


def test_a_schema_newer_than_the_image_stops_it_unless_it_serves_on_it_already(
    run: Run, tmp_path: Path
) -> None:
    tool = own(tmp_path, "1\n", "1\n2\n", "touch ran")
    with pytest.raises(
        SlipwayError, match=r"that its image does not know: 2; release an image that has them"
    ):
        examine(tool, "api", run)
    proof = migrate(tool, "api", run, examine(tool, "api", run, serves=True))
    assert proof.newly == ()
    assert not (tmp_path / "ran").exists()


def test_many_names_are_told_in_part() -> None:
    assert listed(tuple("abcdefghij")) == "a, b, c, d, e, f, g, h and 2 more"
