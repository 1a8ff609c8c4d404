# SPDX-License-Identifier: GPL-3.0-or-later
"""``flow`` and ``upload`` against an app in miniature, with ways to break each part of it."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import time
from typing import Any

import pytest

from support.outside import Exchange, Site

from .conftest import Look

TOKEN = "t0ken-of-a-person"  # noqa: S105
COOKIE = "sid=c00kie-of-a-person"


class App:
    """Registers, keeps notes and files in memory; a test replaces single answers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.people: list[dict[str, str]] = []
        self.notes: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.bodies: list[bytes] = []
        site.answers |= {
            "POST /register": self.register,
            "POST /notes": self.write,
            "GET /notes/7 1": self.note,
            "DELETE /notes/7 1": self.note,
            "GET /notes/7%201": self.note,
            "DELETE /notes/7%201": self.note,
            "POST /files": self.store,
        }

    def register(self, exchange: Exchange) -> None:
        self.people.append(json.loads(exchange.body))
        exchange.say(201, {"session": {"value": TOKEN}}, Set_Cookie=f"{COOKIE}; Path=/")

    def write(self, exchange: Exchange) -> None:
        if self.admits(exchange):
            self.notes["7 1"] = json.loads(exchange.body)["text"]
            exchange.say(201, {"note": [{"id": "7 1"}]}, Location="/notes/7%201")

    def note(self, exchange: Exchange) -> None:
        if not self.admits(exchange):
            return
        if "7 1" not in self.notes:
            exchange.say(404)
        elif exchange.command == "DELETE":
            del self.notes["7 1"]
            exchange.say(204)
        else:
            exchange.say(200, {"text": self.notes["7 1"]})

    def store(self, exchange: Exchange) -> None:
        boundary = re.fullmatch(r"multipart/form-data; boundary=(\w+)", exchange.headers["Content-Type"])
        assert boundary
        head, _unused, rest = exchange.body.partition(b"\r\n\r\n")
        content, _unused, end = rest.rpartition(b"\r\n--" + boundary[1].encode())
        assert (end, b'name="document"' in head) == (b"--\r\n", True)
        name = hashlib.sha256(content).hexdigest()
        self.files[name] = content
        for method in ("GET", "DELETE"):
            self.site.answers[f"{method} /files/{name}"] = self.file
        exchange.say(201, {"id": name})

    def file(self, exchange: Exchange) -> None:
        name = exchange.path.rpartition("/")[2]
        if exchange.command == "DELETE":
            del self.files[name]
        exchange.say(200, self.files.get(name, b""))

    def admits(self, exchange: Exchange) -> bool:
        bearer = exchange.headers["Authorization"] == f"Bearer {TOKEN}"
        cookie = COOKIE in (exchange.headers["Cookie"] or "")
        if not (bearer and cookie):
            exchange.say(401)
        return bearer and cookie


@pytest.fixture
def app(site: Site) -> App:
    return App(site)


PERSON = {"email": "{probe_email}", "password": "{probe_password}"}
STEPS: list[dict[str, Any]] = [
    {"post": "/register", "json": PERSON, "status": 201, "keep": {"token": "json.session.value"}},
    {
        "post": "/notes",
        "bearer": "token",
        "json": {"text": "from {probe_email}"},
        "answer": {"note": [{}]},
        "keep": {"id": "json.note[0].id", "place": "header.Location"},
    },
    {"get": "/notes/{id}", "bearer": "token", "json": {"text": "from {probe_email}"}},
    {"delete": "/notes/{id}", "bearer": "token", "status": 204},
]


def test_all_steps(app: App, look: Look) -> None:
    outcome = look({"flow": STEPS}, base=app.site.url())
    assert outcome.passed, outcome.lines
    assert outcome.observed == "4 steps as wanted"
    assert app.notes == {}


