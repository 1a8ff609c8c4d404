# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a verified application, as a user meets it; each test stands on the one before."""

from __future__ import annotations

import json

import pytest
import yaml

from support.browser import Browser
from support.by_hand import ByHand
from support.collection import CHECKOUT
from support.people import PICTURE_SIDE, meet
from support.processes import ProcessList
from support.rehearsal import Rehearsal
from support.sentinels import Sentinels

INVENTORY = CHECKOUT / "tests" / "inventories" / "site"
VARIABLES = INVENTORY / "group_vars" / "all"
PHASES = {"ANSIBLE_STDOUT_CALLBACK": "slipway.deploy.phases"}
# What inventories/staging leaves to a person, and names until it is there.
NOT_FILLED_IN = ("app_name", "app_domain", "app_images", "server_addresses", "dns_zone", "base_admin_keys")
# A listener that somebody has forgotten, and the rule that they had added for it.
FORGOTTEN_PORT = 8081
OPEN = f"nft insert rule inet slipway declared tcp dport {FORGOTTEN_PORT} accept"
LISTEN = f"nohup python3 -m http.server {FORGOTTEN_PORT} >/dev/null 2>&1 & echo $! >/run/forgotten"
# Whoever answers on 443 instead of the proxy can only have a certificate that nobody vouches for.
IMPOSTOR = """
docker stop slipway-proxy
cd /run
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=app.rehearsal.example -keyout key -out cert
nohup openssl s_server -accept 443 -cert cert -key key -www >/dev/null 2>&1 & echo $! >/run/impostor
"""


@pytest.fixture(scope="module")
def site():
    """The environment ``site``: the variables of inventories/local under a name of its own."""
    environment = Rehearsal("tests/inventories/site", "site")
    try:
        yield environment
    finally:
        environment.down()
        assert not environment.things()


@pytest.fixture(scope="module")
def application() -> dict:
    """The variables that describe the reference application."""
    return yaml.safe_load((VARIABLES / "app.yml").read_text())


def shell(site: Rehearsal, script: str) -> str:
    return site.on_host("app-1", "sh", "-ec", script)


def test_a_plan_for_what_does_not_exist_yet(site):
    site.must_play("playbooks/rehearse_up.yml")
    before = site.things()
    run = site.must_play("playbooks/site.yml", "--check", "--diff", **PHASES)
    assert "would create the server" in run.output
    assert site.things() == before


def test_the_first_run_proves_the_application_and_tells_no_secret(site, tmp_path):
    settings = {
        "SLIPWAY_EVIDENCE": "on",
        "SLIPWAY_EVIDENCE_DIRECTORY": str(tmp_path),
        "ANSIBLE_INJECT_INVOCATION": "true",  # else a task's arguments are shown at no verbosity
    }
    with ProcessList() as processes:
        run = site.must_play("playbooks/rehearse.yml", "--diff", "-vvv", **settings)
    assert "15 of 15 probes from outside" in run.output
    (bundle,) = tmp_path.iterdir()
    assert json.loads((bundle / "evidence.json").read_text())["outcome"] == "passed"

    secrets, generated = Sentinels(), yaml.safe_load((VARIABLES / "generated_secrets.yml").read_text())
    for name in generated.keys() - {"object_storage_access_key_id"}:  # who it is, and no secret
        secrets.watch(name, generated[name])
    assert secrets.found_in(json.dumps(generated))
    assert not secrets.found_in(run.output)
    assert not secrets.found_below(tmp_path)
    assert any(b"docker\0compose" in arguments for arguments in processes.seen)
    assert not secrets.found_in(b"\n".join(processes.seen))
    assert not secrets.found_in(shell(site, "journalctl --no-pager"))


def test_two_people_meet_in_a_real_browser(site):
    meeting = meet_there(site)
    assert (meeting.page_version, meeting.api_version) == ("1.0.0", "1.0.0")
    assert meeting.picture_width == PICTURE_SIDE
    assert not meeting.complaints


def test_the_second_run_changes_nothing(site):
    assert set(site.must_play("playbooks/rehearse.yml").changed().values()) == {0}


def test_a_plan_on_the_converged_host_finds_nothing_to_do(site):
    assert set(site.must_play("playbooks/site.yml", "--check", "--diff").changed().values()) == {0}


