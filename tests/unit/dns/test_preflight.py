# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the variables of the role dns beyond their types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import dns
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from support.name_server import SECRET, write_key

Told = list[tuple[str, str, str]]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return the file of a sound key."""
    return write_key(tmp_path / "tsig.key")


@pytest.fixture
def problems(key_file: Path) -> Any:
    """Return a call of the role's check on good variables but for those given."""

    def check(**variables: Any) -> Told:
        good = {
            "dns_zone": "example.org",
            "dns_server": "203.0.113.53",
            "dns_tsig_key_file": str(key_file),
            "dns_environment": "staging",
            "dns_ttl": 300,
            "dns_wait": 120,
            "dns_extra_records": [],
            "dns_adopt": [],
            "app_routes": [{"host": "app.example.org", "service": "web", "port": 3000}],
            "server_addresses": ["203.0.113.7", "2001:db8::7"],
        }
        given = Given({**good, **variables}, lambda: None)
        found = [(problem.variable, problem.what, problem.mend) for problem in dns.check(given)]
        assert all(mend for _variable, _what, mend in found)
        return found

    return check


def record(name: str, rdtype: str, *values: str, ttl: int | None = None) -> dict[str, Any]:
    return {"name": name, "type": rdtype, "values": list(values), "ttl": ttl}


GOOD: list[dict[str, Any]] = [
    {},
    {"dns_zone": "app.example.org"},
    {"dns_server": "2001:db8::53"},
    {"dns_provider": "existing", "dns_server": None, "dns_tsig_key_file": None},
    {"dns_provider": "existing", "dns_tsig_key_file": None, "dns_state": "present"},
    {"server_addresses": None},
    {"app_routes": None},
    {"app_routes": [{"host": "App.Example.Org"}, {"host": "app.example.org", "paths": ["/api/*"]}]},
    {"app_routes": [{"service": "web"}]},
    {"app_routes": [{"host": "*.example.org"}], "dns_adopt": ["*.example.org"]},
    {"dns_extra_records": [record("example.org", "A", "203.0.113.7")], "dns_adopt": ["example.org"]},
    {
        "dns_extra_records": [
            record("_acme-challenge.example.org", "CNAME", "challenges.example.com.", ttl=60)
        ]
    },
    {
        "dns_extra_records": [
            record("x.example.org", "A", "203.0.113.7"),
            record("x.example.org", "AAAA", "::2"),
        ]
    },
]

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"dns_zone": "example.org."}, "dns_zone", "'example.org.' is no DNS zone"),
    ({"dns_zone": "org"}, "dns_zone", "'org' is no DNS zone"),
    ({"dns_zone": "Example.org"}, "dns_zone", "'Example.org' is no DNS zone"),
    ({"dns_server": "ns1.example.org"}, "dns_server", "'ns1.example.org' is no address"),
    ({"dns_server": None}, "dns_server", "it has no value"),
    ({"dns_tsig_key_file": None}, "dns_tsig_key_file", "it has no value"),
    ({"dns_provider": "existing", "dns_server": "ns1"}, "dns_server", "'ns1' is no address"),
    (
        {"dns_provider": "existing", "dns_state": "absent"},
        "dns_state",
        "records that somebody else keeps are not slipway's to change",
    ),
    (
        {"dns_provider": "existing", "dns_adopt": ["app.example.org"]},
        "dns_adopt",
        "records that somebody else keeps are not slipway's to change",
    ),
    ({"dns_server": "fe80::1%eth0"}, "dns_server", "'fe80::1%eth0' is no address"),
    ({"dns_environment": "a.b"}, "dns_environment", "'a.b' cannot be part of a name in the DNS"),
    ({"dns_environment": "Staging"}, "dns_environment", "'Staging' cannot be part of a name in the DNS"),
    ({"dns_ttl": 0}, "dns_ttl", "0 is no time to live"),
    ({"dns_ttl": 86401}, "dns_ttl", "86401 is no time to live"),
    ({"dns_wait": 0}, "dns_wait", "0 is no time to wait"),
    ({"dns_wait": 3601}, "dns_wait", "3601 is no time to wait"),
    (
        {"dns_adopt": ["old.example.org"]},
        "dns_adopt[0]",
        "old.example.org is neither the host of a route nor the name of an extra record",
    ),
    (
        {"app_routes": [{"host": "app.example.org"}, {"host": "app.example.com"}]},
        "app_routes[1].host",
        "app.example.com is not in the zone example.org",
    ),
    (
        {"app_routes": [{"host": "notexample.org"}]},
        "app_routes[0].host",
        "notexample.org is not in the zone example.org",
    ),
    (
        {"app_routes": [{"host": "a b.example.org"}]},
        "app_routes[0].host",
        "'a b.example.org' is no name for a record",
    ),
    (
        {"app_routes": [{"host": ".".join(["a" * 60] * 4) + ".example.org"}]},
        "app_routes[0].host",
        f"{'.'.join(['a' * 60] * 4) + '.example.org'!r} is no name for a record",
    ),
    ({"server_addresses": ["203.0.113.7", "web-1"]}, "server_addresses[1]", "'web-1' is no address"),
]