def test_everybody_is_new(app: App, look: Look) -> None:
    look({"flow": STEPS}, base=app.site.url())
    look({"flow": STEPS}, base=app.site.url())
    first, second = app.people
    assert first["email"] != second["email"]
    assert first["password"] != second["password"]
    assert re.fullmatch(r"probe-\w{16}@example\.com", first["email"])
    assert len(first["password"]) >= 20


def test_what_was_made_is_removed_when_a_later_step_fails(app: App, look: Look) -> None:
    app.site.on("GET /notes/7%201", 500, {"detail": "gone wrong"})
    outcome = look({"flow": STEPS}, base=app.site.url())
    assert outcome.lines[0].startswith(
        f"step 3 of 4: GET {app.site.url('/notes/7%201')} answered 500 Internal Server Error"
    )
    assert app.site.seen[-1] == "DELETE /notes/7%201"
    assert app.notes == {}


def test_what_the_failing_step_itself_has_made_is_removed(app: App, look: Look) -> None:
    steps = [STEPS[0], {**STEPS[1], "status": 200}, *STEPS[2:]]
    outcome = look({"flow": steps}, base=app.site.url())
    assert outcome.lines[:2] == (
        f"step 2 of 4: POST {app.site.url('/notes')} answered 201 Created; Location: /notes/7%201",
        "wanted: status 200",
    )
    assert app.notes == {}


def test_what_was_made_is_removed_when_the_time_is_up(app: App, look: Look) -> None:
    app.site.answers["GET /notes/7%201"] = lambda _exchange: time.sleep(2)
    outcome = look({"flow": STEPS}, base=app.site.url(), timeout=0.5)
    assert "gave no whole answer within 0.5 s" in outcome.lines[0]
    assert app.notes == {}


def test_what_could_not_be_removed_is_told(app: App, look: Look) -> None:
    app.site.on("GET /notes/7%201", 500)
    app.site.on("DELETE /notes/7%201", 503)
    outcome = look({"flow": STEPS}, base=app.site.url())
    url = app.site.url("/notes/7%201")
    assert outcome.lines[-1] == f"not removed: DELETE {url} answered 503 Service Unavailable"


def test_what_was_never_made_is_not_removed(app: App, look: Look) -> None:
    app.site.on("POST /notes", 500)
    look({"flow": STEPS}, base=app.site.url())
    assert app.site.seen == ["POST /register", "POST /notes"]


def test_a_file_that_was_never_sent_is_not_removed(app: App, look: Look) -> None:
    app.site.on("POST /notes", 500)
    steps = [*STEPS[:2], {**upload(app), "upload": "/files"}, {"delete": "/files/{hash}"}]
    assert look({"flow": steps}, base=app.site.url()).lines[0].startswith("step 2 of 4: ")
    assert app.site.seen == ["POST /register", "POST /notes"]


def test_what_is_gone_already_is_removed(app: App, look: Look) -> None:
    app.site.on("POST /files", 413)
    steps = [{**upload(app), "upload": "/files"}, {"delete": "/files/{hash}"}]
    outcome = look({"flow": steps}, base=app.site.url())
    assert app.site.seen[-1].startswith("DELETE /files/")
    assert not any("not removed" in line for line in outcome.lines)
    assert not look({"flow": [{"delete": "/notes/1"}]}, base=app.site.url()).passed


def test_a_step_marked_as_cleanup_is_taken_and_one_unmarked_is_not(app: App, look: Look) -> None:
    app.site.on("GET /notes/7%201", 500)
    app.site.on("POST /leave", 204)
    kept = {**STEPS[3], "cleanup": False}
    leave = {"post": "/leave", "bearer": "token", "json": {}, "cleanup": True}
    look({"flow": [*STEPS[:3], kept, leave]}, base=app.site.url())
    assert app.site.seen[-2:] == ["GET /notes/7%201", "POST /leave"]


