# SPDX-License-Identifier: GPL-3.0-or-later
"""``tls``, ``dns`` and ``port`` against servers that behave and that do not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._probes.kinds.dns import Dns
from ansible_collections.slipway.deploy.plugins.module_utils._probes.kinds.tls import Tls
from ansible_collections.slipway.deploy.plugins.module_utils._probes.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._probes.redaction import Hidden
from ansible_collections.slipway.deploy.plugins.module_utils._probes.runner import Limits, Runner
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import Probe
from support.outside import LOOPBACK, Authority, Site, Zone, free_port, serving, serving_zone

from .conftest import NAME, Look


def tls(site: Site) -> dict[str, str]:
    return {"tls": f"{site.name}:{site.port}"}


def test_certificate_that_is_trusted(site: Site, look: Look) -> None:
    outcome = look(tls(site))
    assert outcome.passed, outcome.lines
    assert outcome.observed.startswith(f"{NAME}:{site.port} showed TLSv1.3, a certificate for 90 more days")
    assert outcome.observed.endswith("over IPv4 and IPv6")


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        (NAME, 3, "showed a certificate that ends in 3.0 days"),
        (NAME, -1, "showed a certificate that is refused: certificate has expired"),
        (
            "other.example",
            90,
            "showed a certificate that is refused: Hostname mismatch",
        ),
    ],
)
def test_certificate_that_is_not_good(
    authority: Authority, look: Look, name: str, days: int, said: str
) -> None:
    with serving(NAME, authority.context(name, days)) as site:
        outcome = look(tls(site))
        assert outcome.lines[0].startswith(f"{NAME}:{site.port} over IPv4 (127.0.0.1) {said}")


def test_days_are_what_the_data_says(authority: Authority, look: Look) -> None:
    with serving(NAME, authority.context(NAME, 3)) as site:
        assert look({**tls(site), "days": 2}).passed


def test_a_ca_that_is_not_trusted(site: Site, zone: Zone, tmp_path: Path) -> None:
    for trusted in (str(Authority(tmp_path).file), None):
        runner = Runner(Network([zone.address], trusted), Limits(5, 60), "", Hidden())
        (outcome,) = runner.run([Probe("trusted", Tls(NAME, site.port))])
        assert "showed a certificate that is refused: " in outcome.lines[0]


def test_protocols_of_the_past(authority: Authority, look: Look) -> None:
    with serving(NAME, authority.context(NAME, old=True)) as site:
        outcome = look(tls(site))
        assert outcome.lines[0].endswith("accepts TLSv1.1")


def test_a_server_without_tls(look: Look) -> None:
    with serving(NAME, None) as site:
        assert "over IPv4 (127.0.0.1) failed at TLS: " in look(tls(site)).lines[0]


def dns(name: str, *addresses: str) -> dict[str, object]:
    return {"dns": name, "addresses": list(addresses)}


def test_addresses_as_wanted_however_they_are_written(zone: Zone, look: Look) -> None:
    zone.records["www.example"] = ["203.0.113.7", "2001:db8::7"]
    outcome = look(dns("www.example", "2001:DB8:0::7", "203.0.113.7"))
    assert outcome.observed == f"{zone.address} answered 2001:db8::7, 203.0.113.7 for www.example"


@pytest.mark.parametrize(
    ("records", "observed", "wanted"),
    [
        (["203.0.113.7"], "AAAA of www.example: nothing", "2001:db8::7"),
        (["203.0.113.7", "2001:db8::9"], "AAAA of www.example: 2001:db8::9", "2001:db8::7"),
        (
            ["203.0.113.7", "203.0.113.8", "2001:db8::7"],
            "A of www.example: 203.0.113.7, 203.0.113.8",
            "203.0.113.7",
        ),
        (None, "A of www.example: nothing", "203.0.113.7"),
    ],
)
def test_addresses_that_are_not_as_wanted(
    zone: Zone, look: Look, records: list[str] | None, observed: str, wanted: str
) -> None:
    if records:
        zone.records["www.example"] = records
    outcome = look(dns("www.example", "203.0.113.7", "2001:db8::7"))
    assert outcome.lines == (f"{zone.address} answered {observed}", f"wanted: {wanted}")


def test_a_stale_address_of_a_family_that_the_server_has_not(zone: Zone, look: Look) -> None:
    zone.records["www.example"] = ["203.0.113.7", "2001:db8::9"]
    assert look(dns("www.example", "203.0.113.7")).lines[1] == "wanted: nothing"


def test_an_alias_is_followed(zone: Zone, look: Look) -> None:
    zone.records |= {"www.example": "target.example", "target.example": ["203.0.113.7"]}
    assert look(dns("www.example", "203.0.113.7")).passed


def test_every_server_is_asked(zone: Zone, authority: Authority) -> None:
    zone.records["www.example"] = ["203.0.113.7"]
    with serving_zone(Zone({"www.example": ["203.0.113.8"]})) as other:
        network = Network([zone.address, other.address], str(authority.file))
        probe = Probe("dns", Dns("www.example", ("203.0.113.7",)))
        (outcome,) = Runner(network, Limits(5, 60), "", Hidden()).run([probe])
        assert outcome.lines[0] == f"{other.address} answered A of www.example: 203.0.113.8"


def test_a_server_that_is_silent(zone: Zone, look: Look) -> None:
    zone.silent = True
    started = time.monotonic()
    for data in (dns("www.example", "203.0.113.7"), {"url": f"https://{NAME}/"}):
        assert not look(data, timeout=0.5).passed
    assert time.monotonic() - started < 2


@pytest.fixture
def listener() -> Iterator[int]:
    with (
        socket.create_server(("127.0.0.1", port := free_port(LOOPBACK))),
        socket.create_server(("::1", port), family=socket.AF_INET6),
    ):
        yield port


def test_port_that_is_open(listener: int, look: Look) -> None:
    outcome = look({"port": f"{NAME}:{listener}"})
    assert outcome.observed == f"{NAME}:{listener} is open over IPv4 and IPv6"
    wanted_closed = look({"port": f"{NAME}:{listener}", "state": "closed"})
    assert wanted_closed.lines == (
        f"{NAME}:{listener} over IPv4 (127.0.0.1) accepted the connection",
        "wanted: closed",
    )


def test_port_that_is_closed(look: Look) -> None:
    port = free_port(LOOPBACK)
    assert look({"port": f"{NAME}:{port}", "state": "closed"}).passed
    assert look({"port": f"{NAME}:{port}"}).lines[0].endswith("over IPv4 (127.0.0.1) refused the connection")


def test_port_that_drops_is_closed(zone: Zone, look: Look) -> None:
    """A listener whose queue is full drops what comes, as a firewall does."""
    zone.records[NAME] = ["127.0.0.1"]
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            assert look({"port": f"{NAME}:{port}", "state": "closed"}, timeout=0.5).passed
            assert not look({"port": f"{NAME}:{port}"}, timeout=0.5).passed
