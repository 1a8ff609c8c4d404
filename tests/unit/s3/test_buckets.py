# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and CORS rules at an endpoint that speaks over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._s3.buckets import Bucket
from ansible_collections.slipway.deploy.plugins.module_utils._s3.plan import Endpoint, ensure
from support.s3_server import S3Server, reordered, s3_server

SECRET = "sentinel-secret-key-of-the-app"  # noqa: S105  known to this test alone
APP, OTHER = "https://app.example.org", "https://other.example.org"


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server("app-key") as running:
        yield running


def steps(server: S3Server, *wanted: Bucket, check_mode: bool = False, **differs: Any) -> list[str]:
    endpoint = replace(Endpoint(server.endpoint, "us-east-1", "app-key", SECRET), **differs)
    return [step.name for step in ensure(endpoint, wanted, check_mode=check_mode)]


def test_bucket_and_its_rules_are_made_once(server: S3Server) -> None:
    bucket = Bucket("uploads", [APP, OTHER])
    assert steps(server, bucket) == ["bucket uploads", "CORS rules of bucket uploads"]
    assert steps(server, bucket) == []
    assert set(server.buckets) == {"uploads"}


def test_check_mode_says_the_same_and_changes_nothing(server: S3Server) -> None:
    bucket = Bucket("uploads", [APP])
    assert steps(server, bucket, check_mode=True) == ["bucket uploads", "CORS rules of bucket uploads"]
    assert server.changes == []


def test_rules_are_compared_by_value(server: S3Server) -> None:
    steps(server, Bucket("uploads", [APP, OTHER]))
    rules = server.buckets["uploads"]
    assert rules
    server.buckets["uploads"] = reordered(rules)
    assert steps(server, Bucket("uploads", [OTHER, APP])) == []
    assert steps(server, Bucket("uploads", [OTHER])) == ["CORS rules of bucket uploads"]


def test_rules_that_are_left_out_stay(server: S3Server) -> None:
    steps(server, Bucket("uploads", [APP]))
    before = dict(server.buckets)
    assert steps(server, Bucket("uploads")) == []
    assert server.buckets == before


def test_empty_list_removes_the_rules(server: S3Server) -> None:
    steps(server, Bucket("uploads", [APP]))
    assert steps(server, Bucket("uploads", [])) == ["CORS rules of bucket uploads"]
    assert server.buckets == {"uploads": None}
    assert steps(server, Bucket("uploads", [])) == []


def test_region_is_named_where_the_endpoint_needs_it(server: S3Server) -> None:
    steps(server, Bucket("here"))
    steps(server, Bucket("there"), region="eu-central-1")
    bodies = {path: body for _method, path, body in server.changes}
    assert bodies["/here"] == b""
    assert b"<LocationConstraint>eu-central-1</LocationConstraint>" in bodies["/there"]


def test_bucket_of_somebody_else_is_refused(server: S3Server) -> None:
    server.foreign.add("taken")
    with pytest.raises(
        SlipwayError, match="does not let us look into the bucket taken: 403 AccessDenied"
    ) as error:
        steps(server, Bucket("taken"))
    assert "choose another name" in str(error.value)
    assert server.changes == []


def test_unknown_key_names_the_variable_and_no_secret(server: S3Server) -> None:
    with pytest.raises(SlipwayError, match="check object_storage_access_key_id") as error:
        steps(server, Bucket("uploads"), access_key_id="unknown")
    assert SECRET not in str(error.value)


def test_change_that_does_not_last_is_a_failure(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "buckets", _Forgetful())
    with pytest.raises(SlipwayError, match="took every change, and bucket uploads is as it was"):
        steps(server, Bucket("uploads"))


def test_endpoint_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = Endpoint(f"http://127.0.0.1:{unused.getsockname()[1]}", "us-east-1", "app-key", SECRET)
        with pytest.raises(SlipwayError, match=r"cannot be reached from the host: .*refused"):
            ensure(endpoint, [Bucket("uploads")], check_mode=True)


def test_plan_for_a_container_that_does_not_run_yet() -> None:
    endpoint = Endpoint(
        "http://object-storage:7070",
        "us-east-1",
        "app-key",
        SECRET,
        container="slipway-test-is-not-there",
        root_access_key_id="root",
        root_secret_key_file="/nonexistent",  # noqa: S106  a path
    )
    wanted = [Bucket("uploads", [APP]), Bucket("private")]
    planned = ensure(endpoint, wanted, check_mode=True)
    assert [step.name for step in planned] == [
        "account app-key",
        "bucket uploads",
        "CORS rules of bucket uploads",
        "bucket private",
    ]
    assert not any(SECRET in str(step.diff()) for step in planned)
    with pytest.raises(SlipwayError, match="the container slipway-test-is-not-there does not run"):
        ensure(endpoint, wanted, check_mode=False)


class _Forgetful(dict[str, Any]):
    def __setitem__(self, key: str, value: Any) -> None:
        pass
