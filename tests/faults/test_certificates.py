# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is new among the routes, and a name or a CA that is not as it should be."""

from __future__ import annotations

from uuid import uuid4

import pytest

from support.faulty_site import APPLICATION

pytestmark = pytest.mark.usefixtures("same")


def with_host(host: str) -> list:
    return [*APPLICATION["app_routes"], {"host": host, "service": "api", "port": 4000}]


def test_a_name_without_address_stops_before_the_ca_is_asked(site):
    run = site.attempt("playbooks/proxy.yml", app_routes=with_host("nowhere.rehearsal.example"))
    site.refused(
        run,
        "nowhere.rehearsal.example has no address in the DNS; create records that lead to 198.18.",
        "The CA has not been asked.",
    )


def test_a_name_that_leads_elsewhere_stops_before_the_ca_is_asked(site):
    elsewhere = "registry.rehearsal.example"
    run = site.attempt("playbooks/proxy.yml", app_routes=with_host(elsewhere))
    site.refused(
        run,
        f"{elsewhere} leads to {site.address('registry')}, which is no address of this server",
        f"its A record is wrong or old: correct it to {site.address('app-1')}.",
        "The CA has not been asked.",
    )


def test_a_ca_out_of_reach_is_named_when_a_certificate_is_missing(site):
    host = f"{uuid4().hex}.rehearsal.example"
    with site.stopped("ca"):
        run = site.attempt(
            "playbooks/dns.yml",
            "playbooks/proxy.yml",
            app_routes=with_host(host),
            proxy_certificate_timeout=10,
        )
    site.refused(run, f"no certificate within 10 s for {host} (", "https://ca.rehearsal.example:14000")


def test_a_ca_out_of_reach_matters_to_nobody_who_has_certificates(site):
    with site.stopped("ca"):
        run = site.attempt("playbooks/site.yml")
    assert run.code == 0, run.output
    assert "15 of 15 probes from outside" in run.output
