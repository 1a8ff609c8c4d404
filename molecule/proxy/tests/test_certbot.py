# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that certbot gets: how a renewed one reaches the proxy."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from support.proxy import CA, Outside

HOST = "proxy.rehearsal.example"


def served(outside: Outside) -> str:
    """Return the serial number of the certificate that is served."""
    scan = f"openssl s_client -connect {HOST}:443 -servername {HOST} -CAfile {CA} </dev/null 2>/dev/null"
    return outside.run("sh", "-c", f"{scan} | openssl x509 -noout -serial")


@pytest.fixture
def renewed(host: Any, server: str) -> None:
    """certbot has renewed the certificate as at the end of its time."""
    if server == "caddy":
        pytest.skip("Caddy renews its certificates by itself")
    settings = json.loads(host.file("/etc/slipway/proxy/certificates.json").content_string)
    host.check_output(shlex.join([*settings["certbot"], "--force-renewal", "--cert-name", HOST, "-d", HOST]))


@pytest.mark.usefixtures("blue")
def test_renewed_certificate_is_served_and_no_websocket_notices(
    host: Any, outside: Outside, request: pytest.FixtureRequest
) -> None:
    with outside.websocket(HOST) as say:
        before = served(outside)
        request.getfixturevalue("renewed")
        assert say("one") == "blue-web one"
        assert served(outside) == before
        host.check_output("systemctl start slipway-proxy-certificates.service")
        assert served(outside) != before
        assert say("two") == "blue-web two"


def test_timer_waits_where_certbot_is_needed(host: Any, server: str) -> None:
    assert host.service("slipway-proxy-certificates.timer").is_running == (server == "nginx")
