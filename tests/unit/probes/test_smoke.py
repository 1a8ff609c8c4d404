# SPDX-License-Identifier: GPL-3.0-or-later
"""The run as a whole: deadlines, patience, check mode, and what the module returns and never shows."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import smoke as preflight
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._probes import libraries
from ansible_collections.slipway.deploy.plugins.module_utils._probes.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._probes.redaction import Hidden
from ansible_collections.slipway.deploy.plugins.module_utils._probes.runner import Limits, Outcome, Runner
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import parse
from ansible_collections.slipway.deploy.plugins.modules import smoke
from support.outside import Authority, Exchange, Site, Zone, serving

from .conftest import NAME, Look

Smoke = Callable[..., dict[str, Any]]


@pytest.fixture
def smoked(zone: Zone, ca_file: Path, capsys: pytest.CaptureFixture[str]) -> Smoke:
    """Return a call of the module: options in, result out."""

    def run(check: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {"resolvers": [zone.address], "ca_file": str(ca_file), "_ansible_check_mode": check}
        capsys.readouterr()
        with patch_module_args({**arguments, **options}), pytest.raises(SystemExit):
            smoke.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run


def probes(site: Site) -> list[dict[str, Any]]:
    site.on("/", 200, {"build": "1.4.2"})
    return [
        {"name": "it is healthy", "url": site.url()},
        {"name": "this build is served", "url": site.url(), "json": {"build": "1.4.2"}},
    ]


def test_all_is_well(site: Site, smoked: Smoke) -> None:
    result = smoked(probes=probes(site))
    assert (result["changed"], result.get("failed")) == (False, None)
    assert result["summary"] == "2 of 2 probes from outside"
    seen = f"GET {site.url()} answered 200 OK over IPv4 and IPv6"
    assert result["evidence"] == [
        {"gate": "it is healthy", "passed": True, "observed": seen},
        {"gate": "this build is served", "passed": True, "observed": seen},
    ]
    assert [probe["tries"] for probe in result["probes"]] == [1, 1]
    assert all(probe["seconds"] < 5 for probe in result["probes"])


def test_yesterdays_build_is_served(site: Site, smoked: Smoke) -> None:
    data = probes(site)
    site.on("/", 200, {"build": "1.4.1"})
    result = smoked(probes=data)
    assert result["failed"]
    assert result["summary"] == "1 of 2 probes"
    assert result["msg"].splitlines() == [
        "this build is served",
        f'  GET {site.url()} over IPv4 (127.0.0.1) answered 200 OK; json.build is "1.4.1"',
        '  wanted: json.build "1.4.2"',
    ]
    assert [gate["passed"] for gate in result["evidence"]] == [True, False]


def test_check_mode_passes_over_what_writes(site: Site, smoked: Smoke) -> None:
    flow = {"name": "a person writes", "flow": [{"post": "/notes", "json": {}}]}
    result = smoked(check=True, base=site.url(), probes=[*probes(site), flow])
    assert result["passed_over"] == ["a person writes"]
    assert result["summary"] == "2 of 2 probes from outside; passed over, as they write: a person writes"
    assert "POST /notes" not in site.seen
    assert smoked(base=site.url(), probes=[flow])["failed"]


@pytest.fixture
def public(authority: Authority, zone: Zone) -> Iterator[tuple[Site, Site]]:
    """The name's web servers at the ports of the public, plain and secure, as they should be."""
    address = f"127.{os.getpid() % 250 + 1}.0.77"  # of the loopback's many; other runs have theirs
    zone.records[NAME] = [address]
    try:
        with (
            serving(NAME, None, (address,), 80) as plain,
            serving(NAME, authority.context(NAME), (address,), 443) as secure,
        ):
            plain.on("/", 308, Location=secure.url("/"))
            secure.on("/", 404, Strict_Transport_Security="max-age=300")
            yield plain, secure
    except PermissionError:
        pytest.skip("ports below 1024 are for root here")


def spoil_dns(zone: Zone, _plain: Site, _secure: Site) -> None:
    zone.records[NAME] = [*zone.records[NAME], "203.0.113.7"]


def spoil_redirect(_zone: Zone, plain: Site, secure: Site) -> None:
    plain.on("/", 302, Location=secure.url("/"))


def spoil_host(_zone: Zone, plain: Site, _secure: Site) -> None:
    plain.on("/", 308, Location="https://www.app.example/")


def spoil_hsts(_zone: Zone, _plain: Site, secure: Site) -> None:
    secure.on("/", 200)


@pytest.mark.parametrize(
    ("spoil", "failed"),
    [
        (None, None),
        (spoil_dns, "leads to the server"),
        (spoil_redirect, "leads from HTTP to HTTPS"),
        (spoil_host, "leads from HTTP to HTTPS"),
        (spoil_hsts, "insists on HTTPS"),
    ],
)
def test_a_route_is_looked_at_by_itself(
    public: tuple[Site, Site], zone: Zone, smoked: Smoke, spoil: Any, failed: str | None
) -> None:
    addresses = list(zone.records[NAME])
    if spoil:
        spoil(zone, *public)
    result = smoked(routes=[{"host": NAME, "service": "web"}], addresses=addresses)
    assert {probe["name"]: probe["passed"] for probe in result["probes"]} == {
        f"{NAME} {what}": what != failed
        for what in (
            "leads to the server",
            "has a certificate",
            "leads from HTTP to HTTPS",
            "insists on HTTPS",
        )
    }


