# SPDX-License-Identifier: GPL-3.0-or-later
"""The application that the whole runs deploy works by itself, and its broken releases are broken as said.

A whole run that fails has its reason in the deployment then, and not in what is deployed.
"""

from __future__ import annotations

import os
import time

import pytest
import yaml

from support.browser import Browser
from support.collection import CHECKOUT
from support.people import PICTURE_SIDE, meet
from support.reference_app import PAGE, ReferenceApp


@pytest.fixture(scope="module")
def app():
    with ReferenceApp() as app:
        assert app.migrate("1.0.0")[0] == 0
        app.release("1.0.0")
        yield app


def meet_in(app):
    with Browser(beside=app.container("redis").name) as browser:
        return meet(browser, PAGE)


class TestFirstRelease:
    def test_two_people_write_to_each_other_and_see_a_picture(self, app):
        meeting = meet_in(app)
        assert meeting.complaints == ()
        assert (meeting.page_version, meeting.api_version) == ("1.0.0", "1.0.0")
        assert meeting.picture_width == PICTURE_SIDE
        assert not meeting.read_receipt

    def test_notes_are_found_by_what_they_are_about_and_by_their_writer_alone(self, app):
        mine, other = app.register(), app.register()
        for text in ("call the plumber", "buy apples and pears", "water the flowers"):
            assert app.ask("POST", "/api/v1/notes", mine, json={"text": text}).status_code == 201
        found = app.get("/api/v1/notes/similar?text=apples", token=mine).json()
        assert found[0]["text"] == "buy apples and pears"
        assert app.get("/api/v1/notes/similar?text=apples", token=other).json() == []
        assert app.get(f"/api/v1/notes/{found[0]['id']}", token=other).status_code == 404
        assert app.get("/api/v1/notes").status_code == 401

    def test_who_leaves_takes_everything_along(self, app):
        before = app.query("SELECT count(*) FROM people"), app.objects()
        token = app.register()
        app.ask("POST", "/api/v1/notes", token, json={"text": "gone tomorrow"})
        content = os.urandom(100_000)
        sent = app.ask("POST", "/api/v1/files", token, files={"file": ("a.bin", content)}).json()
        assert app.get(f"/api/v1/files/{sent['hash']}").content == content
        assert app.ask("DELETE", "/api/v1/account", token).status_code == 204
        assert (app.query("SELECT count(*) FROM people"), app.objects()) == before
        assert app.query("SELECT count(*) FROM notes WHERE text = 'gone tomorrow'") == "0"
        assert app.get("/api/v1/account", token=token).status_code == 401

    @pytest.mark.parametrize(("origin", "allowed"), [(PAGE, PAGE), ("https://evil.example", None)])
    def test_its_own_page_alone_may_read_answers(self, app, origin, allowed):
        answer = app.get("/api/health", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed

    @pytest.mark.parametrize("service", ["postgres", "redis"])
    def test_health_tells_in_time_of_what_hangs(self, app, service):
        app.container(service).pause()
        try:
            began = time.monotonic()
            answer = app.get("/api/health")
            assert time.monotonic() - began < 4
            assert (answer.status_code, answer.json()["failing"]) == (503, [service])
        finally:
            app.container(service).unpause()
        app.eventually(lambda: app.get("/api/health").status_code == 200)

    def test_a_missing_variable_is_one_sentence(self, app):
        code, said = app.run_api("1.0.0", {"REDIS_URL": "redis://redis"})
        assert code == 1
        assert said.count("\n") == 1
        assert "the environment lacks DATABASE_URL, S3_ENDPOINT" in said

    def test_the_worker_works_once_and_says_that_it_is_healthy(self, app):
        app.eventually(lambda: app.get("/api/v1/statistics").json()["workers"] == ["1.0.0"])
        compose = yaml.safe_load((CHECKOUT / "tests" / "reference_app" / "compose.yml").read_text())
        healthy = compose["services"]["worker"]["healthcheck"]["test"][1].replace("$$", "$")
        assert app.container("worker").exec_run(["sh", "-c", healthy]).exit_code == 0
        app.container("redis").pause()
        try:
            app.eventually(lambda: app.container("worker").exec_run(["sh", "-c", healthy]).exit_code == 1)
        finally:
            app.container("redis").unpause()

    def test_nothing_runs_as_root_and_everything_stops_in_time(self, app):
        for service in ("api", "worker", "web"):
            container = app.container(service)
            assert container.exec_run(["id", "-u"]).output.decode().strip() != "0"
            began = time.monotonic()
            container.stop(timeout=9)
            assert time.monotonic() - began < 8
            container.reload()
            assert container.attrs["State"]["ExitCode"] == 0
        app.release("1.0.0")

    def test_too_many_attempts_are_refused(self, app):
        app.release("1.0.0", RATE_LIMIT_PER_MINUTE="3")
        wrong = {"email": "nobody@example.org", "password": "not the password"}
        statuses = [app.ask("POST", "/api/v1/auth/login", json=wrong).status_code for _attempt in range(8)]
        assert {401, 429} >= set(statuses)
        assert 429 in statuses


class TestSecondRelease:
    def test_the_first_release_works_on_its_schema_then_it_tells_what_was_read(self, app):
        app.release("1.0.0")
        code, said = app.migrate("1.1.0")
        assert (code, app.query("SELECT version_num FROM alembic_version")) == (0, "0003"), said
        assert meet_in(app).complaints == ()
        app.release("1.1.0")
        meeting = meet_in(app)
        assert (meeting.page_version, meeting.read_receipt) == ("1.1.0", True)


class TestBrokenReleases:
    def test_one_migration_fails_half_way(self, app):
        assert app.migrate("1.1.0")[0] == 0
        code, said = app.migrate("1.2.0-broken")
        assert code == 1
        assert 'column "red_at" of relation "messages" does not exist' in said
        assert app.query("SELECT version_num FROM alembic_version") == "0003"
        assert app.query("SELECT count(*) FROM pg_indexes WHERE indexname = 'messages_by_time'") == "1"

    def test_one_release_answers_and_never_becomes_healthy(self, app):
        assert app.migrate("1.1.0")[0] == 0
        app.release("1.2.0-unhealthy")
        answer = app.get("/api/health")
        assert (answer.status_code, answer.json()["failing"]) == (503, ["mailer"])
