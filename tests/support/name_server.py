# SPDX-License-Identifier: GPL-3.0-or-later
"""An authoritative name server in this process: questions and signed updates over real sockets.

As far as tests ask, its zone follows RFC 1034 and 4592 (wildcards), its updates RFC 2136 with prerequisites,
and its signatures RFC 8945.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

ZONE = "example.org"
KEY_NAME = "slipway"
SECRET = "c2xpcHdheSBzbGlwd2F5IHNsaXB3YXkgc2xpcHdheSE="  # noqa: S105  # known to this server alone
KEYRING = {dns.name.from_text(KEY_NAME): dns.tsig.Key(KEY_NAME, SECRET)}
_DATAGRAM = 1232
_ANY, _NONE = dns.rdataclass.ANY, dns.rdataclass.NONE
_CNAME, _SOA, _NS = dns.rdatatype.CNAME, dns.rdatatype.SOA, dns.rdatatype.NS


def write_key(place: Path, name: str = KEY_NAME, secret: str = SECRET) -> Path:
    """Write a key file in BIND's format."""
    place.write_text(f'key "{name}" {{\n\talgorithm hmac-sha256;\n\tsecret "{secret}";\n}};\n')
    return place


class Zone:
    """The records of a zone, by name and type."""

    def __init__(self, name: str = ZONE, servers: dict[str, str] | None = None) -> None:
        self.origin = dns.name.from_text(name)
        self._sets: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = {}
        self.put(name, 300, "SOA", f"ns1.{name}. hostmaster.{name}. 1 60 60 3600 60")
        for server, address in (servers or {}).items():
            self.put(name, 300, "NS", f"{server}.")
            self.put(server, 300, "AAAA" if ":" in address else "A", address)
        self._beginning = frozenset(self._lines())

    def put(self, name: str, ttl: int, rdtype: str, *values: str) -> None:
        """Add values, past every rule."""
        for value in values:
            self.add(dns.rrset.from_text(dns.name.from_text(name), ttl, "IN", rdtype, value))

    def drop(self, name: str, rdtype: str) -> None:
        """Remove a record, past every rule."""
        self._sets.pop((dns.name.from_text(name), dns.rdatatype.from_text(rdtype)), None)

    def lines(self) -> list[str]:
        """Return what the zone has beyond what it began with, sorted, as lines of a zone file."""
        return sorted(set(self._lines()) - self._beginning)

    def _lines(self) -> list[str]:
        return [line for found in self._sets.values() for line in found.to_text().splitlines()]

    def copy_of(self, other: Zone) -> None:
        """Hold what the other holds."""
        self._sets = {key: found.copy() for key, found in other._sets.items()}

    def find(self, name: dns.name.Name, rdtype: int) -> dns.rrset.RRset | None:
        return self._sets.get((name, rdtype))

    def types(self, name: dns.name.Name) -> set[int]:
        return {rdtype for found, rdtype in self._sets if found == name}

    def exists(self, name: dns.name.Name) -> bool:
        """Whether the name has records, or names below it have."""
        return any(found.is_subdomain(name) for found, _rdtype in self._sets)

    def add(self, new: dns.rrset.RRset) -> None:
        found = self._sets.setdefault((new.name, new.rdtype), dns.rrset.RRset(new.name, 1, new.rdtype))
        found.update(new)
        found.ttl = new.ttl

    def source(self, name: dns.name.Name) -> dns.name.Name | None:
        """Return the name whose records answer for this one: its own, or the nearest wildcard's."""
        if self.exists(name):
            return name
        above = name.parent()
        while not self.exists(above):
            above = above.parent()
        star = dns.name.from_text("*", above)
        return star if self.types(star) else None

    def authority(self, name: dns.name.Name) -> dns.rrset.RRset:
        """Return the SOA record nearest to a name; one below the zone's own is that of a zone inside."""
        while not (found := self.find(name, _SOA)):
            name = name.parent()
        return found

    def holds(self, wanted: dns.rrset.RRset) -> int:
        """Return the code of one prerequisite without values, RFC 2136, sections 2.4.1 to 2.4.5."""
        if wanted.rdtype == dns.rdatatype.ANY:
            used = bool(self.types(wanted.name))
            if wanted.deleting == _NONE:
                return dns.rcode.YXDOMAIN if used else dns.rcode.NOERROR
            return dns.rcode.NOERROR if used else dns.rcode.NXDOMAIN
        there = bool(self.find(wanted.name, wanted.rdtype))
        if wanted.deleting == _NONE:
            return dns.rcode.YXRRSET if there else dns.rcode.NOERROR
        return dns.rcode.NOERROR if there else dns.rcode.NXRRSET

    def change(self, part: dns.rrset.RRset) -> None:
        """Make one part of an update, RFC 2136, section 3.4.2."""
        key = (part.name, part.rdtype)
        if part.deleting == _ANY:
            self._sets.pop(key, None)
        elif part.deleting == _NONE:
            if found := self._sets.get(key):
                found.difference_update(part)
                if not found:
                    del self._sets[key]
        else:
            types = self.types(part.name)
            if types - {_CNAME} if part.rdtype == _CNAME else _CNAME in types:
                return
            self.add(part)


