# SPDX-License-Identifier: GPL-3.0-or-later
"""A database that is away, has another password, or a migration that fails; each stands on the one before."""

from __future__ import annotations

import re
import secrets

import pytest

from support.faulty_site import PAGE


def test_a_database_that_does_not_run(site):
    before = site.serving()
    with site.watched(PAGE) as failures:
        site.shell("docker stop slipway-postgres")
        try:
            another, same = site.release("1.1.0"), site.release(before["version"])
        finally:
            site.shell("docker start slipway-postgres")
    for run in (another, same):
        site.refused(
            run,
            "postgres, which the app stands on, does not run; run playbooks/backing.yml, which starts it.",
            "log of postgres: ",
            "database system is shut down",
        )
    assert not failures
    site.eventually("docker ps --filter name=reference-.*-api --filter health=healthy | grep reference")
    assert site.serving() == before


@pytest.mark.usefixtures("untouched")
def test_a_full_disk_for_the_dump_before_migrating(site):
    with site.full("/var/lib/slipway/release/reference/dumps", files=1):
        run = site.release("1.2.0-broken")
    site.refused(
        run,
        "1.2.0-broken is not released: the dump of reference before migrating failed: ",
        "free some of it; `df -h` and `docker system df` on the host say what holds it; 1.0.0 serves on.",
    )


@pytest.mark.usefixtures("untouched")
def test_a_migration_that_fails_half_way(site):
    site.forget_migrations()
    run = site.release("1.2.0-broken")
    site.refused(
        run,
        "1.2.0-broken is not released: migrating api failed, `alembic upgrade heads` ended with 1: ",
        'column "red_at" of relation "messages" does not exist',
        "3 of 4 are applied; missing: 0004; the dump from before is /var/lib/slipway/release/reference/",
        "; 1.0.0 serves on.",
    )
    assert "File " not in run.output


def test_a_password_that_was_changed_in_the_inventory_alone(site):
    """The schema is newer than the image by now, which must not keep out the image that serves on it.

    Postgres knows one password of a user: until the switch the old release gets no new connection.
    """
    before, words = site.serving(), site.secrets_file.read_text()
    new = secrets.token_hex(32)
    site.secrets_file.write_text(
        re.sub(r"^postgres_password: .*$", f'postgres_password: "{new}"', words, flags=re.MULTILINE)
    )
    with site.watched(PAGE) as failures:
        site.refused(
            site.release(),
            'password authentication failed for user "reference"',
            "run playbooks/backing.yml, which gives the database the inventory's postgres_password; 1.0.0 ",
        )
        site.must_answer()
        assert site.serving() == before
        rotated = site.attempt("playbooks/backing.yml", "playbooks/release.yml")
    assert rotated.code == 0, rotated.output
    site.tells_no_secret(rotated)
    assert not failures
    site.must_answer()
    assert new in site.shell("docker exec $(docker ps --quiet --filter name=reference-.*-api) env")