EXTRAS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([record("www", "A", "203.0.113.7")], "[0].name", "'www' is no name for a record"),
    (
        [record("a.*.example.org", "A", "203.0.113.7")],
        "[0].name",
        "'a.*.example.org' is no name for a record",
    ),
    (
        [record("www.example.com", "A", "203.0.113.7")],
        "[0].name",
        "www.example.com is not in the zone example.org",
    ),
    ([record("x.example.org", "A")], "[0].values", "there is no value"),
    ([record("x.example.org", "A", "2001:db8::7")], "[0].values[0]", "'2001:db8::7' is no IPv4 address"),
    (
        [record("x.example.org", "AAAA", "2001:db8::7", "203.0.113.7")],
        "[0].values[1]",
        "'203.0.113.7' is no IPv6 address",
    ),
    ([record("x.example.org", "A", "203.0.113.7", ttl=0)], "[0].ttl", "0 is no time to live"),
    (
        [record("x.example.org", "CNAME", "203.0.113.7")],
        "[0].values[0]",
        "'203.0.113.7' is no name to lead to",
    ),
    (
        [record("x.example.org", "CNAME", "x.example.org.")],
        "[0].values[0]",
        "x.example.org would lead to itself",
    ),
    (
        [record("x.example.org", "CNAME", "a.example.org", "b.example.org")],
        "[0].values",
        "an alias leads to one name",
    ),
    (
        [record("example.org", "CNAME", "app.example.org")],
        "[0]",
        "the zone's own name has other records and cannot be an alias",
    ),
    (
        [record("App.example.org", "A", "203.0.113.7")],
        "[0].name",
        "app.example.org leads to this host already, by its route",
    ),
    ([record("x.example.org", "A", "203.0.113.7")] * 2, "[1]", "x.example.org has A records twice"),
    (
        [record("x.example.org", "A", "203.0.113.7"), record("x.example.org", "CNAME", "app.example.org")],
        "[1]",
        "x.example.org cannot be an alias and more",
    ),
]


@pytest.mark.parametrize("variables", GOOD)
def test_good_input_is_silent(problems: Any, variables: dict[str, Any]) -> None:
    assert problems(**variables) == []


@pytest.mark.parametrize(("variables", "variable", "what"), BAD)
def test_bad_input(problems: Any, variables: dict[str, Any], variable: str, what: str) -> None:
    assert (variable, what) in [told[:2] for told in problems(**variables)]


@pytest.mark.parametrize(("records", "place", "what"), EXTRAS)
def test_bad_extra_record(problems: Any, records: list[dict[str, Any]], place: str, what: str) -> None:
    assert [told[:2] for told in problems(dns_extra_records=records)] == [(f"dns_extra_records{place}", what)]


def test_unreadable_key_file_is_named(problems: Any, tmp_path: Path) -> None:
    assert problems(dns_tsig_key_file=str(tmp_path / "no.key")) == [
        (
            "dns_tsig_key_file",
            f"{tmp_path}/no.key cannot be read (No such file or directory)",
            "name the file that holds the zone's TSIG key",
        )
    ]


def test_content_of_a_key_file_that_is_none_is_never_told(problems: Any, key_file: Path) -> None:
    key_file.write_text(f"secret {SECRET}")
    assert [told[:2] for told in problems()] == [("dns_tsig_key_file", f"{key_file} holds no TSIG key")]
    assert SECRET not in str(problems())


def test_all_problems_are_told_at_once(problems: Any) -> None:
    told = problems(dns_server="", dns_ttl=0, dns_wait=0, app_routes=[{"host": "a.example.com"}])
    assert [variable for variable, _what, _mend in told] == [
        "app_routes[0].host",
        "dns_ttl",
        "dns_server",
        "dns_wait",
    ]