class NameServer:
    """Serves a zone on an address of this machine until it is closed."""

    def __init__(self, zone: Zone, address: str = "127.0.0.1", port: int = 0) -> None:
        self.zone, self.address = zone, address
        self.silent = False
        self.refuse: int | None = None
        self.signs = True
        self.authoritative = True
        self.tsig_error = 0
        self.before_update: Callable[[], None] = lambda: None
        self.updates = self.questions = 0
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._tcp = socket.create_server((address, port), family=family)
        self.port = int(self._tcp.getsockname()[1])
        self._udp = socket.socket(family, socket.SOCK_DGRAM)
        self._udp.bind((address, self.port))
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def close_tcp(self) -> None:
        """Stop listening on TCP; the thread wakes up and ends."""
        self._stop(self._tcp)

    def close(self) -> None:
        """Stop serving."""
        self._stop(self._tcp)
        self._stop(self._udp)

    @staticmethod
    def _stop(listener: socket.socket) -> None:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    def __enter__(self) -> NameServer:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _serve_udp(self) -> None:
        with suppress(OSError):
            while True:
                wire, client = self._udp.recvfrom(65535)
                if not wire:  # closed
                    return
                if answer := self._answer(wire, _DATAGRAM):
                    self._udp.sendto(answer, client)

    def _serve_tcp(self) -> None:
        with suppress(OSError):
            while True:
                connection, _client = self._tcp.accept()
                with connection, connection.makefile("rb") as stream:
                    (length,) = struct.unpack("!H", stream.read(2))
                    if answer := self._answer(stream.read(length), 65535):
                        connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, wire: bytes, size: int) -> bytes | None:
        if self.silent:
            return None
        try:
            asked = dns.message.from_wire(wire, keyring=KEYRING, one_rr_per_rrset=True)
        except dns.message.UnknownTSIGKey:
            return self._bad_signature(wire, dns.rcode.BADKEY)
        except dns.tsig.BadSignature:
            return self._bad_signature(wire, dns.rcode.BADSIG)
        if self.tsig_error:
            return self._bad_signature(wire, self.tsig_error)
        answer = dns.message.make_response(asked)
        if self.authoritative:
            answer.flags |= dns.flags.AA
        if asked.opcode() == dns.opcode.UPDATE:
            answer.set_rcode(self._update(asked))
        else:
            self._query(asked.question[0], answer)
        if not self.signs:
            answer.tsig = None
        try:
            return bytes(answer.to_wire(max_size=size))
        except dns.exception.TooBig:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            return bytes(answer.to_wire())

    def _bad_signature(self, wire: bytes, error: int) -> bytes:
        answer = dns.message.make_response(dns.message.from_wire(wire, keyring=False))
        answer.set_rcode(dns.rcode.NOTAUTH)
        answer.use_tsig(KEYRING, tsig_error=error)
        return bytes(answer.to_wire())

    def _query(self, question: dns.rrset.RRset, answer: dns.message.Message) -> None:
        self.questions += 1
        if not question.name.is_subdomain(self.zone.origin):
            answer.set_rcode(dns.rcode.REFUSED)
            return
        source = self.zone.source(question.name)
        if source is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        found = None
        if source is not None:
            found = self.zone.find(source, question.rdtype) or self.zone.find(source, _CNAME)
        if found:
            records = found.copy()
            records.name = question.name
            answer.answer.append(records)
        else:
            answer.authority.append(self.zone.authority(question.name))

    def _update(self, message: dns.message.Message) -> int:
        assert isinstance(message, dns.update.UpdateMessage)
        self.updates += 1
        if self.refuse is not None:
            return self.refuse
        if not message.had_tsig:
            return dns.rcode.REFUSED
        if message.zone[0].name != self.zone.origin:
            return dns.rcode.NOTAUTH
        if message.update:
            self.before_update()
        valued: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = {}
        for part in message.prerequisite:
            if part.deleting is None:
                valued.setdefault((part.name, part.rdtype), part).update(part)
            elif code := self.zone.holds(part):
                return code
        for (name, rdtype), part in valued.items():
            found = self.zone.find(name, rdtype)
            if found is None or set(found) != set(part):
                return dns.rcode.NXRRSET
        for part in message.update:
            self.zone.change(part)
        return dns.rcode.NOERROR
