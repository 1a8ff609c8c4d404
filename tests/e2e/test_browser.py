# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' browser sees the rehearsal's names, and trusts the rehearsal's CA because it is told to."""

from __future__ import annotations

import pytest

from support.browser import Browser
from support.services import ZONE, Services

DIRECTORY = f"https://ca.{ZONE}:14000/dir"


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    environment = Services(tmp_path_factory.mktemp("inventory"), "browser")
    try:
        environment.must_play("playbooks/rehearse_up.yml", "--extra-vars", '{"rehearsal_images": []}')
        yield environment
    finally:
        environment.down()


def seen(services, address, **options):
    with Browser(beside="slipway-browser-outside", **options) as browser:
        window = browser.window()
        window.get(address)
        return window.page_source


def test_what_the_ca_vouches_for_opens(services):
    assert "newOrder" in seen(services, DIRECTORY, authorities=services.ca_file.read_bytes())


def test_what_nobody_vouches_for_does_not(services):
    assert "ERR_CERT_AUTHORITY_INVALID" in seen(services, DIRECTORY)


def test_a_trusted_certificate_of_another_name_does_not(services):
    address = DIRECTORY.replace("ca.", "other.", 1)
    rules = f"MAP other.{ZONE} ca.{ZONE}"
    page = seen(services, address, authorities=services.ca_file.read_bytes(), resolve=rules)
    assert "ERR_CERT_COMMON_NAME_INVALID" in page
