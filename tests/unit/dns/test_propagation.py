# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the authoritative servers: those that lag, those that are silent, over both families."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._dns.exchange import Server
from ansible_collections.slipway.deploy.plugins.module_utils._dns.propagation import laggards
from ansible_collections.slipway.deploy.plugins.module_utils._dns.records import Record
from support.name_server import ZONE, NameServer, Zone

APP = f"app.{ZONE}"
A, AAAA = Record(APP, "A", ("203.0.113.7",), 300), Record(APP, "AAAA", ("2001:db8::7",), 300)
NS1, NS2 = f"ns1.{ZONE}", f"ns2.{ZONE}"


@pytest.fixture
def lagging(zone: Zone, secondary: NameServer) -> Zone:
    """Return what the secondary holds, which no longer follows the primary."""
    behind = Zone()
    behind.copy_of(zone)
    secondary.zone = behind
    return behind


def test_secondary_that_lags_is_waited_for(dns_records: Any, zone: Zone, lagging: Zone) -> None:
    follow = threading.Timer(0.5, lambda: lagging.copy_of(zone))
    follow.start()
    started = time.monotonic()
    result = dns_records(APP, wait=10)
    assert result["summary"] == "2 records, seen by both name servers"
    assert 0.5 < time.monotonic() - started < 5
    follow.join()


def test_secondary_that_never_follows_is_named(dns_records: Any, lagging: Zone) -> None:
    lagging.put(APP, 300, "A", "198.51.100.9")
    result = dns_records(APP)
    assert result["failed"]
    assert result["changed"]
    fault = f"{NS2} answers A 198.51.100.9 for {APP}, not 203.0.113.7"
    assert result["msg"].startswith(f"{fault} after 1 s; see that it follows")
    assert result["evidence"] == [{"gate": "DNS", "passed": False, "observed": fault}]


def test_stale_aaaa_at_a_secondary_is_named(dns_records: Any, lagging: Zone) -> None:
    lagging.put(APP, 300, "A", "203.0.113.7")
    lagging.put(APP, 300, "AAAA", "2001:db8::bad")
    result = dns_records(APP, addresses=["203.0.113.7"])
    assert f"{NS2} answers AAAA 2001:db8::bad for {APP}, not nothing" in result["msg"]


def test_silent_secondary_is_named_within_the_time(dns_records: Any, secondary: NameServer) -> None:
    secondary.silent = True
    started = time.monotonic()
    result = dns_records(APP)
    assert f"{NS2}: name server 127.0.0.2 did not answer within" in result["msg"]
    assert time.monotonic() - started < 4


def test_name_server_without_an_address_is_named(dns_records: Any, zone: Zone) -> None:
    zone.put(ZONE, 300, "NS", f"ns3.{ZONE}.")
    assert f"name server ns3.{ZONE} has no address" in dns_records(APP)["msg"]


def test_run_without_changes_looks_at_the_servers_too(dns_records: Any, lagging: Zone) -> None:
    dns_records(APP)
    result = dns_records(APP)
    assert result["failed"]
    assert not result["changed"]


def test_check_mode_waits_for_nobody(dns_records: Any, secondary: NameServer) -> None:
    secondary.silent = True
    assert not dns_records(APP, check=True).get("failed")


def test_servers_are_asked_over_ipv6_and_one_silent_address_of_two_is_no_fault() -> None:
    zone = Zone()
    zone.put(APP, 300, "A", *A.values)
    zone.put(APP, 300, "AAAA", *AAAA.values)
    with NameServer(zone, "::1") as six:

        def reach(address: str) -> Server:
            return Server(address, six.port)

        assert laggards({NS1: ["::1"]}, [A, AAAA], 1, reach) == []
        assert laggards({NS1: ["127.0.0.1", "::1"]}, [A, AAAA], 1, reach) == []
        assert laggards({NS1: ["127.0.0.1"]}, [A, AAAA], 1, reach) != []


def test_updates_go_over_ipv6(dns_records: Any, secondary: NameServer) -> None:
    zone = Zone(servers={NS1: "::1"})
    with NameServer(zone, "::1") as six:
        result = dns_records(APP, server="::1", port=six.port)
    assert result["summary"] == "2 records, seen by the name server"
