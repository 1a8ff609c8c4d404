# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Django on a real SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.django import Django
from ansible_collections.slipway.deploy.plugins.module_utils._migrations.proof import examine, migrate
from ansible_collections.slipway.deploy.plugins.module_utils._release.programs import Finished

Run = Callable[[Sequence[str]], Finished]
MANAGE = """
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
settings.configure(
    INSTALLED_APPS=["notes"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "here.db"}},
)
execute_from_command_line(sys.argv)
"""
MIGRATION = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = {needs!r}
    replaces = {replaces!r}
    operations = [migrations.RunSQL({sql!r})]
"""


def add(folder: Path, name: str, *needs: str, replaces: Sequence[str] = (), sql: str = "select 1") -> None:
    text = MIGRATION.format(
        needs=[("notes", need) for need in needs], replaces=[("notes", old) for old in replaces], sql=sql
    )
    (folder / "notes" / "migrations" / f"{name}.py").write_text(text)


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> None:
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "notes" / "migrations").mkdir(parents=True)
    (tmp_path / "notes" / "__init__.py").touch()
    (tmp_path / "notes" / "migrations" / "__init__.py").touch()
    add(tmp_path, "0001_first")


def test_a_database_follows_the_image(run: Run, tmp_path: Path) -> None:
    state = examine(Django(), "api", run)
    assert state.pending == ("notes.0001_first",)
    migrate(Django(), "api", run, state)
    add(tmp_path, "0002_second", "0001_first")
    assert examine(Django(), "api", run).pending == ("notes.0002_second",)


def test_what_only_the_database_knows_is_refused_though_showmigrations_hides_it(
    run: Run, tmp_path: Path
) -> None:
    migrate(Django(), "api", run, examine(Django(), "api", run))
    with closing(sqlite3.connect(tmp_path / "here.db")) as database:
        database.execute(
            "insert into django_migrations (app, name, applied) values ('notes', '0009_later', '2026-01-01')"
        )
        database.commit()
    assert "0009_later" not in run(["python3", "manage.py", "showmigrations"]).printed
    with pytest.raises(SlipwayError, match=r"does not know: notes\.0009_later"):
        examine(Django(), "api", run)


def test_squashed_migrations_count_as_applied_before_and_after_their_files_are_gone(
    run: Run, tmp_path: Path
) -> None:
    add(tmp_path, "0002_second", "0001_first")
    migrate(Django(), "api", run, examine(Django(), "api", run))
    add(tmp_path, "0001_all", replaces=["0001_first", "0002_second"])
    state = examine(Django(), "api", run)
    assert (state.known, state.pending, state.unknown) == (("notes.0001_all",), (), ())
    for old in ("0001_first", "0002_second"):
        (tmp_path / "notes" / "migrations" / f"{old}.py").unlink()
    state = examine(Django(), "api", run)
    assert (state.pending, state.unknown) == ((), ())


def test_a_failure_says_how_far_it_came(run: Run, tmp_path: Path) -> None:
    add(tmp_path, "0002_second", "0001_first", sql="create tabel people")
    with pytest.raises(SlipwayError) as failure:
        migrate(Django(), "api", run, examine(Django(), "api", run))
    assert 'near "tabel": syntax error' in failure.value.what
    assert failure.value.mend == "1 of 2 are applied; missing: notes.0002_second"
