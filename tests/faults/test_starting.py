# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that starts and is not what it should be."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("untouched")


def test_a_route_to_a_port_on_which_nobody_listens(site):
    routes = [{"host": "app.rehearsal.example", "service": "web", "port": 3001}]
    run = site.release(site.serving()["version"], app_routes=routes, release_health_timeout=15)
    site.refused(
        run,
        "after 15 s, nothing listens on web:3001 in its container; app_routes leads there: correct the port, "
        "or have the service listen on it; ",
        "serves on.",
    )


def test_health_that_never_turns_green(site):
    run = site.release("1.2.0-unhealthy", release_health_timeout=20)
    site.refused(
        run,
        "1.2.0-unhealthy is not released: after 20 s, api is still starting; "
        "a slow start needs a longer release_health_timeout; ",
        "serves on.",
        "log of api: reference: mailer does not answer: ConnectionError",
    )
