# SPDX-License-Identifier: GPL-3.0-or-later
"""How other firewalls give way: what is planned, in which order it is done, and what is left alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._firewall import foreign_managers
from ansible_collections.slipway.deploy.plugins.module_utils._firewall.foreign import plan, require_our_table
from ansible_collections.slipway.deploy.plugins.module_utils._firewall.host import Host
from ansible_collections.slipway.deploy.plugins.modules import foreign_firewall

FIXTURES = Path(__file__).parent / "fixtures"
RULES = "/etc/iptables/rules.v4"
RULES6 = "/etc/iptables/rules.v6"
SHOW_UNITS = "systemctl show --property=Id,ActiveState,UnitFileState firewalld.service nftables.service"
OUR_TABLE = "nft list chain inet slipway input"
FLUSHING = "#!/usr/sbin/nft -f\nflush ruleset\ntable inet mine {\n}\ntable ip nat {\n}\n"


class FakeHost(Host):
    """Files below a folder, commands answered from a table and written down."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.root = root
        self.programs: set[str] = set()
        self.answers = {OUR_TABLE: ""}
        self.ran: list[str] = []
        self.units()

    def write(self, path: str, text: str) -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def units(self, firewalld: str = "inactive disabled", nftables: str = "inactive disabled") -> None:
        blocks = []
        for name, state in (("firewalld", firewalld), ("nftables", nftables)):
            active, enabled = state.split(" ")
            blocks.append(f"Id={name}.service\nActiveState={active}\nUnitFileState={enabled}\n")
        self.answers[SHOW_UNITS] = "\n".join(blocks)

    def has(self, program: str) -> bool:
        return program in self.programs

    def run(self, command: list[str], stdin: str | None = None) -> str:
        line = " ".join(command)
        if line in self.answers:
            return self.answers[line]
        if line.startswith("nft list"):
            raise SlipwayError(f"{line} failed: No such file or directory")
        self.ran.append(line)
        return ""


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


@pytest.fixture
def oracle(host: FakeHost) -> FakeHost:
    """A host as Oracle ships it, with its rules in force."""
    host.programs = {
        f"{family}{suffix}" for family in ("iptables", "ip6tables") for suffix in ("-save", "-restore")
    }
    for path, family in ((RULES, "iptables"), (RULES6, "ip6tables")):
        text = (FIXTURES / f"oci.{Path(path).name}").read_text()
        host.write(path, text)
        host.answers[f"{family}-save -t filter"] = text
    return host


def act(host: FakeHost) -> None:
    for step in plan(host):
        step.act()


def test_a_host_without_other_firewalls_is_left_alone(host: FakeHost) -> None:
    assert plan(host) == []


def test_oracle_plan_names_files_and_loaded_rules(oracle: FakeHost) -> None:
    assert [step.name for step in plan(oracle)] == [
        RULES,
        "iptables INPUT and FORWARD",
        RULES6,
        "ip6tables INPUT and FORWARD",
    ]
    assert oracle.ran == []


@pytest.mark.parametrize("path", [RULES, RULES6])
def test_oracle_file_loses_nothing_but_the_two_rejects(oracle: FakeHost, path: str) -> None:
    before = oracle.read(path).splitlines()
    act(oracle)
    after = oracle.read(path).splitlines()
    assert [line for line in before if line not in after] == [
        line for line in before if line.startswith(("-A INPUT -j REJECT", "-A FORWARD -j REJECT"))
    ]
    assert len(after) == len(before) - 2


def test_oracle_loaded_rules_are_deleted_one_by_one(oracle: FakeHost) -> None:
    act(oracle)
    assert oracle.ran == [
        "iptables-restore --test",
        "iptables --wait 60 --delete INPUT -j REJECT --reject-with icmp-host-prohibited",
        "iptables --wait 60 --delete FORWARD -j REJECT --reject-with icmp-host-prohibited",
        "ip6tables-restore --test",
        "ip6tables --wait 60 --delete INPUT -j REJECT --reject-with icmp6-adm-prohibited",
        "ip6tables --wait 60 --delete FORWARD -j REJECT --reject-with icmp6-adm-prohibited",
    ]


def test_oracle_rules_that_are_only_loaded_are_deleted_too(oracle: FakeHost) -> None:
    for path in (RULES, RULES6):
        file = oracle.root / path.lstrip("/")
        file.write_text("".join(line for line in file.open() if "-j REJECT --reject-with icmp" not in line))
    assert [step.name for step in plan(oracle)] == [
        "iptables INPUT and FORWARD",
        "ip6tables INPUT and FORWARD",
    ]


def test_oracle_diff_shows_the_rules(oracle: FakeHost) -> None:
    diff = plan(oracle)[1].diff()
    gone = set(diff["before"].splitlines()) - set(diff["after"].splitlines())
    assert gone == {
        f"-A {chain} -j REJECT --reject-with icmp-host-prohibited" for chain in ("INPUT", "FORWARD")
    }


@pytest.mark.parametrize(
    "rule",
    [
        "-A INPUT -s 192.0.2.0/24 -j REJECT --reject-with icmp-host-prohibited",
        "-A OUTPUT -j REJECT",
        "-A InstanceServices -d 169.254.0.0/16 -p tcp -j REJECT --reject-with tcp-reset",
        "-A INPUT -j DROP",
        "# -A INPUT -j REJECT",
    ],
)
def test_rules_that_somebody_meant_stay(host: FakeHost, rule: str) -> None:
    host.write(RULES, f"*filter\n{rule}\nCOMMIT\n")
    assert plan(host) == []


