# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of ``app_probes`` that cannot be right, and which probes the routes give by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._probes.routes import derive
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import (
    KINDS,
    examine,
    parse,
)

URL = "https://app.example.com/api"
GOOD: list[dict[str, Any]] = [
    {"name": "healthy", "url": f"{URL}/health", "json": {"status": "ok"}, "status": 200, "timeout": 3},
    {"name": "moved", "url": "http://app.example.com", "redirect": "https://app.example.com/"},
    {"name": "headers", "url": URL, "headers": {"Server": None, "X-Frame-Options": "DENY"}, "text": "a"},
    {"name": "refused", "cors": URL, "origins": ["https://app.example.com"]},
    {"name": "live", "socketio": "https://app.example.com", "path": "/live/", "transports": ["websocket"]},
    {"name": "socket", "websocket": "wss://app.example.com/ws", "send": "a", "receive": "b"},
    {"name": "files", "upload": f"{URL}/files", "size": "20MB", "download": "/api/files/{hash}"},
    {"name": "certificate", "tls": "mail.example.com:465", "days": 14},
    {"name": "records", "dns": "app.example.com", "addresses": ["203.0.113.7", "2001:db8::7"]},
    {"name": "database", "port": "app.example.com:5432", "state": "closed"},
    {"name": "ssh", "port": "[2001:db8::7]:22"},
    {
        "name": "a person",
        "flow": [
            {
                "post": "/register",
                "json": {"email": "{probe_email}", "password": "{probe_password}"},
                "status": 201,
                "keep": {"token": "json.token"},
            },
            {"upload": "/files", "bearer": "token", "download": "/files/{id}", "keep": {"id": "json.id"}},
            {"socketio": "/", "auth": {"token": "{token}"}},
            {"websocket": "/ws?token={token}"},
            {"get": "https://other.example.com/{hash}", "request_headers": {"X-Id": "{id}"}},
            {"delete": "/files/{id}", "bearer": "token", "cleanup": True},
        ],
    },
]


def problems(*app_probes: Any) -> list[tuple[str, str, str]]:
    return [(problem.variable, problem.what, problem.mend) for problem in examine(list(app_probes))]


def test_good_data_is_silent() -> None:
    assert problems(*GOOD) == []
    assert [probe.name for probe in parse(GOOD)] == [data["name"] for data in GOOD]


def test_every_kind_is_in_the_good_data() -> None:
    assert {key for data in GOOD for key in data if key in KINDS} == set(KINDS)


def test_what_writes_is_known() -> None:
    reading = {"post": "/search", "json": {}}
    probes = parse(
        [
            *GOOD,
            {"name": "b", "flow": [{"get": "/"}, {"get": "/a"}]},
            {"name": "c", "flow": [{"get": "/"}, reading]},
        ]
    )
    assert [probe.name for probe in probes if probe.kind.writes] == ["socket", "files", "a person", "c"]


