# SPDX-License-Identifier: GPL-3.0-or-later
"""What the proxy role writes where nginx serves, and where certbot gets the certificates."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from support.templates import RoleTemplates

ROUTES = [
    {"host": "www.example.org", "service": "web", "port": 3000},
    {
        "host": "www.example.org",
        "paths": ["/api/*", "/a.b+c"],
        "service": "api",
        "port": 4000,
        "max_body": "25MB",
    },
    {"host": "files.example.org", "paths": ["/public/*"], "service": "files", "port": 8080},
]
VARIABLES = {
    "app_name": "gratonite",
    "app_routes": ROUTES,
    "proxy_server": "nginx",
    "__proxy_token": "0" * 32,
    "__proxy_waiting": [],
}


def render(path: str, **variables: Any) -> str:
    return RoleTemplates("proxy", **{**VARIABLES, **variables}).render(f"etc/slipway/proxy/{path}")


def servers(**variables: Any) -> dict[tuple[str, str], str]:
    """Return the server blocks by port and name."""
    found = re.findall(
        r"^\tserver {\n(.*?)^\t}$", render("nginx.conf", **variables), re.MULTILINE | re.DOTALL
    )
    return {(_only(r"listen (\d+)", text), _only(r"server_name (.*);", text)): text for text in found}


def _only(pattern: str, text: str) -> str:
    return next(iter(re.findall(pattern, text)), "")


def test_routes_stand_in_order_of_precedence_with_their_limits() -> None:
    site = servers()["443", "www.example.org"]
    locations = r'location ~\* "(.*)" {\n\s*client_max_body_size (\d+);\n\s*set \$service "(.*)";'
    assert re.findall(locations, site) == [
        (r"^/a\.b\+c\z", "26214400", "api:4000"),
        ("^/api/", "26214400", "api:4000"),
        ("^/", "10485760", "web:3000"),
    ]


def test_address_of_an_upstream_is_read_where_point_proxy_writes_it() -> None:
    assert (
        "set $upstreams /etc/slipway/proxy/upstreams/gratonite/current;"
        in servers()["443", "www.example.org"]
    )


def test_plain_http_leads_to_tls_and_shows_the_ca_what_it_looks_for() -> None:
    plain = servers()["80", "www.example.org"]
    assert "return 308 https://www.example.org$request_uri;" in plain
    assert re.search(r"location \^~ /\.well-known/acme-challenge/ {[^}]*root /webroot;", plain)


def test_host_that_waits_for_its_certificate_is_not_served_over_tls() -> None:
    waiting = servers(__proxy_waiting=["files.example.org"])
    assert ("443", "files.example.org") not in waiting
    assert ("443", "www.example.org") in waiting
    assert f'return 200 "{"0" * 32}";' in waiting["80", "files.example.org"]
    assert "308" not in waiting["80", "files.example.org"]


def test_name_that_nobody_declared_gets_no_handshake() -> None:
    assert "ssl_reject_handshake on;" in servers()["443", ""]
    assert "return 421;" in servers()["80", ""]


@pytest.mark.parametrize(
    ("variables", "value"),
    [
        ({}, "max-age=300"),
        ({"proxy_hsts_max_age": 60, "proxy_hsts_include_subdomains": True}, "max-age=60; includeSubDomains"),
    ],
)
def test_hsts_in_steps(variables: dict[str, Any], value: str) -> None:
    for name in ("www.example.org", "files.example.org"):
        site = servers(**variables)["443", name]
        assert f'add_header Strict-Transport-Security "{value}" always;' in site


def test_times_are_passed_on() -> None:
    text = render("nginx.conf", proxy_response_timeout=7, proxy_drain_seconds=8)
    assert "proxy_read_timeout 7s;" in text
    assert "worker_shutdown_timeout 8s;" in text


def test_client_cannot_speak_for_a_proxy() -> None:
    text = render("nginx.conf")
    for name in ("Forwarded", "Via", "X-Forwarded-Prefix", "X-Forwarded-User"):
        assert f'proxy_set_header {name} "";' in text


def test_no_line_about_a_request_goes_to_the_error_log() -> None:
    inside = render("nginx.conf").partition("\nhttp {\n")[2]
    assert re.findall(r"error_log (.*);", inside) == ["stderr alert"]


def test_container_has_the_power_to_begin_alone() -> None:
    nginx = yaml.safe_load(render("compose.yml"))["services"]["proxy"]
    assert (nginx["cap_drop"], nginx["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert nginx["cap_add"] == ["CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"]
    assert nginx["read_only"] is True
    assert nginx["image"] == "docker.io/library/nginx:1"


def certbot(**variables: Any) -> list[str]:
    return list(json.loads(render("certificates.json", **variables))["certbot"])


def test_certbot_shows_by_the_webroot_that_a_host_is_ours() -> None:
    command = certbot(proxy_acme_directory="staging")
    assert command[command.index("--webroot-path") + 1] == "/var/lib/slipway/proxy/webroot"
    assert command[command.index("--server") + 1] == "https://acme-staging-v02.api.letsencrypt.org/directory"
    assert command[0] == "certbot"
    assert "--register-unsafely-without-email" in command


def test_certbot_shows_by_the_dns_that_a_host_is_ours() -> None:
    # The key is read by a filter that needs a whole run.
    given = {"proxy_acme_challenge": "dns-01", "proxy_acme_dns_seconds": 7, "__proxy_tsig_key": {}}
    templates = RoleTemplates("proxy", **VARIABLES, **given)
    command = json.loads(templates.render("etc/slipway/proxy/certificates.json"))["certbot"]
    assert command[command.index("--dns-rfc2136-credentials") + 1] == "/etc/slipway/proxy-dns.ini"
    assert command[command.index("--dns-rfc2136-propagation-seconds") + 1] == "7"
    assert "--webroot" not in command


def test_each_ca_has_its_own_certificates() -> None:
    one, two = (
        json.loads(render("certificates.json", proxy_acme_directory=ca)) for ca in ("staging", "production")
    )
    assert one["directory"] != two["directory"]
    assert one["live"] != two["live"]


def test_caddy_serves_what_certbot_has_got() -> None:
    templates = RoleTemplates("proxy", **{**VARIABLES, "proxy_server": "caddy"}, __proxy_certbot=True)
    file = "/certificates/www.example.org.pem"
    assert f"\ttls {file} {file}\n" in templates.render("etc/slipway/proxy/Caddyfile")
    compose = yaml.safe_load(templates.render("etc/slipway/proxy/compose.yml"))
    assert compose["services"]["proxy"]["volumes"][-1]["target"] == "/certificates"
