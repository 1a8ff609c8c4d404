# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts have a certificate: real files."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._proxy import certificates

NAME = "www.example.org"


def issue(file: Path, lifetime: timedelta) -> None:
    """Write a certificate that was made two hours ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    start = datetime.now(UTC) - timedelta(hours=2)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + lifetime)
    file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def entry(**fields: str) -> str:
    return json.dumps({"level": "error", "logger": "tls.obtain", **fields})


def test_names_without_a_certificate(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("good", "expired", "broken", "missing")}
    issue(files["good"], timedelta(hours=3))
    issue(files["expired"], timedelta(hours=1))
    files["broken"].write_text("-----BEGIN CERTIFICATE-----\n")
    assert certificates.without(files) == ["expired", "broken", "missing"]


def test_wait_ends_when_the_last_one_is_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    timer = threading.Timer(0.5, issue, (file, timedelta(days=1)))
    timer.start()
    certificates.wait({NAME: file}, 20, [])
    timer.join()
    assert certificates.without({NAME: file}) == []


def test_wait_ends_with_what_the_client_said_last(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "\n".join(
            [
                "not JSON",
                "7",
                entry(identifier=NAME, error="first"),
                entry(identifier=NAME, error="HTTP 400 urn:ietf:params:acme:error:dns - no such name"),
                entry(identifier="other.example.org", error="other"),
                entry(identifier=NAME, msg="will retry"),
            ]
        )
    )
    with pytest.raises(SlipwayError) as caught:
        certificates.wait({NAME: tmp_path / "none"}, 0, ["cat", str(log)])
    assert str(caught.value) == (
        "no certificate within 0 s for www.example.org "
        "(HTTP 400 urn:ietf:params:acme:error:dns - no such name); "
        "the proxy keeps trying; mend what the CA names, then run it again."
    )


def test_log_without_an_error() -> None:
    assert certificates.reason("", NAME) == "its log names no error"


def test_client_gets_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    issue(tmp_path / "issued", timedelta(days=1))
    certificates.obtain({NAME: file}, ["cp", str(tmp_path / "issued"), str(file)], 20)
    assert certificates.without({NAME: file}) == []


def test_client_that_gets_none_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError) as caught:
        certificates.obtain(
            {NAME: tmp_path / "none"}, ["sh", "-c", f"echo '{NAME}: no such name.' >&2; exit 1"], 20
        )
    assert str(caught.value) == (
        "no certificate for www.example.org: no such name; mend what the CA names, then run it again."
    )


def test_client_that_does_not_end(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match="sleep did not end within 1 s"):
        certificates.obtain({NAME: tmp_path / "none"}, ["sleep", "20"], 1)
