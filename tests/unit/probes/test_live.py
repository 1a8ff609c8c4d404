# SPDX-License-Identifier: GPL-3.0-or-later
"""``websocket`` and ``socketio`` against real servers of both."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import socketio
from aiohttp import web
from websockets.sync.server import ServerConnection, serve

from support.outside import LOOPBACK, Authority, Site, Zone, free_port

from .conftest import NAME, Look


@contextmanager
def speaking(context: ssl.SSLContext | None, talk: Callable[[ServerConnection], None]) -> Iterator[str]:
    """Have a WebSocket server; its address."""
    with serve(talk, LOOPBACK[0], 0, ssl=context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{'wss' if context else 'ws'}://{NAME}:{server.socket.getsockname()[1]}/live"
        finally:
            server.shutdown()
            thread.join()


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(f"you said {message!r}")


@pytest.mark.parametrize("secure", [True, False])
def test_websocket_opens_and_answers(authority: Authority, look: Look, secure: bool) -> None:
    with speaking(authority.context(NAME) if secure else None, echo) as url:
        outcome = look({"websocket": url})
        assert outcome.observed == f"{url} opened and answered"
        assert look({"websocket": url, "send": "hello", "receive": "you said 'hello'"}).passed


def test_websocket_that_does_not_say_what_is_wanted(authority: Authority, look: Look) -> None:
    with speaking(authority.context(NAME), echo) as url:
        outcome = look({"websocket": url, "send": "a", "receive": "b"}, timeout=0.5)
    assert outcome.lines == (f"{url} gave no whole answer within 0.5 s", "wanted: a message with 'b' in it")


def test_websocket_that_closes(authority: Authority, look: Look) -> None:
    with speaking(authority.context(NAME), lambda connection: connection.close(4001, "log in")) as url:
        outcome = look({"websocket": url, "receive": "hello"})
    assert outcome.lines[0].startswith(f"{url} closed: received 4001 (private use) log in")


def test_a_web_server_is_no_websocket(site: Site, look: Look) -> None:
    outcome = look({"websocket": site.url("/").replace("https", "wss")})
    assert outcome.lines[0].endswith("answered 404 Not Found")
    assert outcome.lines[2] == 'its body: {"detail": "there is nothing here"}'


def test_websocket_that_never_opens(site: Site, look: Look) -> None:
    site.answers["/"] = lambda _exchange: time.sleep(3)
    started = time.monotonic()
    outcome = look({"websocket": site.url("/").replace("https", "wss")}, timeout=0.5)
    assert time.monotonic() - started < 2.5
    assert outcome.lines[0].endswith("gave no whole answer within 0.5 s")


@contextmanager
def live(context: ssl.SSLContext, **settings: Any) -> Iterator[str]:
    """Have a Socket.IO server for those who log in; its address."""
    server = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*", **settings)

    @server.event
    async def connect(_sid: str, _environ: Any, auth: dict[str, str] | None) -> None:
        if (auth or {}).get("token") != "right-token":
            raise socketio.exceptions.ConnectionRefusedError("log in first")

    async def register(_request: web.Request) -> web.Response:
        return web.json_response({"token": "right-token"})

    application = web.Application()
    application.router.add_post("/register", register)
    server.attach(application)
    loop, port, ready = asyncio.new_event_loop(), free_port(LOOPBACK), threading.Event()
    runner = web.AppRunner(application, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        for address in LOOPBACK:
            await web.TCPSite(runner, address, port, ssl_context=context).start()
        ready.set()

    async def stop() -> None:
        await server.shutdown()
        await runner.cleanup()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def serve_it() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=serve_it, daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield f"https://{NAME}:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


AUTH = {"auth": {"token": "right-token"}}


@pytest.fixture
def served(authority: Authority) -> Iterator[str]:
    with live(authority.context(NAME)) as url:
        yield url


def test_socketio_connects_over_both_transports(served: str, look: Look) -> None:
    outcome = look({"socketio": served, **AUTH})
    assert outcome.passed, outcome.lines
    assert outcome.observed == f"{served} connected over polling and websocket"


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_socketio_that_refuses(served: str, look: Look, transport: str) -> None:
    outcome = look({"socketio": served, "transports": [transport]})
    assert outcome.lines == (
        f'{served} refused the connection over {transport}: {{"message":"log in first"}}',
        "wanted: a connection to the namespace /",
    )


def test_socketio_with_the_token_of_an_earlier_step(served: str, look: Look) -> None:
    steps = [
        {"post": "/register", "keep": {"token": "json.token"}},
        {"socketio": "/", "auth": {"token": "{token}"}},
    ]
    assert look({"flow": steps}, base=served).passed


def test_socketio_without_a_namespace(served: str, look: Look) -> None:
    outcome = look({"socketio": served, "namespace": "/chat", **AUTH})
    assert "refused the connection over polling: /chat," in outcome.lines[0]


def test_socketio_cut_by_a_proxy_that_knows_no_websockets(authority: Authority, look: Look) -> None:
    with live(authority.context(NAME), transports=["polling"]) as url:
        assert look({"socketio": url, "transports": ["polling"], **AUTH}).passed
        outcome = look({"socketio": url, **AUTH})
    assert "transport=websocket answered 400 Bad Request" in outcome.lines[0]


def test_socketio_elsewhere(served: str, look: Look) -> None:
    outcome = look({"socketio": served, "path": "/live/", **AUTH})
    assert "/live/?EIO=4&transport=polling answered 404 Not Found" in outcome.lines[0]


def test_something_else_than_socketio(site: Site, zone: Zone, look: Look) -> None:
    site.on("/socket.io/", 200, b"<html>")
    outcome = look({"socketio": site.url("")})
    assert outcome.lines[1:] == ("wanted: a handshake of Engine.IO 4", "its body: <html>")
