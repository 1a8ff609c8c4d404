# SPDX-License-Identifier: GPL-3.0-or-later
"""What the object_storage role writes and refuses, for defaults and for each variable that changes it."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import object_storage
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.object_storage import (
    OWN_ENDPOINT,
    ROOT_ACCOUNT,
)
from support.collection import CHECKOUT
from support.templates import RoleTemplates

MIB = 1024**2
SECRET = "sentinel-secret-key-of-the-app"  # noqa: S105  known to this test alone
GOOD: dict[str, Any] = {
    "object_storage_kind": "self_hosted",
    "object_storage_endpoint": OWN_ENDPOINT,
    "object_storage_region": "us-east-1",
    "object_storage_access_key_id": "3fd1a45bd98e96f3b0a1",
    "object_storage_secret_key": SECRET,
    "object_storage_buckets": [{"name": "uploads", "cors_origins": None}],
    "object_storage_image": "versity/versitygw:v1.8.0",
    "object_storage_memory": 512 * MIB,
    "object_storage_data_directory": "/var/lib/slipway/object_storage",
}
EXTERNAL = {"object_storage_kind": "external", "object_storage_endpoint": "https://s3.example.org"}


def told(**variables: Any) -> list[tuple[str, str]]:
    """Return the variable and the fault of each problem; every one must come with a mend, and no secret."""
    problems = list(object_storage.check(Given({**GOOD, **variables}, lambda: None)))
    assert all(problem.mend for problem in problems)
    assert not any(SECRET in problem.sentence("all.yml:1") for problem in problems)
    return [(problem.variable, problem.what) for problem in problems]


def rendered(path: str, **variables: Any) -> str:
    given = {"object_storage_access_key_id": "app-key", "object_storage_secret_key": SECRET, **variables}
    return RoleTemplates("object_storage", **given).render(path)


def test_container_is_closed_and_bounded() -> None:
    project = yaml.safe_load(rendered("etc/slipway/object_storage/compose.yml"))
    service = project["services"]["object-storage"]
    assert "ports" not in service
    assert service["networks"] == ["slipway"]
    assert project["networks"] == {"slipway": {"external": True}}
    assert service["user"] == "999:999"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == 512 * MIB
    assert not [name for name in service["environment"] if "SECRET" in name]


def test_no_key_of_the_app_is_in_what_the_engine_is_told() -> None:
    for path in ("etc/slipway/object_storage/compose.yml", "usr/local/lib/slipway/object-storage-start"):
        assert SECRET not in rendered(path)


def test_what_preflight_knows_of_the_role_is_true() -> None:
    def read(path: str) -> Any:
        return yaml.safe_load((CHECKOUT / "roles/object_storage" / path).read_text())

    assert read("defaults/main.yml")["object_storage_endpoint"] == OWN_ENDPOINT
    assert read("vars/main.yml")["__object_storage_root"] == ROOT_ACCOUNT


def test_program_is_a_shell_script() -> None:
    text = rendered("usr/local/lib/slipway/object-storage-start")
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        EXTERNAL,
        {**EXTERNAL, "object_storage_image": "of no interest", "object_storage_memory": 1},
        {**EXTERNAL, "object_storage_endpoint": "https://s3.example.org:9000/"},
        {"object_storage_buckets": []},
        {"object_storage_buckets": [{"name": "a-1", "cors_origins": []}]},
        {
            "object_storage_buckets": [
                {"name": "uploads", "cors_origins": ["https://app.example.org", "http://localhost:3000"]},
                {"name": "private", "cors_origins": None},
            ]
        },
    ],
)
def test_good_input_is_silent(variables: dict[str, Any]) -> None:
    assert told(**variables) == []


@pytest.mark.parametrize(
    ("variables", "place", "what"),
    [
        (
            {"object_storage_endpoint": "https://s3.example.org"},
            "object_storage_endpoint",
            "is given, and object_storage_kind self_hosted has its own",
        ),
        (
            {"object_storage_kind": "external"},
            "object_storage_endpoint",
            "is missing, and object_storage_kind is external",
        ),
        *(
            (
                {**EXTERNAL, "object_storage_endpoint": endpoint},
                "object_storage_endpoint",
                "is no address of an endpoint that begins with https://",
            )
            for endpoint in (
                "http://s3.example.org",
                "s3.example.org",
                "https://s3.example.org/bucket",
                "https://user:hunter2@s3.example.org",
                "https://s3.example.org:port",
            )
        ),
        ({"object_storage_region": "EU West"}, "object_storage_region", "'EU West' is no name of a region"),
        (
            {"object_storage_access_key_id": "ab"},
            "object_storage_access_key_id",
            "is shorter than 3 characters",
        ),
        (
            {"object_storage_access_key_id": "slipway-root"},
            "object_storage_access_key_id",
            "slipway-root is the storage's own account",
        ),
        (
            {"object_storage_access_key_id": "a/b/c"},
            "object_storage_access_key_id",
            "has one of / , = in it, which part a signature",
        ),
        (
            {"object_storage_secret_key": "short"},
            "object_storage_secret_key",
            "is shorter than 16 characters",
        ),
        (
            {"object_storage_image": "versity/versitygw"},
            "object_storage_image",
            "versity/versitygw is another version tomorrow, and the data on the host stays",
        ),
        ({"object_storage_memory": MIB}, "object_storage_memory", "1 MiB are too little"),
        (
            {"object_storage_data_directory": "/usr/s3"},
            "object_storage_data_directory",
            "/usr/s3 has other things in it, or will have",
        ),
    ],
)
def test_bad_variable(variables: dict[str, Any], place: str, what: str) -> None:
    assert told(**variables) == [(place, what)]


@pytest.mark.parametrize(
    ("buckets", "place", "what"),
    [
        ([{"name": "up"}], "[0].name", "'up' is no name of a bucket"),
        ([{"name": "Uploads"}], "[0].name", "'Uploads' is no name of a bucket"),
        ([{"name": "up_loads"}], "[0].name", "'up_loads' is no name of a bucket"),
        ([{"name": "up.loads"}], "[0].name", "'up.loads' is no name of a bucket"),
        ([{"name": "uploads-"}], "[0].name", "'uploads-' is no name of a bucket"),
        ([{"name": "u" * 64}], "[0].name", f"'{'u' * 64}' is no name of a bucket"),
        ([{"name": "uploads"}, {"name": "uploads"}], "[1].name", "uploads is there twice"),
        ([{"name": "uploads", "cors_origins": ["*"]}], "[0].cors_origins[0]", "* lets strangers' pages in"),
        (
            [{"name": "uploads", "cors_origins": ["https://a.example.org", "https://*.example.org"]}],
            "[0].cors_origins[1]",
            "https://*.example.org lets strangers' pages in",
        ),
        (
            [{"name": "uploads", "cors_origins": ["app.example.org"]}],
            "[0].cors_origins[0]",
            "'app.example.org' is no origin",
        ),
        (
            [{"name": "uploads", "cors_origins": ["https://app.example.org/"]}],
            "[0].cors_origins[0]",
            "'https://app.example.org/' is no origin",
        ),
    ],
)
def test_bad_bucket(buckets: list[dict[str, Any]], place: str, what: str) -> None:
    written = [{"cors_origins": None, **bucket} for bucket in buckets]
    assert told(object_storage_buckets=written) == [(f"object_storage_buckets{place}", what)]
