# SPDX-License-Identifier: GPL-3.0-or-later
"""What the proxy role writes, for defaults and for each variable that changes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.templates import RoleTemplates

ROUTES = [
    {"host": "www.example.org", "service": "web", "port": 3000},
    {
        "host": "www.example.org",
        "paths": ["/api/*", "/api/me"],
        "service": "api",
        "port": 4000,
        "max_body": "25MB",
    },
    {"host": "files.example.org", "paths": ["/public/*"], "service": "files", "port": 8080},
]
VARIABLES = {"app_name": "gratonite", "app_routes": ROUTES, "__proxy_token": "0" * 32, "__proxy_waiting": []}


def render(path: str, **variables: Any) -> str:
    return RoleTemplates("proxy", **{**VARIABLES, **variables}).render(path)


def caddyfile(**variables: Any) -> str:
    return render("etc/slipway/proxy/Caddyfile", **variables)


def block(text: str, opening: str) -> str:
    """Return what stands between the opening line's brace and the one that closes it."""
    lines = text.splitlines()
    start = lines.index(opening)
    end = lines.index(re.match(r"\t*", opening)[0] + "}", start)  # type: ignore[index]
    return "\n".join(lines[start + 1 : end])


def service(**variables: Any) -> dict[str, Any]:
    return dict(yaml.safe_load(render("etc/slipway/proxy/compose.yml", **variables))["services"]["proxy"])


def test_routes_stand_in_order_of_precedence_with_their_limits() -> None:
    site = block(caddyfile(), "https://www.example.org {")
    handles = r'handle "(.*)" {\n\s*request_body {\n\s*max_size (\d+)\n\s*}\n\s*import upstream "(.*)"'
    assert re.findall(handles, site) == [
        ("/api/me", "26214400", "api:4000"),
        ("/api/*", "26214400", "api:4000"),
        ("/*", "10485760", "web:3000"),
    ]
    assert site.index("route {") < site.index("handle ")  # outside of it Caddy sorts by a rule of its own


def test_address_of_an_upstream_is_read_where_point_proxy_writes_it() -> None:
    assert "vars upstream {file./etc/caddy/upstreams/gratonite/current/{args[0]}}\n" in caddyfile()


def test_plain_http_only_leads_to_tls() -> None:
    assert block(caddyfile(), "http://www.example.org {").split() == [
        *["header", "-Server", "redir", "https://www.example.org{uri}", "308"]
    ]


def test_host_that_waits_for_its_certificate_is_not_served_over_tls() -> None:
    text = caddyfile(__proxy_waiting=["files.example.org"])
    assert "https://files.example.org {" not in text.splitlines()
    assert "https://www.example.org {" in text.splitlines()
    waiting = block(text, "http://files.example.org {")
    assert f'respond "/.well-known/slipway-challenge/{"0" * 32}" "{"0" * 32}"' in waiting
    assert "redir" not in waiting
    assert "0" * 32 not in caddyfile()


@pytest.mark.parametrize(
    ("variables", "value"),
    [
        ({}, "max-age=300"),
        ({"proxy_hsts_max_age": 0}, "max-age=0"),
        (
            {"proxy_hsts_max_age": 31536000, "proxy_hsts_include_subdomains": True},
            "max-age=31536000; includeSubDomains",
        ),
    ],
)
def test_hsts_in_steps(variables: dict[str, Any], value: str) -> None:
    assert f'>Strict-Transport-Security "{value}"\n' in caddyfile(**variables)


@pytest.mark.parametrize(
    ("variables", "lines"),
    [
        ({}, ['acme_ca "https://acme-v02.api.letsencrypt.org/directory"']),
        (
            {"proxy_acme_directory": "staging", "proxy_acme_email": "ops@example.org"},
            [
                'acme_ca "https://acme-staging-v02.api.letsencrypt.org/directory"',
                'email "ops@example.org"',
            ],
        ),
        ({"proxy_acme_directory": "https://ca.example.org/dir"}, ['acme_ca "https://ca.example.org/dir"']),
    ],
)
def test_certificate_authority(variables: dict[str, Any], lines: list[str]) -> None:
    found = [line.strip() for line in caddyfile(**variables).splitlines()]
    assert [line for line in found if line.startswith(("acme_ca ", "email "))] == lines


