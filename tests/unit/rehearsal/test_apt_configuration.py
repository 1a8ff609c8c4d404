# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirror and proxy come from the machine's own apt."""

from __future__ import annotations

from ansible_collections.slipway.deploy.plugins.module_utils._images.apt_configuration import parse

TARGETS = """\
Debian|Debian|http://mirror.example/debian/
Debian|Debian|http://second.example/debian/
Debian|Debian-Security|http://mirror.example/debian-security/
Example Vendor|Tools|https://packages.example/
"""
OPTIONS = """\
Acquire "";
Acquire::http::Proxy "http://user:word@proxy.example:3128";
Acquire::https::Proxy::internal.example "DIRECT";
Acquire::https::CaInfo "/etc/ssl/certs/own.pem";
Acquire::Check-Valid-Until "false";
Acquire::Retries "";
APT::Architecture "amd64";
"""


def test_the_first_mirror_of_debian_serves_every_suite():
    assert parse(TARGETS, "").sources("trixie") == (
        "deb http://mirror.example/debian trixie main\n"
        "deb http://mirror.example/debian trixie-updates main\n"
        "deb http://mirror.example/debian-security trixie-security main\n"
    )


def test_a_machine_without_debians_archive_leaves_the_choice_to_mmdebstrap():
    assert parse("Ubuntu|Ubuntu|http://mirror.example/ubuntu/\n", "").sources("trixie") == ""


def test_lists_that_were_never_fetched_are_no_mirror():
    assert parse("||http://mirror.example/debian/\n", "").sources("trixie") == ""


def test_proxies_and_validity_are_kept_paths_on_this_machine_are_not():
    assert parse(TARGETS, OPTIONS).options.splitlines() == [
        'Acquire::http::Proxy "http://user:word@proxy.example:3128";',
        'Acquire::https::Proxy::internal.example "DIRECT";',
        'Acquire::Check-Valid-Until "false";',
    ]
