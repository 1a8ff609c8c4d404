# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rehearsal's name server answers afterwards, and what it makes of updates that must not pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest
import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._dns.ensure import ensure
from ansible_collections.slipway.deploy.plugins.module_utils._dns.exchange import Server
from ansible_collections.slipway.deploy.plugins.module_utils._dns.interface import ChangedMeanwhileError
from ansible_collections.slipway.deploy.plugins.module_utils._dns.keys import read_key
from ansible_collections.slipway.deploy.plugins.module_utils._dns.records import Change, Owner, Record, State
from ansible_collections.slipway.deploy.plugins.module_utils._dns.rfc2136 import Rfc2136
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from support.collection import CHECKOUT
from support.name_server import write_key

INVENTORY = CHECKOUT / "tests" / "inventories" / "prepared"
ZONE = "rehearsal.example"
APP, PLAY = f"dns-scenario.{ZONE}", f"play.dns-scenario.{ZONE}"
ADDRESS = Record(PLAY, "A", ("192.0.2.8",), 5)
OURS, THEIRS = Owner("dns-scenario-play", "app-1"), Owner("dns-scenario-play", "app-2")


def variables(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((INVENTORY / path).read_text())
    return found


@pytest.fixture(scope="module")
def rehearsal() -> dict[str, Any]:
    """Return where everything is."""
    found: dict[str, Any] = variables("group_vars/all/rehearsal.yml")["slipway_rehearsal"]
    return found


@pytest.fixture(scope="module")
def server(rehearsal: dict[str, Any]) -> Server:
    """Return the real server, asked with the key."""
    return Server(rehearsal["services"]["dns"]["ipv4"], key=read_key(Path(rehearsal["tsig_key_file"])))


@pytest.fixture
def zone(server: Server) -> Iterator[Rfc2136]:
    """Return the zone; what a test makes in it is deleted afterwards."""
    provider = Rfc2136(ZONE, server)
    yield provider
    for owner in (OURS, THEIRS):
        ensure(provider, [], owner, (), check_mode=False)


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("name", [APP, f"live.{APP}"])
def test_hosts_of_routes_lead_to_the_host(rehearsal: dict[str, Any], name: str, family: str) -> None:
    server = rehearsal["services"]["dns"][family]
    found = {
        str(value)
        for rdtype in ("A", "AAAA")
        for rrset in dns.query.udp(dns.message.make_query(name, rdtype), server, timeout=5).answer
        for value in rrset
    }
    assert found == set(variables("host_vars/app-1/server.yml")["server_addresses"])


def test_extra_records_are_there(server: Server) -> None:
    assert server.values(f"any.preview.{APP}", "A").texts == ("192.0.2.7",)
    assert server.values(f"www.{APP}", "CNAME").texts == (APP,)


def test_what_is_ours_says_so(server: Server) -> None:
    names = {APP, f"live.{APP}", f"www.{APP}", f"*.preview.{APP}"}
    assert set(server.values(f"dns-scenario._slipway.{ZONE}", "TXT").texts) == {
        f"app-1 {name}" for name in names
    }
    assert server.values(f"_slipway.{APP}", "TXT").texts == (
        "owner=slipway environment=dns-scenario host=app-1",
    )


def test_foreign_name_is_refused(zone: Rfc2136, rehearsal: dict[str, Any]) -> None:
    name = rehearsal["services"]["registry"]["name"]
    with pytest.raises(SlipwayError, match="which slipway did not make; remove that, or take the name over"):
        ensure(zone, [Record(name, "A", ("192.0.2.8",), 5)], OURS, (), check_mode=False)


def test_name_is_made_moved_and_deleted(zone: Rfc2136, server: Server) -> None:
    verbs = []
    for wanted, owner, adopt in (
        ([ADDRESS], OURS, ()),
        ([ADDRESS], OURS, ()),
        ([Record(PLAY, "CNAME", (APP,), 5)], OURS, ()),
        ([ADDRESS, Record(PLAY, "AAAA", ("2001:db8::8",), 5)], THEIRS, (PLAY,)),
        ([], OURS, ()),
        ([], THEIRS, ()),
    ):
        verbs.append([change.verb for change in ensure(zone, wanted, owner, adopt, check_mode=False)])
    assert verbs == [["create"], [], ["update"], ["take over"], [], ["delete"]]
    assert zone.read([PLAY]) == {PLAY: State()}
    assert not server.values(f"dns-scenario-play._slipway.{ZONE}", "TXT")


def test_update_that_starts_from_another_state_changes_nothing(zone: Rfc2136) -> None:
    ensure(zone, [ADDRESS], OURS, (), check_mode=False)
    other = f"other.{PLAY}"
    stale = State((Record(PLAY, "A", ("192.0.2.99",), 5),), OURS)
    wanted = State((Record(other, "A", ("192.0.2.8",), 5),), OURS)
    with pytest.raises(ChangedMeanwhileError):
        zone.apply([Change(other, "create", State(), wanted), Change(PLAY, "delete", stale, State())])
    with pytest.raises(ChangedMeanwhileError):
        zone.apply(
            [Change(other, "create", State(), wanted), Change(PLAY, "create", State(), State((), OURS))]
        )
    assert zone.read([other, PLAY]) == {other: State(), PLAY: State((ADDRESS,), OURS)}


def test_what_a_wildcard_answers_is_not_taken_for_a_record(zone: Rfc2136, server: Server) -> None:
    name = f"one.preview.{APP}"
    assert server.values(name, "A")
    assert zone.read([name]) == {name: State()}


def test_alias_beside_other_records_is_an_error_and_not_a_silent_success(
    zone: Rfc2136, rehearsal: dict[str, Any]
) -> None:
    key = read_key(Path(rehearsal["tsig_key_file"]))
    for change, rest in (("add", (5, "MX", "10 mail.example.")), ("delete", ("MX",))):
        message = dns.update.UpdateMessage(ZONE, keyring=dns.tsig.Key(key.name, key.secret, key.algorithm))
        getattr(message, change)(dns.name.from_text(PLAY), *rest)
        answer = dns.query.tcp(message, rehearsal["services"]["dns"]["ipv4"], timeout=5)
        assert answer.rcode() == dns.rcode.NOERROR
        if change == "add":
            with pytest.raises(SlipwayError, match="does not keep what it is told"):
                ensure(zone, [Record(PLAY, "CNAME", (APP,), 5)], OURS, (), check_mode=False)


@pytest.mark.parametrize(
    ("name", "secret", "told"),
    [
        ("slipway", "c2xpcHdheQ==", "has another secret for TSIG key slipway"),
        ("stranger", "c2xpcHdheQ==", "TSIG key stranger of .*; .* this key, by this name"),
    ],
)
def test_other_key_is_told(
    rehearsal: dict[str, Any], tmp_path: Path, name: str, secret: str, told: str
) -> None:
    key = read_key(write_key(tmp_path / "key", name, secret))
    with pytest.raises(SlipwayError, match=told):
        Server(rehearsal["services"]["dns"]["ipv4"], key=key).ask(ZONE, "SOA")


def test_zone_that_the_server_does_not_have_is_told(server: Server) -> None:
    with pytest.raises(SlipwayError, match=r"is not authoritative for elsewhere\.example"):
        Rfc2136("elsewhere.example", server).owned_names(OURS)