def test_a_wrong_health_path_turns_smoke_red(site):
    probe = {
        "name": "the API is healthy",
        "url": "https://{{ app_domain }}/api/helth",
        "json": {"status": "ok"},
    }
    run = broken(site, "playbooks/smoke.yml", app_probes=[probe])
    assert "the API is healthy" in run.output
    assert "404" in run.output


def test_an_origin_too_many_is_refused_before_anything_changes(site, application):
    run = broken(site, "playbooks/site.yml", app_environment=with_origin(application, "*"))
    assert "CORS_ORIGIN" in run.output
    assert "release" not in run.output


def test_an_origin_too_many_that_no_rule_forbids_turns_smoke_red(site, application):
    variables = {"app_environment": with_origin(application, "*"), "app_rules": {}}
    site.must_play("playbooks/release.yml", "--extra-vars", json.dumps(variables))
    run = broken(site, "playbooks/smoke.yml")
    assert "other origins are refused" in run.output
    site.must_play("playbooks/release.yml", "playbooks/smoke.yml")


def test_a_certificate_that_nobody_vouches_for_turns_smoke_red(site):
    shell(site, IMPOSTOR)
    try:
        run = broken(site, "playbooks/smoke.yml")
    finally:
        shell(
            site, "kill $(cat /run/impostor); rm /run/key /run/cert /run/impostor; docker start slipway-proxy"
        )
    assert "certificate" in run.output
    site.must_play("playbooks/smoke.yml")


def test_an_undeclared_port_turns_the_ports_red(site):
    shell(site, f"{LISTEN}; {OPEN}")
    try:
        run = broken(site, "playbooks/prove_ports.yml")
        assert f"tcp {FORGOTTEN_PORT} of" in run.output
        assert "answers from outside but is not declared" in run.output
        site.must_play("playbooks/configure.yml", "playbooks/prove_ports.yml")
    finally:
        shell(site, "kill $(cat /run/forgotten); rm /run/forgotten")


def test_the_next_release_takes_over_and_brings_its_schema(site):
    run = site.must_play("playbooks/release.yml", "playbooks/smoke.yml", *version("1.1.0"), **PHASES)
    assert "1.1.0 in slot" in run.output
    meeting = meet_there(site)
    assert (meeting.page_version, meeting.api_version) == ("1.1.0", "1.1.0")
    assert not meeting.complaints


def test_staging_takes_a_machine_and_a_zone_that_people_keep_themselves(site, application, tmp_path):
    staging = ByHand(tmp_path, site)
    run = staging.play("playbooks/site.yml", **PHASES)
    assert run.code != 0
    for missing in NOT_FILLED_IN:
        assert f"\n{' ' * 25}{missing} (" in run.output

    server, domain = staging.make_machine(), "staging.rehearsal.example"
    staging.fill_in(server, application, domain)
    run = staging.play("playbooks/site.yml", *staging.vault, **PHASES)
    assert f"have these records there: api.{domain}. 300 IN A {server.ipv4}" in run.output

    staging.make_records(server, domain, f"api.{domain}")
    plan = staging.must_play("playbooks/site.yml", "--check", "--diff", *staging.vault, **PHASES)
    assert "would release 1.0.0" in plan.output
    run = staging.must_play("playbooks/site.yml", "playbooks/prove_ports.yml", *staging.vault, **PHASES)
    assert "15 of 15 probes from outside" in run.output
    run = staging.must_play("playbooks/site.yml", *staging.vault)
    assert set(run.changed().values()) == {0}


def meet_there(site: Rehearsal):
    ca = (INVENTORY / ".slipway" / "ca.pem").read_bytes()
    with Browser(beside=f"slipway-{site.environment}-outside", authorities=ca) as browser:
        return meet(browser, "https://app.rehearsal.example")


def broken(site: Rehearsal, playbook: str, **variables: object):
    """Run a playbook that has to fail in words, without a traceback."""
    run = site.play(playbook, "--extra-vars", json.dumps(variables), **PHASES)
    assert run.code != 0, run.output
    assert "failed" in run.output
    assert "Traceback" not in run.output
    return run


def with_origin(application: dict, origin: str) -> dict:
    """Return ``app_environment`` with another CORS_ORIGIN for the API."""
    environment = application["app_environment"]
    return {**environment, "api": {**environment["api"], "CORS_ORIGIN": origin}}


def version(number: str) -> tuple[str, str]:
    return ("--extra-vars", json.dumps({"app_version": number}))
