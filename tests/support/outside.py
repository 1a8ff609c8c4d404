# SPDX-License-Identifier: GPL-3.0-or-later
"""What probes meet outside, in miniature: a CA, a DNS server, web servers that misbehave on command."""

from __future__ import annotations

import datetime
import json
import socket
import socketserver
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = ("127.0.0.1", "::1")


class Authority:
    """A CA of its own; ``certificate`` issues what a server shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
        self.file = folder / "ca.pem"
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (_usage(key_cert_sign=True), True),
            (x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False),
        ]
        self.file.write_bytes(_pem(self._signed(self._name, self._key.public_key(), 3650, extensions)))

    def context(self, name: str, days: float = 90, old: bool = False) -> ssl.SSLContext:
        """Return what a server of this name shakes hands with; ``old`` for one that takes TLS 1.0, too."""
        key = ec.generate_private_key(ec.SECP256R1())
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.SubjectAlternativeName([x509.DNSName(name)]), False),
            (authority, False),
        ]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        file = self.folder / f"{name}-{days}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + _pem(self._signed(subject, key.public_key(), days, extensions)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if old:
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
        return context

    def _signed(
        self, subject: x509.Name, key: Any, days: float, extensions: list[tuple[x509.ExtensionType, bool]]
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=30))
            .not_valid_after(now + datetime.timedelta(days=days))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self._key, hashes.SHA256())


def _usage(**true: bool) -> x509.KeyUsage:
    names = "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
    every = f"{names} key_cert_sign crl_sign encipher_only decipher_only".split()
    return x509.KeyUsage(**{**dict.fromkeys(every, False), **true})


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


class Zone:
    """An authoritative DNS server for ``records``: addresses by name; a name instead of them is an alias."""

    def __init__(self, records: Mapping[str, list[str] | str]) -> None:
        self.records = dict(records)
        self.silent = False
        self.address = ""

    def answer(self, wire: bytes) -> bytes | None:
        """Return what the server says to a query, ``None`` for nothing."""
        query = dns.message.from_wire(wire)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype
        found = self.records.get(name)
        if found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif isinstance(found, str):
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", f"{found}."))
        else:
            version = {1: 4, 28: 6}.get(kind, 0)
            addresses = [text for text in found if ip_address(text).version == version]
            if addresses:
                response.answer.append(
                    dns.rrset.from_text(question.name, 60, "IN", "A" if version == 4 else "AAAA", *addresses)
                )
        return None if self.silent else response.to_wire()


@contextmanager
def serving_zone(zone: Zone) -> Iterator[Zone]:
    """Have the zone answer at ``zone.address``."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, server_socket = self.request
            if answer := zone.answer(data):
                server_socket.sendto(answer, self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        zone.address = f"127.0.0.1:{server.server_address[1]}"
        with running(server):
            yield zone


class Exchange(BaseHTTPRequestHandler):
    """One request as a test's function sees it."""

    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        if path not in site.unread:
            self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        site.seen.append(f"{self.command} {path}")
        answer = site.answers.get(f"{self.command} {path}") or site.answers.get(path)
        self.close_connection = True
        if answer is None:
            self.say(404, {"detail": "there is nothing here"})
        else:
            answer(self)

    def say(self, status: int = 200, body: Any = b"", **headers: str) -> None:
        """Answer: bytes as they are, everything else as JSON; ``x_y`` is the header ``x-y``."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(content)), **named}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


Answer = Callable[[Exchange], None]


class Site:
    """Answers by path, or by method and path; ``seen`` are the requests in their order.

    Bodies sent to the paths in ``unread`` are left for the answer to read.
    """

    def __init__(self, name: str, port: int, secure: bool) -> None:
        self.name, self.port, self.secure = name, port, secure
        self.answers: dict[str, Answer] = {}
        self.unread: set[str] = set()
        self.seen: list[str] = []

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        place = self.name if self.port in (80, 443) else f"{self.name}:{self.port}"
        return f"{'https' if self.secure else 'http'}://{place}{path}"

    def on(self, path: str, status: int = 200, body: Any = b"", **headers: str) -> None:
        """Have a path answer like this."""
        self.answers[path] = lambda exchange: exchange.say(status, body, **headers)


@contextmanager
def serving(
    name: str, context: ssl.SSLContext | None, addresses: tuple[str, ...] = LOOPBACK, port: int = 0
) -> Iterator[Site]:
    """Have a web server of this name at one port of these addresses, any free one unless given."""
    with ExitStack() as stack:
        port = port or free_port(addresses)
        site = Site(name, port, context is not None)
        for address in addresses:

            class Server(ThreadingHTTPServer):
                address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
                daemon_threads = True

                def finish_request(self, request: Any, client_address: Any) -> None:
                    # Here and not at the listener: a client that never speaks must not hold up the others.
                    if context:
                        request = context.wrap_socket(request, server_side=True)
                    super().finish_request(request, client_address)

                def handle_error(self, request: Any, client_address: Any) -> None:
                    """Clients that go away are what these tests are about."""

            server = stack.enter_context(Server((address, port), Exchange))
            server.site = site  # type: ignore[attr-defined]
            stack.enter_context(running(server))
        yield site


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """Have a server's loop run in a thread."""
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def free_port(addresses: tuple[str, ...] = ("127.0.0.1",)) -> int:
    """Return a port that is free at all of these addresses."""
    while True:
        with ExitStack() as stack:
            port = 0
            try:
                for address in addresses:
                    family = socket.AF_INET6 if ":" in address else socket.AF_INET
                    bound = stack.enter_context(socket.socket(family))
                    bound.bind((address, port))
                    port = bound.getsockname()[1]
            except OSError:
                continue
            return port