def test_no_secret_of_the_data_is_in_the_result(site: Site, smoked: Smoke) -> None:
    def tell(exchange: Exchange) -> None:
        exchange.say(500, {"seen": exchange.headers["X-Api-Key"], "got": exchange.body.decode()})

    site.answers |= {"/key": tell, "/login": tell}
    result = smoked(
        base=site.url(),
        probes=[
            {"name": "key", "url": site.url("/key"), "request_headers": {"X-Api-Key": "key-sentinel"}},
            {
                "name": "in",
                "flow": [{"post": "/login", "json": {"password": "password-sentinel", "user": "me"}}],
            },
        ],
    )
    told = json.dumps(result)
    assert "its body: " in told
    assert "key-sentinel" not in told
    assert "password-sentinel" not in told
    assert "user" in result["msg"]  # the rest of the body is there


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"probes": [{"name": "a", "urll": "b"}]}, "app_probes[0].urll: is no key here; did you mean 'url'."),
        ({"ca_file": "/nowhere/ca.pem"}, "the CA file /nowhere/ca.pem cannot be read"),
    ],
)
def test_bad_options(smoked: Smoke, options: dict[str, Any], said: str) -> None:
    result = smoked(**options)
    assert result["failed"]
    assert result["msg"].startswith(said)


def test_libraries_that_are_missing_are_named(smoked: Smoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "IMPORT_ERROR", "ImportError")
    assert "dnspython" in smoked()["msg"]


def run(network: Network, limits: Limits, data: list[dict[str, Any]]) -> list[Outcome]:
    return Runner(network, limits, "", Hidden()).run(parse(data))


def test_probes_run_side_by_side(site: Site, network: Network) -> None:
    together = threading.Barrier(6, timeout=5)

    def meet(exchange: Exchange) -> None:
        together.wait()
        exchange.say(200)

    site.answers["/"] = meet
    data = [{"name": f"{number}", "url": site.url()} for number in range(6)]
    assert all(outcome.passed for outcome in run(network, Limits(5, 60), data))


def test_the_deadline_of_all_holds(site: Site, network: Network) -> None:
    site.answers["/"] = lambda _exchange: time.sleep(3)
    data = [{"name": f"{number}", "url": site.url(), "timeout": 30} for number in range(20)]
    started = time.monotonic()
    outcomes = run(network, Limits(timeout=30, total=1, patience=60), data)
    assert time.monotonic() - started < 3
    assert not any(outcome.passed for outcome in outcomes)
    assert outcomes[-1].lines[0] == "not looked at: the 1 s for all probes were over"


def test_a_timeout_of_its_own_counts(site: Site, look: Look) -> None:
    site.answers["/"] = lambda _exchange: time.sleep(3)
    outcome = look({"url": site.url(), "timeout": 1}, timeout=30)
    assert outcome.lines[0].endswith("gave no whole answer within 1 s")


def test_an_upload_has_more_time_by_its_size() -> None:
    (probe,) = parse([{"name": "a", "upload": "https://a.example/", "size": "20MB", "download": "/{hash}"}])
    assert probe.kind.extra_seconds == pytest.approx(41.9, abs=0.1)


def test_patience_waits_for_what_has_just_started(site: Site, look: Look) -> None:
    def starting(exchange: Exchange) -> None:
        exchange.say(503 if len(site.seen) == 1 else 200)

    site.answers["/"] = starting
    outcome = look({"url": site.url()}, patience=10)
    assert (outcome.passed, outcome.tries) == (True, 2)


def test_patience_ends(site: Site, look: Look) -> None:
    started = time.monotonic()
    outcome = look({"url": site.url()}, patience=0.5)
    assert time.monotonic() - started < 3
    assert (outcome.passed, outcome.tries) == (False, 2)


GOOD: dict[str, Any] = {
    "smoke_resolvers": ["192.0.2.53", "2001:db8::53", "192.0.2.53:5353", "[2001:db8::53]:5353"],
    "smoke_hsts": True,
    "smoke_certificate_days": 7,
    "smoke_timeout": 10,
    "smoke_total_timeout": 300,
    "smoke_patience": 0,
}


def problems(**variables: Any) -> list[tuple[str, str, str]]:
    given = Given({**GOOD, **variables}, lambda: None)
    return [(problem.variable, problem.what, problem.mend) for problem in preflight.check(given)]


def test_good_variables_are_silent(ca_file: Path) -> None:
    assert problems() == []
    assert problems(smoke_ca_file=str(ca_file)) == []


@pytest.mark.parametrize(
    "resolver", ["dns.example", "192.0.2.53:dns", "192.0.2.53/24", "me@192.0.2.53:53", ""]
)
def test_resolver_that_is_none(resolver: str) -> None:
    assert problems(smoke_resolvers=["192.0.2.53", resolver]) == [
        ("smoke_resolvers[1]", f"{resolver!r} is no address of a DNS server", "write it like 192.0.2.53")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smoke_ca_file", "/nowhere/ca.pem"),
        ("smoke_timeout", 0),
        ("smoke_total_timeout", -1),
        ("smoke_certificate_days", 0),
        ("smoke_patience", -1),
    ],
)
def test_variable_that_cannot_be_right(name: str, value: object) -> None:
    assert [variable for variable, _unused, _mend in problems(**{name: value})] == [name]
