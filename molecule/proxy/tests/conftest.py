# SPDX-License-Identifier: GPL-3.0-or-later
"""The server that is proven, the vantage point outside, and services of two slots on the host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.proxy import BLUE, GREEN, LISTENS, POINT, SCRIPTS, Outside, Point


@pytest.fixture(scope="module")
def server(host: Any) -> str:
    """Return which one serves, ``caddy`` or ``nginx``."""
    program = host.check_output("docker inspect --format %s slipway-proxy", "{{.Config.Image}}")
    return "nginx" if "nginx" in program else "caddy"


@pytest.fixture(scope="module")
def outside(host: Any) -> Outside:
    return Outside(host.ansible.get_variables()["slipway_rehearsal"])


@pytest.fixture(scope="module")
def point(host: Any) -> Iterator[Point]:
    """Call point-proxy, beside services of both slots; the proxy starts as if nobody had called it yet."""

    def call(mapping: dict[str, str]) -> Any:
        return host.run(f"echo %s | {POINT} proxytest", json.dumps(mapping))

    host.check_output("rm -rf /etc/slipway/proxy/upstreams/proxytest")
    host.check_output("docker restart slipway-proxy")
    host.check_output(LISTENS)
    units = []
    for slot, mapping in {"blue": BLUE, "green": GREEN}.items():
        for upstream, address in mapping.items():
            name, port = f"{slot}-{upstream.partition(':')[0]}", address.rpartition(":")[2]
            host.check_output(
                "systemd-run --quiet --collect --unit=%s python3 -c %s %s %s",
                *(f"proxytest-{name}", (SCRIPTS / "service.py").read_text(), name, port),
            )
            units.append(f"proxytest-{name}")
    yield call
    host.check_output("systemctl stop " + " ".join(units))


@pytest.fixture
def blue(point: Point) -> None:
    """The proxy leads to the services of slot blue."""
    done = point(BLUE)
    assert done.rc == 0, done.stderr