# What is put into a good probe or step, and what is said of it.
PROBES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"url": URL, "statsu": 200}, ".statsu", "is no key here", "did you mean 'status'?"),
    (
        {"tls": "app.example.com", "json": {}},
        ".json",
        "is no key here",
        "its keys are name, timeout, tls, days",
    ),
    ({"urll": URL}, ".urll", "is no key here", "did you mean 'url'?"),
    (
        {"status": 200},
        "",
        "does not say what to look at",
        "give it one of url, cors, socketio, websocket, upload, flow, tls, dns, port",
    ),
    ({"url": URL, "cors": URL}, "", "has url and cors", "make a probe of each"),
    ({"url": "/health"}, ".url", "'/health' is no address", "write it like https://app.example.com/path"),
    (
        {"url": "ftp://a.example"},
        ".url",
        "'ftp://a.example' is no address",
        "write it like https://app.example.com/path",
    ),
    (
        {"url": "https://a.example:https/"},
        ".url",
        "'https://a.example:https/' is no address",
        "write it like https://app.example.com/path",
    ),
    (
        {"url": "https:///path"},
        ".url",
        "'https:///path' has no name of a host",
        "write it like https://app.example.com/path",
    ),
    ({"url": ["a"]}, ".url", "['a'] is no text", "write it like https://app.example.com/path"),
    (
        {"url": URL, "status": "ok"},
        ".status",
        "'ok' is no status of HTTP",
        "write it like 200, or [200, 204]",
    ),
    (
        {"url": URL, "status": [200, 20]},
        ".status",
        "20 is no status of HTTP",
        "write it like 200, or [200, 204]",
    ),
    (
        {"url": URL, "headers": ["a"]},
        ".headers",
        "['a'] is no dictionary",
        "write it like {X-Frame-Options: DENY}, or null for one that must not be there",
    ),
    ({"url": URL, "headers": {"X-A": 7}}, ".headers.X-A", "is no text of one line", "put it in quotes"),
    (
        {"url": URL, "request_headers": {"X A": "7"}},
        ".request_headers.X A",
        "'X A' is no name of a header",
        "write it like {Accept: application/json}",
    ),
    ({"url": URL, "text": ""}, ".text", "'' is no text", "write the words that its body must hold"),
    ({"url": URL, "timeout": "10 s"}, ".timeout", "'10 s' is no number of seconds", "write 1 or more"),
    (
        {"url": f"{URL}/{{id}}"},
        ".url",
        "the placeholder {id} has no value here",
        "keep it in an earlier step",
    ),
    (
        {"url": URL, "json": {"to": "{probe_mail}"}},
        ".json",
        "the placeholder {probe_mail} has no value here",
        "did you mean 'probe_email'?",
    ),
    (
        {"cors": URL, "origins": URL},
        ".origins",
        f"'{URL}' is no list",
        "write it like [https://app.example.com]",
    ),
    (
        {"cors": URL, "origins": ["*"]},
        ".origins[0]",
        "'*' is no origin",
        "write it like https://app.example.com, without a path",
    ),
    (
        {"cors": URL, "origins": ["https://app.example.com/"]},
        ".origins[0]",
        "'https://app.example.com/' is no origin",
        "write it like https://app.example.com, without a path",
    ),
    (
        {"websocket": URL},
        ".websocket",
        f"'{URL}' is no address",
        "write it like wss://app.example.com/path",
    ),
    (
        {"socketio": URL, "transports": ["sse"]},
        ".transports",
        "['sse'] is not understood",
        "write some of polling, websocket in a list",
    ),
    ({"socketio": URL, "path": "live"}, ".path", "'live' does not begin with /", "write it like /socket.io/"),
    (
        {"upload": URL, "download": "/{hash}", "size": "big"},
        ".size",
        "'big' is no size",
        "write it like 25MB",
    ),
    ({"upload": URL, "download": "/{hash}", "size": 0}, ".size", "is nothing", "write it like 20MB"),
    (
        {"upload": URL, "download": "/{hash}", "size": "2GB"},
        ".size",
        "is more than a probe carries",
        "write 1GB or less",
    ),
    ({"upload": URL, "size": "2MB"}, "", "does not say where the file can be had", "add download"),
    (
        {"upload": URL, "download": "/{hash}", "bearer": "token"},
        ".bearer",
        "'token' is kept by no earlier step",
        "keep it, like {token: json.token}",
    ),
    ({"tls": "https://a.example"}, ".tls", "'https://a.example' is no name", "write it like app.example.com"),
    ({"tls": "a.example", "days": 0}, ".days", "0 is no number of days", "write 1 or more"),
    (
        {"dns": "a b", "addresses": ["203.0.113.7"]},
        ".dns",
        "'a b' is no name",
        "write it like app.example.com",
    ),
    (
        {"dns": "a.example"},
        ".addresses",
        "lists no addresses",
        "write it like [203.0.113.7, 2001:db8::7]",
    ),
    (
        {"dns": "a.example", "addresses": ["203.0.113.777"]},
        ".addresses[0]",
        "'203.0.113.777' is no address",
        "write it like 203.0.113.7",
    ),
    (
        {"port": "a.example"},
        ".port",
        "'a.example' is no name with a port",
        "write it like app.example.com:443",
    ),
    ({"port": 443}, ".port", "443 is no text", "write it like app.example.com:443"),
    (
        {"port": "a.example:99999"},
        ".port",
        "'a.example:99999' is no name with a port",
        "write it like app.example.com:443",
    ),
    (
        {"port": "a.example:443", "state": "close"},
        ".state",
        "'close' is none of open, closed",
        "did you mean 'closed'?",
    ),
    ({"flow": {}}, ".flow", "{} is no list of steps", 'write each step on a line after "- "'),
    ({"flow": []}, ".flow", "[] is no list of steps", 'write each step on a line after "- "'),
    ({"flow": ["get /"]}, ".flow[0]", "'get /' is no step", "write it like {get: /api/notes, status: 200}"),
    ({"flow": [{"get": "/", "post": "/"}]}, ".flow[0]", "has get and post", "make a step of each"),
    ({"flow": [{"gett": "/"}]}, ".flow[0].gett", "is no key here", "did you mean 'get'?"),
    (
        {"flow": [{"status": 200}]},
        ".flow[0]",
        "does not say what to do",
        "give it one of get, post, put, patch, delete, upload, socketio, websocket",
    ),
    (
        {"flow": [{"get": "api/notes"}]},
        ".flow[0].get",
        "'api/notes' is no address",
        "write it like https://app.example.com/path",
    ),
    (
        {"flow": [{"get": "/"}, {"get": "/", "bearer": "tokn"}]},
        ".flow[1].bearer",
        "'tokn' is kept by no earlier step",
        "keep it, like {token: json.token}",
    ),
    (
        {"flow": [{"get": "/{id}"}, {"post": "/", "keep": {"id": "json.id"}}]},
        ".flow[0].get",
        "the placeholder {id} has no value here",
        "keep it in an earlier step",
    ),
    (
        {"flow": [{"get": "/", "keep": "id"}]},
        ".flow[0].keep",
        "'id' is no dictionary",
        "write it like {id: json.id}",
    ),
    (
        {"flow": [{"get": "/", "keep": {"id": "id"}}]},
        ".flow[0].keep.id",
        "'id' is no place in an answer",
        "write it like json.id, json.items[0].id or header.Location",
    ),
    (
        {"flow": [{"get": "/", "keep": {"no-te": "json.id"}}]},
        ".flow[0].keep.no-te",
        "is no name for a placeholder",
        "write letters, digits and _",
    ),
    (
        {"flow": [{"get": "/", "keep": {"probe_email": "json.id"}}]},
        ".flow[0].keep.probe_email",
        "is the name of a placeholder that there is already",
        "write another",
    ),
    (
        {"flow": [{"get": "/", "cleanup": "yes"}]},
        ".flow[0].cleanup",
        "'yes' is neither true nor false",
        "write true or false",
    ),
    (
        {"flow": [{"post": "/", "json": {}, "form": {"a": 1}}]},
        ".flow[0].form",
        "is sent in the place where json is",
        "keep one of them",
    ),
    ({"flow": [{"post": "/", "anser": {}}]}, ".flow[0].anser", "is no key here", "did you mean 'answer'?"),
]