def test_times_are_passed_on() -> None:
    text = caddyfile(proxy_response_timeout=7, proxy_drain_seconds=8)
    for line in ("response_header_timeout 7s", "stream_close_delay 8s", "grace_period 8s"):
        assert f"{line}\n" in text


def test_container_has_no_power_but_low_ports() -> None:
    caddy = service()
    assert caddy["user"] == "443:443"
    assert caddy["read_only"] is True
    assert (caddy["cap_drop"], caddy["cap_add"]) == (["ALL"], ["NET_BIND_SERVICE"])
    assert caddy["restart"] == "always"
    assert {mount["target"]: mount.get("read_only", False) for mount in caddy["volumes"]} == {
        "/etc/caddy": True,
        "/data/caddy": False,
    }
    assert "environment" not in caddy


@pytest.mark.parametrize("server", ["caddy", "nginx"])
def test_what_a_private_ca_issued_is_not_looked_at_once_it_has_other_keys(server: str) -> None:
    places = set()
    for content in ("one", "two"):
        # Read by a lookup, which needs a whole run.
        templates = RoleTemplates("proxy", **VARIABLES, proxy_server=server, __proxy_acme_ca=content)
        compose = yaml.safe_load(templates.render("etc/slipway/proxy/compose.yml"))
        mounts = compose["services"]["proxy"]["volumes"]
        folder = Path(templates.value("__proxy_certificate")).parent
        assert any(folder.is_relative_to(mount["source"]) for mount in mounts)
        assert f"{folder if server == 'nginx' else mounts[1]['source']} 0" in templates.render(
            "etc/tmpfiles.d/slipway-proxy.conf"
        )
        places.add(folder)
    assert len(places) == 2


def test_private_ca_is_trusted() -> None:
    templates = RoleTemplates("proxy", **VARIABLES, __proxy_acme_ca="one")
    caddy = yaml.safe_load(templates.render("etc/slipway/proxy/compose.yml"))["services"]["proxy"]
    assert caddy["environment"] == {"SSL_CERT_FILE": "/etc/caddy/acme-ca.pem"}


def folders(**variables: Any) -> dict[str, str]:
    """Return mode, owner and group by path."""
    text = render("etc/tmpfiles.d/slipway-proxy.conf", proxy_data_directory="/srv/proxy", **variables)
    lines = [line.split() for line in text.splitlines() if line.startswith("d ")]
    return {path: " ".join(rest) for _unused, path, *rest in lines}


def test_nobody_else_reads_what_caddy_keeps() -> None:
    assert folders() == {"/srv/proxy": "0750 root 443", "/srv/proxy/caddy": "0700 443 443"}
    assert service(proxy_data_directory="/srv/proxy")["volumes"][1]["source"] == "/srv/proxy/caddy"


def test_proxy_cannot_write_what_certbot_keeps() -> None:
    ours = folders(proxy_server="nginx", proxy_acme_directory="https://ca.example.org/dir")
    assert ours["/srv/proxy"] == "0750 root 443"
    assert ours["/srv/proxy/certbot"] == "0700 root root"
    assert ours["/srv/proxy/certificates/ca.example.org-dir"] == "0750 root 443"
    assert all(mount["read_only"] for mount in service(proxy_server="nginx")["volumes"])


@pytest.mark.parametrize(
    ("directory", "folder"),
    [
        ("production", "acme-v02.api.letsencrypt.org-directory"),
        ("staging", "acme-staging-v02.api.letsencrypt.org-directory"),
        ("https://CA.rehearsal.example:14000/dir", "ca.rehearsal.example-14000-dir"),
        ("https://ca.example.org/acme/v2/", "ca.example.org-acme-v2"),
        ("https://ca.example.org", "ca.example.org"),
    ],
)
def test_certificates_of_this_ca_are_looked_for(directory: str, folder: str) -> None:
    templates = RoleTemplates("proxy", **VARIABLES, proxy_acme_directory=directory)
    path = templates.value("__proxy_certificate")
    assert path == f"/var/lib/slipway/proxy/caddy/certificates/{folder}/NAME/NAME.crt"
