# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a secret without telling it."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._app.values import (
    decoded,
    fingerprint,
    is_placeholder,
    looks_secret,
    repeats_itself,
)

RANDOM = "tOdo7sEcreT9pAssWord3xZ8qLm2vN5kR"


@pytest.mark.parametrize(
    "value",
    [
        *(
            "changeme",
            "CHANGE-ME",
            "please change this",
            "secret",
            "Password",
            "todo",
            "TODO: later",
            "xxxxxxxx",
        ),
        *("<your secret>", "{{ vault_jwt_secret }}", "your-secret-key-here", "replace_me", "an example key"),
        *("placeholder", "insert-key-here", "not-so-secret", "123456", "my_secret", "secret-key", "..test.."),
        *("postgres://app:changeme@db/app", "redis://:password@cache:6379/0"),
    ],
)
def test_what_stands_for_a_value(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        *(RANDOM, "correct horse battery staple", "https://hooks.example.com/T0/B1", "a3f1c0de" * 8),
        *("postgres://app:tr0ub4dor-and-3@db.example.com/example", "postgres://[broken", "sk_live_51H8"),
    ],
)
def test_what_is_a_value(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    ("value", "repeats"),
    [
        *(("a" * 64, True), ("0123456789ab" * 4, True), ("ab" * 40, True), ("0101011010010110", True)),
        *((RANDOM, False), ("correct horse battery staple", False)),
    ],
)
def test_what_repeats_itself(value: str, repeats: bool) -> None:
    assert repeats_itself(value) == repeats


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("00ff" * 8, (16, "hexadecimal")),
        ("AbCdEf0123456789+/AbCg==", (16, "base64")),
        ("AbCdEf0123456789-_AbCg", (16, "base64")),
        ("not base64, with blanks", None),
        ("abc!", None),
        ("A", None),
    ],
)
def test_how_many_bytes_a_text_stands_for(value: str, meaning: tuple[int, str] | None) -> None:
    assert decoded(value) == meaning


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        *(("JWT_SECRET", "a", True), ("SMTP_PASSWORD", "a", True), ("GITHUB_TOKEN", "a", True)),
        *(("S3_SECRET_ACCESS_KEY", "a", True), ("STRIPE_API_KEY", "a", True), ("secret_key_base", "a", True)),
        *(("S3_ACCESS_KEY_ID", "a", False), ("VAPID_PUBLIC_KEY", "a", False), ("TOKEN_TTL", "a", False)),
        *(("STRIPE_PUBLISHABLE_API_KEY", "a", False), ("KEYBOARD", "a", False), ("MONKEY", "a", False)),
        *(("SEND_TOKEN", "true", False), ("MAX_TOKEN", "4096", False), ("API_KEY", "", False)),
        ("DB_PASSWORD", "/run/secrets/db", False),
    ],
)
def test_what_looks_like_a_secret(name: str, value: str, secret: bool) -> None:
    assert looks_secret(name, value) == secret


def test_a_fingerprint_tells_values_apart_and_variables_too() -> None:
    marks = {fingerprint(name, value) for name in ("A", "B") for value in ("a", "b")}
    assert len(marks) == 4
    assert fingerprint("A", "a") in marks
