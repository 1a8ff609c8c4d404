# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people release at the same time."""

from __future__ import annotations

import pytest

from support.faulty_site import APPLICATION

ENVIRONMENT = APPLICATION["app_environment"]
ANOTHER = {**ENVIRONMENT, "api": {**ENVIRONMENT["api"], "RATE_LIMIT_PER_MINUTE": "601"}}
UPSTREAMS = "/etc/slipway/proxy/upstreams/reference"


@pytest.mark.usefixtures("answered")
def test_the_second_is_refused_and_told_of_the_first(site):
    version = site.serving()["version"]
    with (
        site.held(f"flock {UPSTREAMS} sleep 300") as let_go,
        site.releasing(version, app_environment=ANOTHER) as first,
    ):
        site.eventually("test -e /var/lib/slipway/release/reference/next.json")
        site.refused(
            site.release(version),
            f"a release of reference {version} is at work on this host, process ",
            "; wait for it to end, then run again.",
        )
        let_go()
        done = first.result()
    assert done.code == 0, done.output
