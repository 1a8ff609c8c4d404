# SPDX-License-Identifier: GPL-3.0-or-later
"""The module against name servers on real sockets: what it makes, leaves alone, takes away."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._dns.records import Owner
from support.name_server import ZONE, NameServer, Zone

APP, API, ALIAS = f"app.{ZONE}", f"api.{ZONE}", f"www.{ZONE}"
OURS = Owner("staging", "app-1")
FOREIGN = f"{APP}. 300 IN A 198.51.100.9"


def marks(name: str, owner: Owner = OURS) -> list[str]:
    """Return the TXT records by which a name is known to be ours."""
    return [
        f'_slipway.{name}. 300 IN TXT "{owner.marker}"',
        f'{owner.environment}._slipway.{ZONE}. 300 IN TXT "{owner.host}" "{name}"',
    ]


def made(name: str, *addresses: str, ttl: int = 300, owner: Owner = OURS) -> list[str]:
    """Return all that a zone has of a name that leads to addresses."""
    lines = [f"{name}. {ttl} IN {'AAAA' if ':' in text else 'A'} {text}" for text in addresses]
    return [*lines, *marks(name, owner)]


BOTH = ("203.0.113.7", "2001:db8::7")


def test_names_lead_to_addresses_of_both_families_at_every_server(dns_records: Any, zone: Zone) -> None:
    result = dns_records(APP, API)
    assert zone.lines() == sorted([*made(APP, *BOTH), *made(API, *BOTH)])
    assert result["changed"]
    assert result["changes"] == [{"name": name, "action": "create"} for name in (API, APP)]
    assert result["summary"] == "4 records, seen by both name servers"
    assert {
        "gate": "DNS",
        "passed": True,
        "observed": f"{APP} is A 203.0.113.7, AAAA 2001:db8::7 at ns1.{ZONE}, ns2.{ZONE}",
    } in result["evidence"]


def test_second_run_changes_nothing_and_sends_no_update(dns_records: Any, primary: NameServer) -> None:
    dns_records(APP)
    primary.updates = 0
    result = dns_records(APP)
    assert not result["changed"]
    assert result["diff"] == {"before": "", "after": ""}
    assert primary.updates == 0


def test_check_mode_shows_the_plan_and_changes_nothing(dns_records: Any, zone: Zone) -> None:
    result = dns_records(APP, check=True)
    assert zone.lines() == []
    assert result["changed"]
    assert result["summary"] == f"would create {APP}"
    assert result["diff"]["after"].splitlines() == [
        f"{APP}. 300 IN A 203.0.113.7",
        f"{APP}. 300 IN AAAA 2001:db8::7",
        f'_slipway.{APP}. IN TXT "owner=slipway environment=staging host=app-1"',
    ]
    dns_records(APP)
    assert dns_records(APP, check=True)["summary"] == "2 records, nothing to change"


def test_host_without_ipv6_has_no_stale_aaaa(dns_records: Any, zone: Zone) -> None:
    dns_records(APP)
    result = dns_records(APP, addresses=["203.0.113.8"])
    assert zone.lines() == sorted(made(APP, "203.0.113.8"))
    assert "AAAA 2001:db8::7" in result["diff"]["before"]
    assert "AAAA" not in result["diff"]["after"]


def test_host_with_ipv6_alone(dns_records: Any, zone: Zone) -> None:
    dns_records(APP, addresses=["2001:DB8:0::7"])
    assert zone.lines() == sorted(made(APP, "2001:db8::7"))


def test_time_to_live_alone_is_a_change(dns_records: Any, zone: Zone) -> None:
    dns_records(APP)
    assert dns_records(APP, ttl=60)["changed"]
    assert zone.lines() == sorted(made(APP, *BOTH, ttl=60))


def test_removed_route_is_deleted_with_all_its_marks(dns_records: Any, zone: Zone) -> None:
    dns_records(APP, API)
    result = dns_records(APP)
    assert result["changes"] == [{"name": API, "action": "delete"}]
    assert zone.lines() == sorted(made(APP, *BOTH))


def test_name_that_lost_its_mark_is_no_longer_ours_to_delete(dns_records: Any, zone: Zone) -> None:
    dns_records(APP)
    zone.drop(f"_slipway.{APP}", "TXT")
    kept = zone.lines()
    assert not dns_records()["changed"]
    assert zone.lines() == kept


def test_same_things_written_otherwise_are_the_same(dns_records: Any, zone: Zone) -> None:
    six = {"name": f"Six.{ZONE}.", "type": "AAAA", "values": ["2001:DB8::0:7"]}
    dns_records(APP, APP.upper(), records=[six])
    assert f"six.{ZONE}. 300 IN AAAA 2001:db8::7" in zone.lines()
    result = dns_records(APP, records=[six])
    assert not result["changed"]
    assert result["summary"].startswith("3 records,")


def test_absent_deletes_all_that_was_made_for_the_host_and_nothing_else(dns_records: Any, zone: Zone) -> None:
    zone.put(f"mail.{ZONE}", 300, "A", "198.51.100.9")
    dns_records(API, host="app-2")
    dns_records(APP, records=[{"name": ALIAS, "type": "CNAME", "values": [APP]}])
    result = dns_records(APP, state="absent")
    assert result["summary"] == "no records are left"
    assert zone.lines() == sorted(
        [f"mail.{ZONE}. 300 IN A 198.51.100.9", *made(API, *BOTH, owner=Owner("staging", "app-2"))]
    )
    assert not dns_records(state="absent")["changed"]


@pytest.mark.parametrize(
    ("rdtype", "value"), [("A", "198.51.100.9"), ("AAAA", "2001:db8::9"), ("CNAME", "elsewhere.example.com.")]
)
def test_foreign_name_is_refused_before_anything_changes(
    dns_records: Any, zone: Zone, rdtype: str, value: str
) -> None:
    zone.put(APP, 300, rdtype, value)
    before = zone.lines()
    result = dns_records(API, APP)
    assert result["failed"]
    assert result["msg"] == (
        f"{APP} already has {rdtype} {value.removesuffix('.')}, which slipway did not make; "
        f"remove that, or take the name over with dns_adopt: [{APP}]."
    )
    assert zone.lines() == before


def test_foreign_name_is_taken_over_on_explicit_word(dns_records: Any, zone: Zone) -> None:
    zone.put(APP, 300, "CNAME", "elsewhere.example.com.")
    result = dns_records(APP, adopt=[APP.upper()])
    assert result["changes"] == [{"name": APP, "action": "take over"}]
    assert zone.lines() == sorted(made(APP, *BOTH))


def test_name_of_another_environment_is_refused_or_taken_over_whole(dns_records: Any, zone: Zone) -> None:
    dns_records(APP, environment="production", host="web-1")
    result = dns_records(APP)
    assert result["msg"] == (
        f"{APP} belongs to host web-1 of environment production; "
        f"take its route away there, or take the name over with dns_adopt: [{APP}]."
    )
    dns_records(APP, adopt=[APP])
    assert zone.lines() == sorted(made(APP, *BOTH))
    assert not dns_records(environment="production", host="web-1", state="absent")["changed"]


def test_other_types_at_our_name_are_left_alone(dns_records: Any, zone: Zone) -> None:
    zone.put(ZONE, 300, "MX", f"10 mail.{ZONE}.")
    zone.put(ZONE, 300, "TXT", '"v=spf1 -all"')
    kept = zone.lines()
    dns_records(ZONE)
    assert zone.lines() == sorted([*kept, *made(ZONE, *BOTH)])
    dns_records()
    assert zone.lines() == kept


def test_what_a_wildcard_answers_is_not_taken_for_a_record(dns_records: Any, zone: Zone) -> None:
    zone.put(f"*.{ZONE}", 300, "A", "198.51.100.9")
    zone.put(f"*.{ZONE}", 300, "TXT", '"nothing here"')
    kept = zone.lines()
    assert dns_records(APP)["changes"] == [{"name": APP, "action": "create"}]
    assert zone.lines() == sorted([*kept, *made(APP, *BOTH)])


def test_wildcard_and_alias_are_made_and_changed(dns_records: Any, zone: Zone) -> None:
    star = f"*.preview.{ZONE}"
    wildcard = {"name": star, "type": "A", "values": ["203.0.113.7"], "ttl": 60}
    dns_records(records=[wildcard, {"name": ALIAS, "type": "CNAME", "values": [f"{APP}."]}])
    made_star = [
        f"{star}. 60 IN A 203.0.113.7",
        f'_slipway._wildcard.preview.{ZONE}. 300 IN TXT "{OURS.marker}"',
        f'staging._slipway.{ZONE}. 300 IN TXT "app-1" "{star}"',
    ]
    assert zone.lines() == sorted([*made_star, f"{ALIAS}. 300 IN CNAME {APP}.", *marks(ALIAS)])
    dns_records(ALIAS, records=[wildcard])
    assert zone.lines() == sorted([*made_star, *made(ALIAS, *BOTH)])


def test_alias_beside_other_records_is_an_error_and_not_a_silent_success(
    dns_records: Any, zone: Zone
) -> None:
    zone.put(ALIAS, 300, "MX", f"10 mail.{ZONE}.")
    result = dns_records(records=[{"name": ALIAS, "type": "CNAME", "values": [APP]}])
    assert result["failed"]
    assert result["msg"].startswith(f"the zone does not keep what it is told for {ALIAS}; ")


def test_hosts_of_one_environment_keep_their_names_apart(dns_records: Any, zone: Zone) -> None:
    dns_records(APP)
    dns_records(API, host="app-2", addresses=["203.0.113.8"])
    assert zone.lines() == sorted(
        [*made(APP, *BOTH), *made(API, "203.0.113.8", owner=Owner("staging", "app-2"))]
    )


def test_long_list_of_names_comes_back_whole(dns_records: Any, zone: Zone) -> None:
    names = [f"a-host-with-a-rather-long-name-{number}.{ZONE}" for number in range(40)]
    dns_records(*names)
    dns_records()
    assert zone.lines() == []


def test_change_in_between_is_seen_and_planned_anew(
    dns_records: Any, zone: Zone, primary: NameServer
) -> None:
    def somebody_is_faster() -> None:
        primary.before_update = lambda: None
        zone.put(APP, 300, "A", "198.51.100.9")

    primary.before_update = somebody_is_faster
    result = dns_records(APP, API)
    assert "which slipway did not make" in result["msg"]
    assert zone.lines() == [FOREIGN]


def test_names_that_never_stand_still_end_in_an_error(
    dns_records: Any, zone: Zone, primary: NameServer
) -> None:
    dns_records(APP)
    number = iter(range(10, 250))

    def somebody_fiddles() -> None:
        zone.drop(APP, "A")
        zone.put(APP, 300, "A", f"198.51.100.{next(number)}")

    primary.before_update = somebody_fiddles
    result = dns_records(APP, addresses=["203.0.113.9"])
    assert result["msg"].startswith(f"the zone does not keep what it is told for {APP}; ")


def test_text_beside_a_name_that_is_not_ours_is_refused(dns_records: Any, zone: Zone) -> None:
    zone.put(f"_slipway.{APP}", 300, "TXT", '"a note"')
    assert dns_records(APP)["msg"] == (
        f"_slipway.{APP} has a TXT record that slipway did not write; remove it, or the route of {APP}."
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"addresses": []}, f"there is no address that {APP} could lead to; run playbooks/provision.yml"),
        ({"zone": "org."}, "zone: 'org.' is no DNS zone; write it in lower case"),
        ({"zone": "example.com"}, f"names[0]: {APP} is not in the zone example.com; take a name below"),
        ({"environment": "a.b"}, "environment: 'a.b' cannot be part of a name in the DNS; use lower-case"),
        ({"host": 'a"b'}, "host: 'a\"b' cannot stand in a TXT record; use at most 100 letters"),
    ],
)
def test_options_that_make_no_sense(dns_records: Any, options: dict[str, Any], sentence: str) -> None:
    result = dns_records(APP, **options)
    assert result["failed"]
    assert result["msg"].startswith(sentence)


def existing(dns_records: Any, *names: str, **options: Any) -> Any:
    return dns_records(*names, provider="existing", tsig_key_file=None, **options)


def test_records_that_somebody_else_has_made_are_seen_and_left(dns_records: Any, zone: Zone) -> None:
    zone.put(APP, 300, "A", "203.0.113.7")
    zone.put(APP, 300, "AAAA", "2001:db8::7")
    before = zone.lines()
    result = existing(dns_records, APP)
    assert result["summary"] == "2 records, seen by both name servers"
    assert not result["changed"]
    assert zone.lines() == before


def test_records_that_nobody_has_made_are_told_as_lines_of_a_zone_file(dns_records: Any, zone: Zone) -> None:
    result = existing(dns_records, APP)
    assert result["failed"]
    wanted = f"have these records there: {APP}. 300 IN A 203.0.113.7; {APP}. 300 IN AAAA 2001:db8::7"
    assert wanted in result["msg"]
    assert zone.lines() == []


def test_a_plan_tells_what_is_to_be_made_by_hand_and_does_not_fail(dns_records: Any) -> None:
    result = existing(dns_records, APP, check=True)
    assert not result.get("failed")
    assert result["summary"].startswith(f"still to be made by hand: {APP}. 300 IN A 203.0.113.7")


def test_records_that_somebody_else_keeps_are_not_deleted(dns_records: Any, zone: Zone) -> None:
    zone.put(APP, 300, "A", "198.51.100.9")
    assert existing(dns_records, state="absent")["msg"].startswith("records that somebody else keeps")
    assert zone.lines() == [FOREIGN]


def test_a_zone_that_nobody_speaks_for_is_named(dns_records: Any) -> None:
    result = existing(dns_records, "app.no-such-zone.invalid", zone="no-such-zone.invalid", server=None)
    assert result["failed"]
    assert "no name server is found for the zone no-such-zone.invalid" in result["msg"]
