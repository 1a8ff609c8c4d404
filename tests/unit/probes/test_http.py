# SPDX-License-Identifier: GPL-3.0-or-later
"""``url`` and ``cors`` against web servers that behave and that do not."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from support.outside import Authority, Exchange, Site, Zone, serving

from .conftest import NAME, Look

HEALTHY = {"status": "ok", "parts": [{"name": "db", "up": True}], "build": "1.4.2"}


@pytest.fixture(autouse=True)
def _healthy(site: Site) -> None:
    site.on("/health", 200, HEALTHY, X_Frame_Options="DENY", Content_Type="application/json")


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"status": 200},
        {"status": [200, 204]},
        {"json": {"status": "ok"}},
        {"json": {"parts": [{"up": True}]}},
        {"headers": {"x-frame-options": "DENY", "X-Powered-By": None}},
        {"text": '"build": "1.4.2"'},
    ],
)
def test_answer_as_wanted(site: Site, look: Look, wanted: dict[str, Any]) -> None:
    outcome = look({"url": site.url("/health"), **wanted})
    assert outcome.passed, outcome.lines
    assert outcome.observed == f"GET {site.url('/health')} answered 200 OK over IPv4 and IPv6"


@pytest.mark.parametrize(
    ("wanted", "observed", "said"),
    [
        ({"status": 201}, "answered 200 OK; Content-Type: application/json", "status 201"),
        ({"json": {"status": "up"}}, 'answered 200 OK; json.status is "ok"', 'json.status "up"'),
        ({"json": {"parts": [{"up": 1}]}}, "json.parts[0].up is true", "json.parts[0].up 1"),
        ({"json": {"parts": []}}, "json.parts is [{", "json.parts []"),
        ({"json": {"queue": "ok"}}, "json.queue is missing", 'json.queue "ok"'),
        (
            {"headers": {"X-Frame-Options": "SAMEORIGIN"}},
            "X-Frame-Options: DENY",
            "X-Frame-Options: SAMEORIGIN",
        ),
        ({"headers": {"Referrer-Policy": "no"}}, "no header Referrer-Policy", "Referrer-Policy: no"),
        ({"headers": {"X-Frame-Options": None}}, "X-Frame-Options: DENY", "no header X-Frame-Options"),
        (
            {"text": "welcome"},
            "answered 200 OK; Content-Type: application/json",
            "a body with 'welcome' in it",
        ),
        ({"redirect": "https://app.example/"}, "answered 200 OK", "status a redirect"),
    ],
)
def test_answer_that_is_not_as_wanted(
    site: Site, look: Look, wanted: dict[str, Any], observed: str, said: str
) -> None:
    outcome = look({"url": site.url("/health"), **wanted})
    assert not outcome.passed
    assert outcome.lines[0].startswith(f"GET {site.url('/health')} over IPv4 (127.0.0.1) answered 200 OK")
    assert observed in outcome.lines[0]
    assert outcome.lines[1] == f"wanted: {said}"


def test_the_start_of_the_body_says_why_and_no_secret(site: Site, look: Look) -> None:
    body = {"detail": "no database", "access_token": "abcd-secret", "x": "eyJhbGciOiJI.eyJzdWIi.c2ln"}
    site.on("/health", 503, body, Retry_After="7")
    outcome = look({"url": site.url("/health")})
    assert outcome.lines[0].endswith("answered 503 Service Unavailable; Retry-After: 7")
    assert outcome.lines[1:] == (
        "wanted: status 200 to 299",
        'its body: {"detail": "no database", "access_token": "********", "x": "********"}',
    )


def test_body_that_is_no_json(site: Site, look: Look) -> None:
    site.on("/health", 200, b"<html>one\n  moment</html>")
    outcome = look({"url": site.url("/health"), "json": {"status": "ok"}})
    assert "its body is no JSON" in outcome.lines[0]
    assert outcome.lines[2] == "its body: <html>one moment</html>"


def test_redirect_by_value(site: Site, look: Look) -> None:
    site.on("/old", 308, Location="/new")
    assert look({"url": site.url("/old"), "redirect": site.url("/new")}).passed
    outcome = look({"url": site.url("/old"), "redirect": site.url("/newer")})
    assert outcome.lines[0].endswith(f"answered 308 Permanent Redirect; it leads to {site.url('/new')}")


def test_request_headers_are_sent(site: Site, look: Look) -> None:
    site.answers["/me"] = lambda exchange: exchange.say(200, dict(exchange.headers))
    sent = {"X-Tenant": "one"}
    assert look({"url": site.url("/me"), "request_headers": sent, "json": sent}).passed


def test_the_family_that_fails_is_named(authority: Authority, zone: Zone, look: Look) -> None:
    with serving(NAME, authority.context(NAME), ("127.0.0.1",)) as site:
        site.on("/", 200)
        outcome = look({"url": site.url()})
        assert outcome.lines[0] == f"GET {site.url()} over IPv6 (::1) refused the connection"
        zone.records[NAME] = ["127.0.0.1"]
        assert look({"url": site.url()}).observed.endswith("over IPv4")


def test_a_family_without_a_route_from_here_is_left_out(site: Site, zone: Zone, look: Look) -> None:
    unroutable = "fe80::7"  # without an interface, the kernel knows no way to it
    zone.records[NAME] = ["127.0.0.1", unroutable]
    assert look({"url": site.url("/health")}).observed.endswith("answered 200 OK over IPv4")
    zone.records[NAME] = [unroutable]
    assert "this machine has no IPv6 route to app.example" in look({"url": site.url("/health")}).lines[0]


def _close(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)


def _truncate(exchange: Exchange) -> None:
    exchange.say(200, b"0123456789", Content_Length="100")


def _babble(exchange: Exchange) -> None:
    exchange.wfile.write(b"SMTP ready\r\n")


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        (_close, "closed the connection without a whole answer"),
        (_truncate, "closed the connection 90 bytes before the end of its answer"),
        (_babble, "gave an answer that cannot be read (BadStatusLine)"),
    ],
)
def test_no_whole_answer(site: Site, look: Look, misbehave: Any, said: str) -> None:
    site.answers["/health"] = misbehave
    outcome = look({"url": site.url("/health")})
    assert outcome.lines[0] == f"GET {site.url('/health')} over IPv4 (127.0.0.1) {said}"


def _silent(exchange: Exchange) -> None:
    time.sleep(3)


def _dripping_head(exchange: Exchange) -> None:
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(30):
        exchange.wfile.write(b"X-%d: y\r\n" % number)
        time.sleep(0.1)


def _dripping_body(exchange: Exchange) -> None:
    exchange.say(200, b"", Content_Length="1000")
    for _unused in range(30):
        exchange.wfile.write(b".")
        time.sleep(0.1)


@pytest.mark.parametrize("misbehave", [_silent, _dripping_head, _dripping_body])
@pytest.mark.parametrize("secure", [True, False])
def test_the_deadline_holds(authority: Authority, look: Look, misbehave: Any, secure: bool) -> None:
    with serving(NAME, authority.context(NAME) if secure else None) as site:
        site.answers["/"] = misbehave
        started = time.monotonic()
        outcome = look({"url": site.url()}, timeout=0.5)
        assert time.monotonic() - started < 2.5
        assert outcome.lines[0].endswith("over IPv4 (127.0.0.1) gave no whole answer within 0.5 s")


def test_a_server_that_never_shakes_hands(zone: Zone, look: Look) -> None:
    zone.records[NAME] = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as mute:
        outcome = look({"url": f"https://{NAME}:{mute.getsockname()[1]}/"}, timeout=0.5)
    assert outcome.lines[0].endswith("gave no whole answer within 0.5 s")


def test_a_name_that_does_not_exist(look: Look) -> None:
    outcome = look({"url": "https://other.example/"})
    assert outcome.lines[0] == "https://other.example/ cannot be asked: the name other.example does not exist"


OWN = f"https://{NAME}"


def cors(*allowed: str) -> Any:
    """Answer like an app that admits these origins by value."""

    def answer(exchange: Exchange) -> None:
        origin = exchange.headers["Origin"]
        headers = {"Access_Control_Allow_Origin": origin} if origin in allowed else {}
        exchange.say(200, b"", **headers)

    return answer


def test_foreign_origins_refused_and_own_admitted(site: Site, look: Look) -> None:
    site.answers["/api"] = cors(OWN)
    assert look({"cors": site.url("/api")}).passed
    assert look({"cors": site.url("/api"), "origins": [OWN]}).passed
    assert set(site.seen) == {"GET /api", "OPTIONS /api"}


def test_everybody_admitted(site: Site, look: Look) -> None:
    site.on("/api", 200, Access_Control_Allow_Origin="*")
    outcome = look({"cors": site.url("/api")})
    assert outcome.lines == (
        f"{site.url('/api')} answered Access-Control-Allow-Origin: * to https://evil.example",
        "wanted: none, or one of the app's own",
    )


def test_whoever_asks_is_admitted(site: Site, look: Look) -> None:
    site.answers["/api"] = lambda exchange: exchange.say(
        200, Access_Control_Allow_Origin=exchange.headers["Origin"]
    )
    outcome = look({"cors": site.url("/api"), "origins": [OWN]})
    assert "answered Access-Control-Allow-Origin: https://evil.example to" in outcome.lines[0]
    assert outcome.lines[1] == f"wanted: none, or one of {OWN}"


def test_origins_compared_by_their_beginning_alone(site: Site, look: Look) -> None:
    site.answers["/api"] = cors(OWN, f"{OWN}.evil.example")
    assert f"to {OWN}.evil.example" in look({"cors": site.url("/api"), "origins": [OWN]}).lines[0]


def test_sandboxed_pages_admitted(site: Site, look: Look) -> None:
    site.answers["/api"] = cors("null")
    assert not look({"cors": site.url("/api")}).passed


def test_preflights_admit_what_requests_do_not(site: Site, look: Look) -> None:
    site.on("GET /api", 200)
    site.on("OPTIONS /api", 204, Access_Control_Allow_Origin="*")
    assert not look({"cors": site.url("/api")}).passed


def test_own_origin_not_admitted(site: Site, look: Look) -> None:
    site.on("/api", 200)
    outcome = look({"cors": site.url("/api"), "origins": [OWN]})
    assert outcome.lines[0] == f"{site.url('/api')} answered no Access-Control-Allow-Origin to {OWN}"


def test_a_broken_app_refuses_nobody(site: Site, look: Look) -> None:
    """A proxy's 502 has no such header either."""
    site.on("/api", 502)
    assert "answered 502 Bad Gateway" in look({"cors": site.url("/api")}).lines[0]