@pytest.mark.parametrize(
    ("data", "path", "what", "mend"), PROBES, ids=[f"{path} {what}" for _unused, path, what, _mend in PROBES]
)
def test_data_that_cannot_be_right(data: dict[str, Any], path: str, what: str, mend: str) -> None:
    assert problems(GOOD[0], {"name": "it works", **data}) == [(f"app_probes[1]{path}", what, mend)]


@pytest.mark.parametrize("data", ["url", None, ["url"]])
def test_an_entry_that_is_no_dictionary(data: Any) -> None:
    ((path, what, _mend),) = problems(data)
    assert path == "app_probes[0]"
    assert what.endswith("is no probe")


def test_a_name_is_needed_and_belongs_to_one_probe() -> None:
    assert problems({"url": URL}, GOOD[0], GOOD[0]) == [
        (
            "app_probes[0]",
            "has no name",
            "say what is as it should be, like the API is healthy",
        ),
        ("app_probes[2].name", "app_probes[1] has this name, too", "give each probe its own"),
    ]


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    ((path, what, mend),) = problems({"name": "a", "url": "https://me:s3cret@app.example.com/"})
    assert (path, "s3cret" in what + mend) == ("app_probes[0].url", False)


def test_all_problems_are_told_at_once() -> None:
    step = {"get": "nowhere", "keep": {"a": "b"}, "x": 1}
    told = problems({"name": "a", "flow": [step, {"got": "/"}]}, {"name": "b", "url": "c"})
    assert [variable for variable, _unused, _mend in told] == [
        "app_probes[0].flow[0].get",
        "app_probes[0].flow[0].keep.a",
        "app_probes[0].flow[0].x",
        "app_probes[0].flow[1].got",
        "app_probes[1].url",
    ]


def test_nothing_is_parsed_of_data_that_cannot_be_right() -> None:
    with pytest.raises(SlipwayError, match=r"'c' is no address \(one of 2 problems\); write it like https"):
        parse([{"name": "b", "url": "c", "d": 1}])


def test_routes_give_four_probes_to_each_host() -> None:
    routes = [{"host": "a.example"}, {"host": "a.example", "paths": ["/api/*"]}, {"host": "b.example"}]
    names = [probe.name for probe in derive(routes, ["203.0.113.7"], 7, hsts=True)]
    assert names == [
        f"{host} {what}"
        for host in ("a.example", "b.example")
        for what in (
            "leads to the server",
            "has a certificate",
            "leads from HTTP to HTTPS",
            "insists on HTTPS",
        )
    ]


def test_routes_without_addresses_and_hsts_give_two() -> None:
    assert len(list(derive([{"host": "a.example"}], [], 7, hsts=False))) == 2
