# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Alembic on a real SQLite database: what its files say, what the database says, and no one else."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import CommandLine, Config

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.alembic import Alembic
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.proof import examine, migrate
from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import Finished

Run = Callable[[Sequence[str]], Finished]
ENTRY = """
from alembic import context
from sqlalchemy import create_engine
print("an entry that prints is no migration")
with create_engine("sqlite:///here.db").connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
"""
MIGRATION = """
from alembic import op
revision, down_revision, depends_on, branch_labels = {revision!r}, {parent!r}, {needs!r}, None
def upgrade():
    op.execute({sql!r})
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run Alembic's command line in this process, since half a second for each start adds up."""
    monkeypatch.chdir(tmp_path)

    def run(argv: Sequence[str]) -> Finished:
        printed, reported, problem = io.StringIO(), io.StringIO(), ""
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(reported):
            try:
                command = CommandLine(prog=argv[0])
                options = command.parser.parse_args(list(argv[1:]))
                command.run_cmd(Config("alembic.ini", stdout=printed, cmd_opts=options), options)
            except SystemExit as error:
                problem = f"ended with {error.code}"
            except Exception:  # the interpreter would print it and end with 1
                traceback.print_exc()
                problem = "ended with 1"
        return Finished(" ".join(argv), problem, printed.getvalue(), reported.getvalue())

    return run


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> None:
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text(ENTRY)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")


def add(
    folder: Path, revision: str, parent: object = None, needs: str | None = None, sql: str = "select 1"
) -> None:
    text = MIGRATION.format(revision=revision, parent=parent, needs=needs, sql=sql)
    (folder / "migrations" / "versions" / f"{revision}.py").write_text(
        f'"""Add a, b -> {revision}"""\n{text}'
    )


def note(folder: Path, revision: str) -> None:
    with closing(sqlite3.connect(folder / "here.db")) as database:
        database.execute("update alembic_version set version_num = ?", (revision,))
        database.commit()


def test_a_database_follows_the_image_release_by_release(run: Run, tmp_path: Path) -> None:
    add(tmp_path, "0001", sql="create table people (id int)")
    add(tmp_path, "0002", "0001")
    fresh = examine(Alembic(), "api", run)
    assert (fresh.known, fresh.pending) == (("0001", "0002"), ("0001", "0002"))
    assert migrate(Alembic(), "api", run, fresh).newly == ("0001", "0002")

    add(tmp_path, "0003", "0002")
    later = examine(Alembic(), "api", run)
    assert (later.applied, later.pending) == (("0001", "0002"), ("0003",))
    assert migrate(Alembic(), "api", run, later).after.applied == ("0001", "0002", "0003")


def test_branches_merges_and_dependencies_are_followed(run: Run, tmp_path: Path) -> None:
    add(tmp_path, "0001")
    add(tmp_path, "00a2", "0001")
    add(tmp_path, "00b2", "0001")
    add(tmp_path, "side", needs="00b2")
    state = examine(Alembic(), "api", run)
    proof = migrate(Alembic(), "api", run, state)
    assert set(proof.after.applied) == {"0001", "00a2", "00b2", "side"}  # the database notes only two of them

    add(tmp_path, "0003", ("00a2", "00b2"))
    assert examine(Alembic(), "api", run).pending == ("0003",)


def test_an_empty_folder_is_no_success(run: Run) -> None:
    assert not run(["alembic", "upgrade", "heads"]).problem  # Alembic itself is content
    with pytest.raises(SlipwayError, match="the image of api holds no migrations; copy them into the image"):
        examine(Alembic(), "api", run)


def test_a_newer_database_is_refused(run: Run, tmp_path: Path) -> None:
    add(tmp_path, "0001")
    migrate(Alembic(), "api", run, examine(Alembic(), "api", run))
    note(tmp_path, "deadbeef")
    with pytest.raises(SlipwayError, match="migrations that its image does not know: deadbeef; release an"):
        examine(Alembic(), "api", run)


def test_a_failure_half_way_says_how_far_it_came(run: Run, tmp_path: Path) -> None:
    add(tmp_path, "0001")
    add(tmp_path, "0002", "0001", sql="create tabel people")
    with pytest.raises(SlipwayError) as failure:
        migrate(Alembic(), "api", run, examine(Alembic(), "api", run))
    assert failure.value.what.startswith("migrating api failed, `alembic upgrade heads` ended with 1: ")
    assert 'near "tabel": syntax error' in failure.value.what
    assert failure.value.mend == "1 of 2 are applied; missing: 0002"


def test_a_tool_that_does_nothing_and_says_well_done_is_found_out(run: Run, tmp_path: Path) -> None:
    class Idle(Alembic):
        def migrate(self, run: Run) -> Finished:
            return Finished("alembic upgrade heads")

    add(tmp_path, "0001")
    with pytest.raises(SlipwayError, match="the tool of api reported success, and 0 of 1 are applied"):
        migrate(Idle(), "api", run, examine(Idle(), "api", run))


def test_a_database_that_does_not_answer_is_no_empty_one(run: Run, tmp_path: Path) -> None:
    add(tmp_path, "0001")
    (tmp_path / "here.db").mkdir()
    with pytest.raises(SlipwayError, match="reading the migrations of the database failed"):
        examine(Alembic(), "api", run)