def test_no_secret_is_told(app: App, look: Look) -> None:
    def tell_all(exchange: Exchange) -> None:
        sent = [exchange.headers["Authorization"], exchange.headers["Cookie"], app.people[-1]["password"]]
        exchange.say(500, {"detail": sent})

    app.site.answers["GET /notes/7%201"] = tell_all
    told = "\n".join(look({"flow": STEPS}, base=app.site.url()).lines)
    assert "its body: " in told
    for secret in (TOKEN, "c00kie-of-a-person", app.people[-1]["password"]):
        assert secret not in told


def test_the_token_of_an_answer_that_is_refused_is_not_told(app: App, look: Look) -> None:
    steps = [{**STEPS[0], "status": 200}, *STEPS[1:]]
    told = "\n".join(look({"flow": steps}, base=app.site.url()).lines)
    assert 'its body: {"session": {"value": "********"}}' in told


def test_what_is_to_be_kept_is_missing(app: App, look: Look) -> None:
    steps = [{**STEPS[0], "keep": {"token": "json.token", "id": "header.X-Id"}}]
    outcome = look({"flow": steps}, base=app.site.url())
    assert "answered 201 Created without json.token, header.X-Id" in outcome.lines[0]


def test_a_path_needs_the_address_of_the_app(look: Look) -> None:
    outcome = look({"flow": STEPS})
    assert outcome.lines == (
        "step 1 of 4: /register is a path, and the address of the app is not known",
        "wanted: app_domain",
    )


def test_a_form_is_sent_as_one(app: App, look: Look) -> None:
    app.site.answers["POST /login"] = lambda exchange: exchange.say(200, {"got": exchange.body.decode()})
    step = {"post": "/login", "form": {"username": "a b", "n": 1}, "answer": {"got": "username=a+b&n=1"}}
    assert look({"flow": [step]}, base=app.site.url()).passed


def upload(app: App, **more: Any) -> dict[str, Any]:
    url = app.site.url("/files")
    return {"upload": url, "size": "300KB", "field": "document", "download": "/files/{hash}", **more}


def test_upload_comes_back(app: App, look: Look) -> None:
    outcome = look(upload(app))
    assert outcome.observed == f"307200 bytes came back from {app.site.url('/files')} as they were sent"
    assert [len(content) for content in app.files.values()] == [307200]


def test_upload_is_removed(app: App, look: Look) -> None:
    assert look(upload(app, keep={"id": "json.id"}, download="/files/{id}", delete="/files/{id}")).passed
    assert app.files == {}


def test_upload_that_comes_back_otherwise(app: App, look: Look) -> None:
    def store(exchange: Exchange) -> None:
        app.store(exchange)
        name = next(iter(app.files))
        app.site.on(f"GET /files/{name}", 200, app.files[name][:-1] + b"?")

    app.site.answers["POST /files"] = store
    outcome = look(upload(app, delete="/files/{hash}"))
    assert outcome.lines[0].endswith("answered 307200 bytes with another hash")
    assert app.files == {}


def test_upload_that_is_too_large(app: App, look: Look) -> None:
    """A proxy says so without reading it all, and closes."""

    def refuse(exchange: Exchange) -> None:
        exchange.rfile.read(64 * 1024)
        exchange.say(413, b"at most 1 MB")
        exchange.connection.shutdown(socket.SHUT_WR)
        time.sleep(0.1)

    app.site.answers["POST /files"] = refuse
    app.site.unread.add("/files")
    outcome = look(upload(app, size="30MB"))
    assert outcome.lines[0].startswith(f"POST {app.site.url('/files')} answered 413 ")
    assert outcome.lines[2] == "its body: at most 1 MB"


def test_upload_as_a_step_with_the_token_of_an_earlier_one(app: App, look: Look) -> None:
    steps = [STEPS[0], {**upload(app), "upload": "/files", "bearer": "token"}, {"delete": "/files/{hash}"}]
    outcome = look({"flow": steps}, base=app.site.url())
    assert outcome.passed, outcome.lines
    assert app.files == {}
