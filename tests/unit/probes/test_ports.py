# SPDX-License-Identifier: GPL-3.0-or-later
"""What the port probe makes of nmap's reports; the reports here are cut from real ones."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._probes import ports

ANYONE = ("0.0.0.0/0", "::/0")
SSH = ports.Opening("tcp", 22, 22, ("198.18.0.1/32",))
HTTP = ports.Opening("tcp", 80, 80, ANYONE)
RELAY = ports.Opening("udp", 49152, 49252, ANYONE)
HOST = "198.18.0.64"

REPORT = """<?xml version="1.0"?>
<nmaprun><host><ports>
<extraports state="filtered" count="65533">
<extrareasons reason="no-response" count="65533" ports="1-21,23-79"/></extraports>
<port protocol="tcp" portid="22"><state state="open"/></port>
<port protocol="tcp" portid="80"><state state="closed"/></port>
</ports></host></nmaprun>"""
ALL_CLOSED = """<nmaprun><host><ports>
<extraports state="closed" count="3"><extrareasons reason="reset" count="3" ports="80,443-444"/></extraports>
</ports></host></nmaprun>"""


def answering(report: str):
    """Stand at a vantage point whose address is 198.18.0.2 and whose nmap gives this report."""
    return lambda command: f"{HOST} dev eth0 src 198.18.0.2 uid 0" if command[0] == "ip" else report


def test_open_and_closed_answer_and_filtered_is_silent():
    assert ports.scan(answering(REPORT), HOST, "tcp", range(1, 1000), ()) == {22, 80}
    assert ports.scan(answering(ALL_CLOSED), HOST, "tcp", range(1, 1000), ()) == {80, 443, 444}


def test_a_port_for_other_networks_must_stay_silent_here():
    assert ports.expected([SSH, HTTP], "tcp", "198.18.0.2") == {80}
    assert ports.expected([SSH, HTTP], "tcp", "198.18.0.1") == {22, 80}
    assert ports.expected([SSH, HTTP], "tcp", "2001:db8::2") == {80}


def test_an_undeclared_port_and_a_silent_one_are_named():
    (verdict,) = ports.probe(answering(REPORT), HOST, [HTTP, ports.Opening("tcp", 443, 444, ANYONE)])
    assert verdict.undeclared == [22]
    assert verdict.silent == [443, 444]
    undeclared, silent = verdict.sentences()
    assert undeclared.startswith(f"tcp 22 of {HOST} answers from outside but is not declared; ")
    assert silent.startswith(f"tcp 443-444 of {HOST} is declared but does not answer from outside; ")


def test_all_as_declared_says_nothing():
    everyone = ports.Opening("tcp", 22, 22, ANYONE)
    (verdict,) = ports.probe(answering(REPORT), HOST, [everyone, HTTP])
    assert verdict.sentences() == []


def test_a_declared_port_that_the_sweep_missed_is_asked_again_alone():
    asked = []

    def run(command):
        if command[0] == "ip":
            return answering("")(command)
        asked.append(command[command.index("-p") + 1])
        return REPORT if len(asked) == 1 else ALL_CLOSED

    (verdict,) = ports.probe(run, HOST, [ports.Opening("tcp", 443, 444, ANYONE), HTTP])
    assert asked == ["1-65535", "443-444"]
    assert verdict.silent == []


def test_of_a_udp_range_the_edges_and_their_neighbours_are_asked():
    assert ports.udp_sample([RELAY, HTTP]) == {49151, 49152, 49252, 49253}


def test_ipv6_is_scanned_as_such():
    commands = []

    def run(command):
        commands.append(command)
        return REPORT

    ports.scan(run, "2001:db8::40", "tcp", range(1, 1000), ())
    assert "-6" in commands[0]


@pytest.mark.parametrize("broken", ["", "nmap: no"])
def test_a_report_that_is_none_is_an_error_and_not_an_empty_answer(broken):
    with pytest.raises(SlipwayError, match="nmap's report"):
        ports.scan(answering(broken), HOST, "tcp", range(1, 1000), ())


def test_spans_and_numbers_are_each_others_inverse():
    text = "22, 80, 8000-8010"
    assert ports.spans(list(ports.numbers(text.replace(" ", "")))) == text


def test_a_summary_counts_each_port_once():
    verdicts = [
        ports.Verdict(address, protocol, frozenset(seen), frozenset(seen))
        for address in (HOST, "2001:db8::40")
        for protocol, seen in (("tcp", {22, 80, 443}), ("udp", {443}))
    ]
    assert ports.summary(verdicts) == "3 TCP, 1 UDP ports answer, as declared, of 2 addresses"


def test_a_silent_udp_port_is_asked_in_quic_which_no_server_may_ignore():
    asked = []

    def run(command):
        asked.append(command)
        return answering(REPORT)(command)

    ports.probe(run, HOST, [ports.Opening("udp", 443, 443, ANYONE)])
    (data,) = [word.removeprefix("--data=") for word in asked[-1] if word.startswith("--data=")]
    datagram = bytes.fromhex(data)
    assert len(datagram) == 1200  # RFC 9000, 14.1
    assert datagram[0] & 0xC0 == 0xC0  # a long header
    assert all(octet & 0x0F == 0x0A for octet in datagram[1:5])  # a version that nobody has
