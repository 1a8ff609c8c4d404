# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the proxy role's variables must be beyond their types, and which routes no proxy can serve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from .._app.routes import size
from .._dns.keys import read_key
from .._errors import SlipwayError
from .._proxy.sites import faults, read_routes
from .bounds import check_formats, check_least
from .formats import IMAGE
from .given import Given
from .problem import Problem
from .supported import check_distribution

YEAR = 365 * 24 * 60 * 60

# All of these stand in files that the server, Compose and systemd read.
FORMATS = {
    "proxy_caddy_image": (IMAGE.pattern, "is no name of an image", "write it like caddy:2"),
    "proxy_nginx_image": (IMAGE.pattern, "is no name of an image", "write it like nginx:1"),
    "proxy_data_directory": (
        r"(/[A-Za-z0-9._-]+)+",
        "is no absolute path that a configuration can hold",
        "write it like /var/lib/slipway/proxy",
    ),
    "proxy_acme_email": (
        r"|[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
        "is no address for mail",
        "write it like admin@example.org, or leave it empty",
    ),
}
LEAST = {
    "proxy_acme_dns_seconds": 0,
    "proxy_hsts_max_age": 0,
    "proxy_response_timeout": 1,
    "proxy_drain_seconds": 1,
}


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    yield from check_formats(given, FORMATS)
    yield from check_least(given, LEAST)
    if (given.int("proxy_certificate_timeout") or 0) < 10:
        what = "no CA answers that fast"
        yield Problem("proxy_certificate_timeout", what, "write at least 10")
    yield from _authority(given)
    yield from _dns(given)
    yield from _hsts(given)
    yield from _routes(given)
    if given.host:
        yield from check_distribution(given.host)


def _authority(given: Given) -> Iterator[Problem]:
    directory, file = given.str("proxy_acme_directory"), given.str("proxy_acme_ca_file")
    if directory not in ("production", "staging") and not _is_https(directory):
        what = f"{directory!r} is no address of an ACME directory"
        mend = "write production, staging, or an address that begins with https://"
        yield Problem("proxy_acme_directory", what, mend)
    if not file:
        return
    if directory in ("production", "staging"):
        what = "Let's Encrypt needs no certificate of its own to be trusted"
        yield Problem("proxy_acme_ca_file", what, "leave it empty, or set proxy_acme_directory")
    elif not Path(file).is_file():
        yield Problem("proxy_acme_ca_file", f"there is no file {file} on this machine", "name another")
    elif "-----BEGIN CERTIFICATE-----" not in Path(file).read_text(encoding="utf-8", errors="replace"):
        yield Problem("proxy_acme_ca_file", f"{file} holds no certificate", "name a file in PEM format")


def _dns(given: Given) -> Iterator[Problem]:
    """Yield what the challenge dns-01 lacks."""
    if given.str("proxy_acme_challenge") != "dns-01":
        return
    if given.str("dns_provider") not in ("", "rfc2136"):
        what = f"proxy_acme_challenge: dns-01 does not work with {given.str('dns_provider')}"
        yield Problem("dns_provider", what, "use rfc2136, or proxy_acme_challenge: http-01")
        return
    for name in ("dns_server", "dns_zone", "dns_tsig_key_file"):
        if not given.str(name):
            yield Problem(name, "proxy_acme_challenge: dns-01 needs it", "set it as the role dns wants it")
    zone, file = given.str("dns_zone").lower().rstrip("."), given.str("dns_tsig_key_file")
    for index, route in enumerate(given.list("app_routes") if zone else []):
        host = str(route.get("host", "")).lower()
        if host and not f".{host}".endswith(f".{zone}"):
            what = f"{host!r} is not in the zone {zone}, so dns-01 cannot prove it"
            yield Problem(f"app_routes[{index}].host", what, "use proxy_acme_challenge: http-01")
    if file:
        try:
            read_key(Path(file).expanduser())
        except SlipwayError as error:
            yield Problem("dns_tsig_key_file", error.what, error.mend)


def _is_https(text: str) -> bool:
    try:
        url = urlsplit(text)
        plain = re.fullmatch(r"[A-Za-z0-9._~:/\[\]-]+", text) is not None and url.port != 0
    except ValueError:  # a port that is no number
        return False
    return plain and url.scheme == "https" and bool(url.hostname)


def _hsts(given: Given) -> Iterator[Problem]:
    age = given.int("proxy_hsts_max_age") or 0
    if age > 2 * YEAR:
        what = f"{age} s is more than two years"
        yield Problem(
            "proxy_hsts_max_age", what, f"write at most {2 * YEAR}, which every list of hosts accepts"
        )


def _routes(given: Given) -> Iterator[Problem]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", given.str("app_name")):
        what = f"{given.str('app_name')!r} cannot name a folder of the proxy's"
        yield Problem("app_name", what, "use letters, digits, - and _")
    try:
        size(given.str("proxy_max_body"))
    except SlipwayError as error:
        yield Problem("proxy_max_body", error.what, error.mend)
    try:
        routes = read_routes(given.list("app_routes"))
    except (SlipwayError, ValueError):
        return  # the role app says what is wrong with their shape
    for fault in faults(routes):
        yield Problem(f"app_routes{fault.place}", fault.what, fault.mend)
