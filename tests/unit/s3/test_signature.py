# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures, against the examples that Amazon publishes.

From "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk" in the
Amazon S3 API reference; keys and signatures are the documentation's.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._s3.signature import (
    Keys,
    Request,
    signed_headers,
)

KEYS = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
NOW = datetime(2013, 5, 24, tzinfo=UTC)
HOST = {"Host": "examplebucket.s3.amazonaws.com"}


@pytest.mark.parametrize(
    ("request_", "names", "signature"),
    [
        pytest.param(
            Request("GET", "/test.txt", {}, {**HOST, "Range": "bytes=0-9"}),
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            id="get an object",
        ),
        pytest.param(
            Request(
                "PUT",
                "/test$file.text",
                {},
                {
                    **HOST,
                    "Date": "Fri, 24 May 2013 00:00:00 GMT",
                    "x-amz-storage-class": "REDUCED_REDUNDANCY",
                },
                b"Welcome to Amazon S3.",
            ),
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            id="put an object",
        ),
        pytest.param(
            Request("GET", "/", {"lifecycle": ""}, HOST),
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            id="get a bucket's lifecycle",
        ),
        pytest.param(
            Request("GET", "/", {"prefix": "J", "max-keys": "2"}, HOST),
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            id="list objects",
        ),
    ],
)
def test_published_example(request_: Request, names: str, signature: str) -> None:
    assert signed_headers(request_, KEYS, NOW)["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={names},Signature={signature}"
    )


def test_request_is_sent_as_it_is_signed() -> None:
    request = Request("GET", "/a b/ü", {"b": "1 2", "a": "x/y"}, HOST)
    assert request.target == "/a%20b/%C3%BC?a=x%2Fy&b=1%202"


def test_secret_key_is_not_shown() -> None:
    assert KEYS.secret_key not in repr(KEYS)
