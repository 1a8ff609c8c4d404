# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers that are silent, strange, or know another key: one sentence each, and the secret in none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dns.rcode
import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._dns import exchange, keys
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from support.name_server import KEY_NAME, SECRET, ZONE, NameServer, Zone, write_key

APP = f"app.{ZONE}"
OTHER_SECRET = SECRET[::-1].lstrip("=") + "="


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange.Server.ask, "__defaults__", (0.2,))
    monkeypatch.setattr(exchange.Server.values, "__defaults__", (0.2,))


def test_silent_server(dns_records: Any, primary: NameServer) -> None:
    primary.silent = True
    assert dns_records(APP)["msg"] == (
        "name server 127.0.0.1 did not answer within 0 s; "
        f"see whether it runs and port {primary.port} is open from here, UDP and TCP."
    )


def test_lost_datagram_is_sent_again(dns_records: Any, primary: NameServer, monkeypatch: Any) -> None:
    answer, lost = primary._answer, []

    def lose_one(wire: bytes, size: int) -> bytes | None:
        if not lost:
            lost.append(wire)
            return None
        return answer(wire, size)

    monkeypatch.setattr(primary, "_answer", lose_one)
    assert dns_records(APP)["changed"]


def test_server_that_listens_on_udp_alone(dns_records: Any, primary: NameServer) -> None:
    primary.close_tcp()
    assert dns_records(APP)["msg"] == (
        f"name server 127.0.0.1 cannot be reached (nothing listens on port {primary.port}, TCP); "
        "check the address, and the way to it."
    )


def test_server_without_the_zone(dns_records: Any, key_file: Path) -> None:
    result = dns_records("app.example.com", zone="example.com")
    assert result["msg"] == (
        "name server 127.0.0.1 answered REFUSED to the question for example.com; "
        f"allow TSIG key {KEY_NAME} of {key_file} in its rules for the zone."
    )


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (dns.rcode.REFUSED, "in its rules for the zone."),
        (dns.rcode.NOTAUTH, "there to change the zone."),
        (dns.rcode.NOTIMP, "allow dynamic updates there, or name the primary server in dns_server."),
        (dns.rcode.SERVFAIL, "look into the server's log."),
    ],
)
def test_refused_update(dns_records: Any, zone: Zone, primary: NameServer, code: int, mend: str) -> None:
    primary.refuse = code
    message = dns_records(APP)["msg"]
    assert message.startswith(f"name server 127.0.0.1 answered {dns.rcode.to_text(code)} to the update; ")
    assert message.endswith(mend)
    assert zone.lines() == []


@pytest.mark.parametrize(
    ("name", "secret", "told"),
    [
        ("stranger", SECRET, "does not accept TSIG key stranger of {} (BADKEY)"),
        (KEY_NAME, OTHER_SECRET, "has another secret for TSIG key slipway of {} (BADSIG)"),
    ],
)
def test_other_key(dns_records: Any, key_file: Path, name: str, secret: str, told: str) -> None:
    write_key(key_file, name, secret)
    result = dns_records(APP)
    assert told.format(key_file) in result["msg"]
    assert secret not in str(result)


def test_server_that_only_asks_others(dns_records: Any, primary: NameServer) -> None:
    primary.authoritative = False
    assert "name server 127.0.0.1 is not authoritative for example.org; " in dns_records(APP)["msg"]


def test_unsigned_refusal_is_told_as_a_refusal(dns_records: Any, primary: NameServer) -> None:
    primary.signs = False
    assert dns_records("app.example.com", zone="example.com")["msg"] == (
        "name server 127.0.0.1 answered REFUSED to the question for example.com; let it serve the zone."
    )


def test_datagrams_of_nonsense(dns_records: Any, primary: NameServer, monkeypatch: Any) -> None:
    monkeypatch.setattr(primary, "_answer", lambda wire, _size: wire[:2] + b"\x80nonsense")
    message = dns_records(APP)["msg"]
    assert message.startswith("name server 127.0.0.1 gave an answer that is not sound (")


def test_clocks_that_disagree(dns_records: Any, primary: NameServer) -> None:
    primary.tsig_error = dns.rcode.BADTIME
    assert "disagree about the time by more than five minutes (BADTIME)" in dns_records(APP)["msg"]


def test_answer_without_a_signature(dns_records: Any, primary: NameServer, key_file: Path) -> None:
    primary.signs = False
    assert dns_records(APP)["msg"] == (
        f"name server 127.0.0.1 signs no answer with TSIG key {KEY_NAME} of {key_file}; "
        "let it know this key, by this name."
    )


def test_name_in_a_zone_of_its_own_on_the_same_server(dns_records: Any, zone: Zone) -> None:
    zone.put(f"dev.{ZONE}", 300, "SOA", f"ns1.{ZONE}. hostmaster.{ZONE}. 1 60 60 3600 60")
    assert dns_records(f"app.dev.{ZONE}")["msg"] == (
        f"the name server keeps app.dev.{ZONE} in the zone dev.{ZONE}, not in {ZONE}; "
        "correct dns_zone, or take the route away."
    )


def test_no_error_and_no_dump_holds_the_secret(key_file: Path) -> None:
    key = keys.read_key(key_file)
    assert SECRET not in f"{key} {key!r}"
    assert str(key.secret) not in f"{key} {key!r}"


@pytest.mark.parametrize(
    "text",
    [
        f'key "k" {{ algorithm hmac-sha512; secret "{SECRET}"; }};',
        f"# a comment\nkey k {{\n  algorithm HMAC-SHA256;\n  secret {SECRET};\n}};\n",
        f"# hmac-sha256:k:{SECRET}\nkey:\n- id: k\n  algorithm: hmac-sha256\n  secret: {SECRET}\n",
    ],
)
def test_key_files_of_bind_and_knot(tmp_path: Path, text: str) -> None:
    place = tmp_path / "key"
    place.write_text(text)
    key = keys.read_key(place)
    assert (key.name, len(key.secret)) == ("k", 32)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "{} holds no TSIG key"),
        (b"\xff\xfe", "{} holds no TSIG key"),
        (b'key "k" { algorithm hmac-sha256; secret "c2Vj*cmV0"; };', "the secret of {place} is no Base64"),
        (b'key "k" { algorithm hmac-sha256; secret "abc"; };', "the secret of {place} is no Base64"),
        (b'key "k" { algorithm hmac-md5; secret "c2VjcmV0"; };', "the algorithm of {place} is none of"),
        (b'key "k" { algorithm hmac-sha256; secret "c2VjcmV0"; };' * 2, "{} holds 2 TSIG keys"),
    ],
)
def test_key_file_that_is_none(tmp_path: Path, content: bytes, what: str) -> None:
    place = tmp_path / "key"
    place.write_bytes(content)
    with pytest.raises(SlipwayError) as caught:
        keys.read_key(place)
    assert caught.value.what.startswith(what.format(place, place=f"the TSIG key in {place}"))
    assert "c2VjcmV0" not in str(caught.value)


def test_key_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match=r"cannot be read \(No such file or directory\); name the file"):
        keys.read_key(tmp_path / "nothing")
