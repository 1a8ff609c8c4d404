# SPDX-License-Identifier: GPL-3.0-or-later
"""What point-proxy does to the requests that come in meanwhile, seen from outside."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from support.proxy import BLUE, GREEN, POINT, Outside, Point

HOST = "proxy.rehearsal.example"
RELOAD = "/usr/local/lib/slipway/reload-proxy"


@pytest.mark.usefixtures("point")
def test_before_the_first_release_there_is_a_plain_page(outside: Outside) -> None:
    answer = outside.get(f"https://{HOST}/")
    assert answer.status == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert len(answer.body) < 200


def test_websocket_outlives_the_pointing(outside: Outside, point: Point) -> None:
    assert point(BLUE).rc == 0
    with outside.websocket(HOST) as say:
        assert say("one") == "blue-web one"
        assert point(GREEN).stdout.strip() == "changed"
        assert outside.get(f"https://{HOST}/").told()["name"] == "green-web"
        assert say("two") == "blue-web two"
        assert point(GREEN).stdout.strip() == "unchanged"
        assert say("three") == "blue-web three"


@pytest.mark.usefixtures("blue")
def test_websocket_outlives_a_reload(host: Any, outside: Outside) -> None:
    with outside.websocket(HOST) as say:
        assert say("one") == "blue-web one"
        host.check_output(f"{RELOAD} --force")
        assert say("two") == "blue-web two"


@pytest.mark.usefixtures("blue")
def test_websocket_may_be_silent_for_longer_than_an_answer(outside: Outside) -> None:
    with outside.websocket(HOST) as say:
        assert say("one") == "blue-web one"
        time.sleep(4)  # proxy_response_timeout is 3 here
        assert say("two") == "blue-web two"


@pytest.mark.usefixtures("blue")
def test_no_request_is_lost_while_pointing(outside: Outside, point: Point) -> None:
    seen = outside.load(HOST, lambda: [point(mapping) for mapping in (GREEN, BLUE) * 5])
    assert seen.keys() == {"blue-web", "green-web"}, seen


@pytest.mark.usefixtures("blue")
def test_mapping_that_cannot_be_loaded_leaves_the_one_before(
    host: Any, outside: Outside, point: Point, server: str
) -> None:
    file, reason = {"caddy": ("Caddyfile", "adapting config"), "nginx": ("nginx.conf", "nginx: ")}[server]
    host.check_output(f"cp /etc/slipway/proxy/{file} /root/{file}")
    try:
        host.check_output(f"echo 'no_such_option {{' >>/etc/slipway/proxy/{file}")
        failed = point(GREEN)
    finally:
        host.check_output(f"cp /root/{file} /etc/slipway/proxy/{file}")
    assert failed.rc == 1
    assert failed.stderr.startswith(f"point-proxy: the proxy is not well: {reason}")
    assert json.loads(host.check_output(f"{POINT} --show proxytest")) == BLUE
    assert outside.get(f"https://{HOST}/").told()["name"] == "blue-web"
    assert point(BLUE).stdout.strip() == "unchanged"


def test_route_without_an_upstream_answers_503(outside: Outside, point: Point) -> None:
    assert point({"web:3000": BLUE["web:3000"]}).rc == 0
    assert outside.get(f"https://{HOST}/api/x").status == 503
    assert outside.get(f"https://{HOST}/").told()["name"] == "blue-web"


def test_service_that_is_down_is_said_in_the_log(
    host: Any, outside: Outside, point: Point, server: str
) -> None:
    said = {"caddy": "connection refused", "nginx": '"upstream":"127.0.0.1:9","upstream_status":"502"'}
    assert point({"web:3000": "127.0.0.1:9"}).rc == 0
    assert outside.get(f"https://{HOST}/down?token=sentinel-91f7").status == 502
    log = host.run("docker logs --since 1m slipway-proxy")
    assert said[server] in log.stdout + log.stderr
    assert "sentinel-91f7" not in log.stdout + log.stderr
