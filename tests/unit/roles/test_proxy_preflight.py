# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says about the proxy's variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._preflight import proxy
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given

GOOD: dict[str, Any] = {
    "app_name": "gratonite",
    "app_routes": [{"host": "www.example.org", "service": "web", "port": 3000}],
    "proxy_caddy_image": f"docker.io/library/caddy:2@sha256:{'0a' * 32}",
    "proxy_nginx_image": "docker.io/library/nginx:1",
    "proxy_data_directory": "/srv/disk-1/proxy",
    "proxy_acme_challenge": "http-01",
    "proxy_acme_dns_seconds": 60,
    "proxy_acme_directory": "production",
    "proxy_acme_email": "",
    "proxy_acme_ca_file": "",
    "proxy_certificate_timeout": 120,
    "proxy_hsts_max_age": 300,
    "proxy_hsts_include_subdomains": False,
    "proxy_max_body": "10MB",
    "proxy_response_timeout": 60,
    "proxy_drain_seconds": 300,
}
DIRECTORY = "https://ca.example.org:14000/dir"


def problems(**variables: Any) -> list[tuple[str, str, str]]:
    given = Given({**GOOD, **variables}, lambda: None)
    return [(problem.variable, problem.what, problem.mend) for problem in proxy.check(given)]


def variables_of(**variables: Any) -> list[str]:
    return [variable for variable, _unused, _unused in problems(**variables)]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"proxy_acme_directory": "staging", "proxy_acme_email": "ops+tls@example.org"},
        {"proxy_acme_directory": DIRECTORY},
        {"proxy_hsts_max_age": 0},
        {"proxy_hsts_max_age": 63072000, "proxy_hsts_include_subdomains": True},
    ],
)
def test_good_input_is_silent(variables: dict[str, Any]) -> None:
    assert problems(**variables) == []


BAD = {
    "image": ("proxy_caddy_image", "Caddy:2 --privileged"),
    "image with a variable of Compose": ("proxy_caddy_image", "caddy:${TAG}"),
    "data directory": ("proxy_data_directory", "proxy"),
    "data directory with a colon": ("proxy_data_directory", "/srv/a:/etc"),
    "the root": ("proxy_data_directory", "/"),
    "mail": ("proxy_acme_email", "admin"),
    "mail that ends the string": ("proxy_acme_email", 'a@example.org" }'),
    "CA over http": ("proxy_acme_directory", "http://ca.example.org/dir"),
    "CA misspelt": ("proxy_acme_directory", "stagging"),
    "CA with a quote": ("proxy_acme_directory", 'https://ca.example.org/"'),
    "CA with a bad port": ("proxy_acme_directory", "https://ca.example.org:port/"),
    "age of HSTS": ("proxy_hsts_max_age", -1),
    "age of HSTS beyond reason": ("proxy_hsts_max_age", 10**9),
    "image of nginx": ("proxy_nginx_image", "nginx:1\nprivileged: true"),
    "time for the DNS": ("proxy_acme_dns_seconds", -1),
    "size": ("proxy_max_body", "much"),
    "response": ("proxy_response_timeout", 0),
    "drain": ("proxy_drain_seconds", 0),
    "wait for certificates": ("proxy_certificate_timeout", 1),
    "name of the application": ("app_name", "../x"),
}


@pytest.mark.parametrize(("variable", "value"), BAD.values(), ids=BAD)
def test_bad_value_is_told_with_its_mend(variable: str, value: Any) -> None:
    ((told, what, mend),) = problems(**{variable: value})
    assert told == variable
    assert what
    assert mend


def test_routes_that_no_proxy_can_serve() -> None:
    twice = [*GOOD["app_routes"], {**GOOD["app_routes"][0], "service": "api"}]
    assert problems(app_routes=twice) == [
        ("app_routes[1]", "app_routes[0] leads www.example.org/* somewhere already", "keep one of them")
    ]


def test_shape_of_a_route_is_left_to_the_role_app() -> None:
    assert problems(app_routes=[{"host": "www.example.org"}]) == []


KEY = 'key "k" { algorithm hmac-sha256; secret "c2VjcmV0"; };'


def dns_challenge(file: Path, **variables: Any) -> dict[str, Any]:
    file.write_text(KEY)
    return {
        "proxy_acme_challenge": "dns-01",
        "dns_provider": "rfc2136",
        "dns_server": "192.0.2.53",
        "dns_zone": "Example.org.",
        "dns_tsig_key_file": str(file),
        **variables,
    }


def test_dns_challenge_with_all_it_needs(tmp_path: Path) -> None:
    assert problems(**dns_challenge(tmp_path / "key")) == []


@pytest.mark.parametrize("variable", ["dns_server", "dns_zone", "dns_tsig_key_file"])
def test_dns_challenge_without_a_variable(tmp_path: Path, variable: str) -> None:
    given = dns_challenge(tmp_path / "key", **{variable: ""})
    assert problems(**given) == [
        (variable, "proxy_acme_challenge: dns-01 needs it", "set it as the role dns wants it")
    ]
    assert problems(**{**given, "proxy_acme_challenge": "http-01"}) == []


def test_dns_challenge_for_a_host_of_another_zone(tmp_path: Path) -> None:
    assert problems(**dns_challenge(tmp_path / "key", dns_zone="ple.org")) == [
        (
            "app_routes[0].host",
            "'www.example.org' is not in the zone ple.org, so dns-01 cannot prove it",
            "use proxy_acme_challenge: http-01",
        )
    ]


def test_dns_challenge_with_a_provider_that_has_no_dynamic_updates(tmp_path: Path) -> None:
    assert variables_of(**dns_challenge(tmp_path / "key", dns_provider="existing")) == ["dns_provider"]


def test_dns_challenge_never_tells_the_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    given = dns_challenge(file)
    file.write_text(KEY.replace("hmac-sha256", "hmac-md5"))
    ((variable, what, _unused),) = problems(**given)
    assert variable == "dns_tsig_key_file"
    assert "c2VjcmV0" not in what


def test_private_ca_file(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    private = {"proxy_acme_directory": DIRECTORY, "proxy_acme_ca_file": str(file)}
    assert problems(**private) == [
        ("proxy_acme_ca_file", f"there is no file {file} on this machine", "name another")
    ]
    file.write_text("hello")
    assert problems(**private) == [
        ("proxy_acme_ca_file", f"{file} holds no certificate", "name a file in PEM format")
    ]
    file.write_text("-----BEGIN CERTIFICATE-----\n")
    assert problems(**private) == []
    assert variables_of(proxy_acme_ca_file=str(file)) == ["proxy_acme_ca_file"]
