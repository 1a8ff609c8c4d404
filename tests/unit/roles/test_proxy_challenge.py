# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a host name before the CA is asked: a real server, and what is said when it fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._probes import (
    challenge,
    challenge_client,
    vantage,
)

TOKEN = "0" * 32
NAME = "www.example.org"
OURS = ["203.0.113.7", "2001:db8::7"]
MET = {"status": 200, "body": TOKEN, "location": ""}


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ours = self.headers["Host"] == NAME and self.path == f"{challenge.PATH}{TOKEN}"
        self.send_response(200 if ours else 302)
        self.send_header("Location", "https://elsewhere.example/")
        self.end_headers()
        self.wfile.write(TOKEN.encode() if ours else b"<h1>It  works!</h1>" * 100)

    def log_message(self, *_unused: Any) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def fetch(host: str, port: int, token: str = TOKEN) -> dict[str, Any]:
    return challenge_client.fetch(host, "127.0.0.1", f"{challenge.PATH}{token}", 5, port)


def test_our_own_answer(port: int) -> None:
    assert fetch(NAME, port)["body"] == TOKEN


def test_answer_of_another_is_cut(port: int) -> None:
    seen = fetch("other.example.org", port)
    assert (seen["status"], seen["location"]) == (302, "https://elsewhere.example/")
    assert len(str(seen["body"])) == 200


def test_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert fetch(NAME, port) == {"unreachable": False, "error": "Connection refused"}


def test_silence_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        seen = challenge_client.fetch(NAME, "127.0.0.1", "/", 0.2, silent.getsockname()[1])
    assert "timed out" in str(seen["error"])


def test_answer_that_is_no_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _unused = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example.org ESMTP\r\n")

        threading.Thread(target=talk, daemon=True).start()
        assert fetch(NAME, server.getsockname()[1]) == {"error": "no HTTP: BadStatusLine"}


def test_look_runs_where_the_vantage_point_is() -> None:
    seen = challenge.look(vantage.controller(30), ["no-such-host.invalid"], TOKEN, 1)
    assert seen == {"no-such-host.invalid": {}}


def test_every_address_of_a_name_is_asked(port: int) -> None:
    assert challenge_client.look("127.0.0.1", "/", 5, port).keys() == {"127.0.0.1"}


def complaints(answers: dict[str, dict[str, Any]], ours: list[str] | None = None) -> list[str]:
    return list(challenge.sentences({NAME: answers}, TOKEN, ours or OURS))


@pytest.mark.parametrize(
    "answers",
    [
        {"203.0.113.7": MET, "2001:db8::7": MET},
        {"192.0.2.80": MET},  # a proxy in front of us that passes the challenge on
        {"203.0.113.7": MET, "2001:db8::7": {"unreachable": True, "error": "Network is unreachable"}},
    ],
)
def test_what_a_ca_would_meet_is_no_complaint(answers: dict[str, dict[str, Any]]) -> None:
    assert complaints(answers) == []


COMPLAINTS = {
    "no address": (
        {},
        "www.example.org has no address in the DNS; create records that lead to 203.0.113.7, 2001:db8::7, "
        "or wait until resolvers have forgotten that there were none.",
    ),
    "closed port": (
        {"203.0.113.7": {"unreachable": False, "error": "timed out"}},
        "www.example.org leads to 203.0.113.7, as it should, but nothing came from there (timed out); "
        "open port 80 in every firewall, the provider's too.",
    ),
    "stale AAAA": (
        {"203.0.113.7": MET, "2001:db8::bad": {"unreachable": True, "error": "Network is unreachable"}},
        "www.example.org leads to 2001:db8::bad, which is no address of this server, and nothing came from "
        "there (Network is unreachable); its AAAA record is wrong or old: correct it to 2001:db8::7.",
    ),
    "the application itself": (
        {"203.0.113.7": {"status": 200, "body": "Hello", "location": ""}},
        "www.example.org leads to 203.0.113.7, as it should, but there came 200 ('Hello') instead of our own "
        "answer; open port 80 in every firewall, the provider's too.",
    ),
    "another server": (
        {"192.0.2.80": {"status": 301, "body": "<h1>It\n works!", "location": "https://www.example.org/"}},
        "www.example.org leads to 192.0.2.80, which is no address of this server, and there came 301, "
        "leading to https://www.example.org/ ('<h1>It works!') instead of our own answer; "
        "its A record is wrong or old: correct it to 203.0.113.7.",
    ),
}


@pytest.mark.parametrize(("answers", "sentence"), COMPLAINTS.values(), ids=COMPLAINTS)
def test_complaint(answers: dict[str, dict[str, Any]], sentence: str) -> None:
    assert complaints(answers) == [sentence]


def test_record_of_a_family_that_the_server_has_not_is_to_be_removed() -> None:
    (sentence,) = complaints({"2001:db8::bad": {"error": "timed out"}}, ours=["203.0.113.7"])
    assert sentence.endswith("its AAAA record is wrong or old: remove it.")


def test_refusal_says_that_the_ca_was_not_asked() -> None:
    with pytest.raises(SlipwayError) as caught:
        challenge.refuse_unmet({NAME: {}, "b.example.org": {}}, TOKEN, OURS)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert lines[-1] == "The CA has not been asked."
    challenge.refuse_unmet({NAME: {"203.0.113.7": MET}}, TOKEN, OURS)