def test_rules_file_that_iptables_refuses_is_not_written(oracle: FakeHost, monkeypatch: Any) -> None:
    before = oracle.read(RULES)

    def refuse(command: list[str], stdin: str | None = None) -> str:
        raise SlipwayError(f"{command[0]} failed: line 3")

    steps = plan(oracle)
    monkeypatch.setattr(oracle, "run", refuse)
    with pytest.raises(SlipwayError, match="iptables-restore failed: line 3"):
        steps[0].act()
    assert oracle.read(RULES) == before
    assert sorted(path.name for path in (oracle.root / "etc/iptables").iterdir()) == ["rules.v4", "rules.v6"]


def test_rules_file_keeps_its_mode(oracle: FakeHost) -> None:
    (oracle.root / RULES.lstrip("/")).chmod(0o640)
    act(oracle)
    assert (oracle.root / RULES.lstrip("/")).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("config", "runs"), [("ENABLED=yes\n", ["ufw disable"]), ("ENABLED=no\n", [])])
def test_ufw(host: FakeHost, config: str, runs: list[str]) -> None:
    host.write(foreign_managers.UFW_CONFIG, f"# ENABLED=yes means on\n{config}LOGLEVEL=low\n")
    act(host)
    assert host.ran == runs


@pytest.mark.parametrize("state", ["active enabled", "active disabled", "inactive enabled"])
def test_firewalld_in_use_is_disabled_and_stopped(host: FakeHost, state: str) -> None:
    host.units(firewalld=state)
    act(host)
    assert host.ran == ["systemctl disable --now firewalld.service"]


@pytest.mark.parametrize("state", ["inactive disabled", "inactive masked", "inactive "])
def test_firewalld_out_of_use_is_left_alone(host: FakeHost, state: str) -> None:
    host.units(firewalld=state)
    assert plan(host) == []


def test_nftables_service_is_masked_before_it_is_stopped(host: FakeHost) -> None:
    """Its stop flushes everything unless it is masked; and Docker's tables, of the family ip, stay."""
    host.write(foreign_managers.NFTABLES_CONFIG, FLUSHING)
    host.units(nftables="active enabled")
    act(host)
    assert host.ran == [
        "systemctl mask nftables.service",
        "nft table inet mine; delete table inet mine",
        "systemctl stop nftables.service",
    ]


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (FLUSHING, "inactive disabled"),
        (FLUSHING, "inactive masked"),
        ("# flush ruleset\ntable inet mine {\n}\n", "active enabled"),
    ],
)
def test_nftables_service_that_wipes_nothing_is_left_alone(host: FakeHost, rules: str, state: str) -> None:
    host.write(foreign_managers.NFTABLES_CONFIG, rules)
    host.units(nftables=state)
    assert plan(host) == []


def test_our_own_table_is_never_deleted(host: FakeHost) -> None:
    host.write(foreign_managers.NFTABLES_CONFIG, "flush ruleset\ntable inet slipway {\n}\n")
    host.units(nftables="active enabled")
    act(host)
    assert not any(command.startswith("nft") for command in host.ran)


def test_nothing_gives_way_while_our_table_is_missing(host: FakeHost) -> None:
    del host.answers[OUR_TABLE]
    with pytest.raises(
        SlipwayError, match="the table inet slipway is not loaded, so the other firewalls stay"
    ):
        require_our_table(host)


def run_module(host: FakeHost, monkeypatch: Any, capsys: Any, **settings: bool) -> dict[str, Any]:
    monkeypatch.setattr(foreign_firewall, "Host", lambda: host)
    arguments = {f"_ansible_{name}": value for name, value in settings.items()}
    with patch_module_args(arguments), pytest.raises(SystemExit):
        foreign_firewall.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_module_refuses_to_open_the_host(oracle: FakeHost, monkeypatch: Any, capsys: Any) -> None:
    del oracle.answers[OUR_TABLE]
    result = run_module(oracle, monkeypatch, capsys)
    assert result["msg"] == (
        "the table inet slipway is not loaded, so the other firewalls stay; apply the role firewall first."
    )
    assert oracle.ran == []


def test_module_in_check_mode_tells_and_does_nothing(oracle: FakeHost, monkeypatch: Any, capsys: Any) -> None:
    del oracle.answers[OUR_TABLE]  # as on a fresh host, where nothing has been loaded yet
    before = oracle.read(RULES)
    result = run_module(oracle, monkeypatch, capsys, check_mode=True)
    assert result["changed"] is True
    assert result["gave_way"][0] == RULES
    assert oracle.read(RULES) == before
    assert oracle.ran == []


def test_module_changes_once(oracle: FakeHost, monkeypatch: Any, capsys: Any) -> None:
    assert run_module(oracle, monkeypatch, capsys)["changed"] is True
    for path, family in ((RULES, "iptables"), (RULES6, "ip6tables")):
        oracle.answers[f"{family}-save -t filter"] = oracle.read(path)
    again = run_module(oracle, monkeypatch, capsys)
    assert (again["changed"], again["gave_way"], again["diff"]) == (False, [], [])


def test_a_failing_command_is_told_with_what_it_said() -> None:
    with pytest.raises(SlipwayError, match="false failed: it said nothing"):
        Host().run([str(shutil.which("false"))])
