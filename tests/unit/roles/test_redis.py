# SPDX-License-Identifier: GPL-3.0-or-later
"""What the redis role writes and refuses, for defaults and for each variable that changes it."""

from __future__ import annotations

import hashlib
import subprocess
from typing import Any

import pytest
import yaml

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import redis
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.host import Host
from support.templates import RoleTemplates

MIB = 1024**2
SECRET = "sentinel-password-of-the-app"  # noqa: S105  known to this test alone
GOOD: dict[str, Any] = {
    "redis_image": "redis:8",
    "redis_password": SECRET,
    "redis_memory": 256 * MIB,
    "redis_maxmemory_policy": "noeviction",
    "redis_data_directory": "/var/lib/slipway/redis",
}
HOST = Host("debian", "13", "trixie", "x86_64", 9**9, 9**9, 1024 * MIB, "root", False, None)


def told(**variables: Any) -> list[tuple[str, str]]:
    """Return the variable and the fault of each problem; every one must come with a mend, and no secret."""
    problems = list(redis.check(Given({**GOOD, **variables}, lambda: HOST)))
    assert all(problem.mend for problem in problems)
    password = variables.get("redis_password") or SECRET
    assert not any(password in problem.sentence("all.yml:1") for problem in problems)
    return [(problem.variable, problem.what) for problem in problems]


def rendered(path: str, **variables: Any) -> str:
    return RoleTemplates("redis", redis_password=SECRET, **variables).render(path)


def test_container_is_closed_and_bounded() -> None:
    project = yaml.safe_load(rendered("etc/slipway/redis/compose.yml"))
    service = project["services"]["redis"]
    assert "ports" not in service
    assert "environment" not in service
    assert service["networks"] == ["slipway"]
    assert project["networks"] == {"slipway": {"external": True}}
    assert service["user"] == "999:999"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == 576 * MIB


def test_nothing_is_lost_when_the_memory_is_full_unless_wanted() -> None:
    assert "maxmemory 268435456\nmaxmemory-policy noeviction\n" in rendered("etc/slipway/redis/redis.conf")
    cache = rendered("etc/slipway/redis/redis.conf", redis_memory="64M", redis_maxmemory_policy="allkeys-lru")
    assert "maxmemory 67108864\nmaxmemory-policy allkeys-lru\n" in cache


def test_app_is_no_administrator() -> None:
    users = rendered("etc/slipway/redis/users.acl").split()
    assert users[:4] == ["user", "default", "reset", "on"]
    assert f"#{hashlib.sha256(SECRET.encode()).hexdigest()}" in users
    # The order decides: what comes later counts.
    assert users.index("+@all") < users.index("-@admin") < users.index("+config|get")


@pytest.mark.parametrize(
    "path",
    [
        *(f"etc/slipway/redis/{name}" for name in ("compose.yml", "redis.conf", "users.acl")),
        "usr/local/lib/slipway/redis-start",
    ],
)
def test_password_itself_is_in_no_configuration(path: str) -> None:
    assert SECRET not in rendered(path)


def test_program_is_a_shell_script() -> None:
    text = rendered("usr/local/lib/slipway/redis-start")
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize(
    "variables",
    [{}, {"redis_image": "docker.io/library/redis:8.2-alpine"}, {"redis_memory": 16 * MIB}],
)
def test_good_input_is_silent(variables: dict[str, Any]) -> None:
    assert told(**variables) == []


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("redis_image", "redis", "redis is another version tomorrow, and the data on the host stays"),
        ("redis_image", "redis:", "'redis:' is no name of an image"),
        ("redis_password", "too-few", "is shorter than 16 characters"),
        (
            "redis_password",
            "two\nlines-of-a-password",
            "has a character that some client would read otherwise, like a blank or an umlaut",
        ),
        ("redis_memory", MIB, "1 MiB are too little"),
        ("redis_memory", 900 * MIB, "900 MiB are more than half of the host's 1024 MiB"),
        ("redis_data_directory", "/run/redis", "/run/redis has other things in it, or will have"),
    ],
)
def test_bad_variable(variable: str, value: Any, what: str) -> None:
    assert told(**{variable: value}) == [(variable, what)]
