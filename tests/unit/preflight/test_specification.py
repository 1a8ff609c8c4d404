# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up role: what its argument specification refuses, and how the sentence reads and where it points."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.action import preflight
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.given import Given
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.problem import Problem
from ansible_collections.slipway.deploy.plugins.plugin_utils import _role_defaults
from support.preflight import Bench

SPECIFICATION = """
argument_specs:
  main:
    options:
      boat_name: {type: str, required: true}
      boat_length: {type: int, default: 9}
      boat_sails: {type: list, elements: str, default: []}
      boat_afloat: {type: bool, default: true}
      boat_speed: {type: float}
      boat_tank: {type: bytes, default: 40M}
      boat_colour: {type: str, choices: [red, green], default: red}
      boat_flag: {type: str, default: GB}
      boat_note: {type: str, default: ""}
      boat_key: {type: str, no_log: true}
      boat_engine: {type: dict}
      boat_crew:
        type: list
        elements: dict
        default: []
        options:
          name: {type: str, required: true}
          age: {type: int}
          captain: {type: bool, default: false}
          pin: {type: int, no_log: true}
"""
DEFAULTS = """
boat_length: 9
boat_sails: []
boat_afloat: true
boat_tank: 40M
boat_colour: red
boat_flag: "{{ 'GB' }}"
boat_note: ""
boat_crew: []
"""
PLACE = "inventory/group_vars/all.yml"

# id: (variables, the whole message)
REFUSED = {
    "missing": ("boat_length: 3", "boat_name (not set): needs a value; set it below inventory/group_vars."),
    "empty required": ('boat_name: ""', f"boat_name ({PLACE}:1): is empty; give it a value."),
    "empty with default": (
        'boat_name: x\nboat_flag: ""',
        f"boat_flag ({PLACE}:2): is empty; give it a value, or remove it to have the default 'GB'.",
    ),
    "nothing after the colon": (
        "boat_name: x\nboat_sails:",
        f"boat_sails (first set in {PLACE}:2): is empty; "
        "give it a value, or remove it to have the default [].",
    ),
    "text for int": (
        "boat_name: x\nboat_length: long",
        f"boat_length ({PLACE}:2): 'long' is no whole number; write digits only, like 22.",
    ),
    "bool for int": (
        "boat_name: x\nboat_length: true",
        f"boat_length (first set in {PLACE}:2): true is no whole number; write digits only, like 22.",
    ),
    "fraction for int": (
        "boat_name: x\nboat_length: 1.5",
        f"boat_length ({PLACE}:2): 1.5 is no whole number; write digits only, like 22.",
    ),
    "text for float": (
        "boat_name: x\nboat_speed: fast",
        f"boat_speed ({PLACE}:2): 'fast' is no number; write it like 0.5.",
    ),
    "text for bool": (
        "boat_name: x\nboat_afloat: perhaps",
        f"boat_afloat ({PLACE}:2): 'perhaps' is neither true nor false; write true or false.",
    ),
    "no size": (
        "boat_name: x\nboat_tank: full",
        f"boat_tank ({PLACE}:2): 'full' is no size; write it like 512M or 2G.",
    ),
    "text for list": (
        "boat_name: x\nboat_sails: jib, main",
        f"boat_sails ({PLACE}:2): 'jib, main' is no list; write each item on a line after \"- \".",
    ),
    "text for dict": (
        "boat_name: x\nboat_engine: diesel",
        f"boat_engine ({PLACE}:2): 'diesel' is no dictionary; write \"key: value\" lines.",
    ),
    "list for text": ("boat_name: [x]", f"boat_name ({PLACE}:1): is a list; write one value."),
    "dict for int": (
        "boat_name: x\nboat_length: {a: 1}",
        f"boat_length ({PLACE}:2): is a dictionary; write one value.",
    ),
    "bool for text": (
        "boat_name: true",
        f"boat_name (first set in {PLACE}:1): true is no text; put it in quotes.",
    ),
    "near choice": (
        "boat_name: x\nboat_colour: gren",
        f"boat_colour ({PLACE}:2): 'gren' is none of red, green; did you mean 'green'?",
    ),
    "far choice": (
        "boat_name: x\nboat_colour: pink",
        f"boat_colour ({PLACE}:2): 'pink' is none of red, green; write red or green.",
    ),
    "empty item": (
        "boat_name: x\nboat_sails:\n  - jib\n  - ''",
        f"boat_sails[1] ({PLACE}:4): is empty; give it a value or remove it.",
    ),
    "wrong item": (
        "boat_name: x\nboat_sails:\n  - jib\n  - {a: 1}",
        f"boat_sails[1] ({PLACE}:4): is a dictionary; write one value.",
    ),
    "missing key": (
        "boat_name: x\nboat_crew:\n  - name: ann\n  - age: 7",
        f"boat_crew[1].name ({PLACE}:4): is missing; add it.",
    ),
    "unknown key": (
        "boat_name: x\nboat_crew:\n  - name: ann\n    agee: 7",
        f"boat_crew[0].agee ({PLACE}:4): is no key here; did you mean 'age'?",
    ),
    "far key": (
        "boat_name: x\nboat_crew:\n  - name: ann\n    rope: 7",
        f"boat_crew[0].rope ({PLACE}:4): is no key here; its keys are name, age, captain, pin.",
    ),
    "bool inside": (
        "boat_name: x\nboat_crew:\n  - name: ann\n    age: true",
        f"boat_crew[0].age ({PLACE}:4): true is no whole number; write digits only, like 22.",
    ),
    "unknown variable": (
        "boat_name: x\nboat_sail: [jib]",
        f"boat_sail ({PLACE}:2): is no variable of the role boat; did you mean 'boat_sails'?",
    ),
    "far variable": (
        "boat_name: x\nboat_zzzzzzzzzzzz: 1",
        f"boat_zzzzzzzzzzzz ({PLACE}:2): is no variable of the role boat; "
        "the README of roles/boat lists its variables.",
    ),
    "undefined inside": (
        'other: 1\nboat_name: x\nboat_crew:\n  - name: "{{ othr }}"',
        f"boat_crew[0].name ({PLACE}:4): refers to the variable 'othr', which is not defined; "
        "did you mean 'other'?",
    ),
    "undefined and nothing near": (
        'boat_name: "the {{ qqqqqqqqqq }}"',
        f"boat_name ({PLACE}:1): refers to the variable 'qqqqqqqqqq', which is not defined; "
        "define it or write the value itself.",
    ),
    "broken template": (
        'boat_name: "{{ 1 | hoist }}"',
        f"boat_name ({PLACE}:1): cannot be rendered (Syntax error in template: No filter named 'hoist'); "
        "correct the expression.",
    ),
    "where the value really stands": (
        'sails:\n  - jib\n  - ""\nboat_name: x\nboat_sails: "{{ sails }}"',
        f"boat_sails[1] ({PLACE}:3): is empty; give it a value or remove it.",
    ),
    "secret item": (
        "boat_name: x\nboat_crew:\n  - name: ann\n    pin: topsecret",
        f"boat_crew[0].pin ({PLACE}:4): the secret value is no whole number; write digits only, like 22.",
    ),
}

ACCEPTED = {
    "least": "boat_name: x",
    "number as text": "boat_name: 7\nboat_length: '12'",
    "optional left empty": "boat_name: x\nboat_note: ''\nboat_key:\nboat_engine:",
    "rendered": 'boat_name: "{{ inventory_hostname }}"\nboat_length: "{{ 3 + 4 }}"',
    "everything": "boat_name: x\nboat_crew:\n  - {name: ann, age: 40, captain: yes, pin: 1}\nboat_tank: 1G",
    "the variable of a role with a longer name": "boat_name: x\nboat_house_door: shut",
}


@pytest.fixture
def boat(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A collection with the roles ``boat`` and ``boat_house``, neither of which checks beyond its types."""
    roles = tmp_path / "roles"
    for name in ("boat", "boat_house"):
        (roles / name / "meta").mkdir(parents=True)
        (roles / name / "meta" / "argument_specs.yml").write_text("argument_specs: {main: {}}")
    (roles / "boat" / "meta" / "argument_specs.yml").write_text(SPECIFICATION)
    (roles / "boat" / "defaults").mkdir()
    (roles / "boat" / "defaults" / "main.yml").write_text(DEFAULTS)
    monkeypatch.setattr(_role_defaults, "ROLES", roles)
    return bench


@pytest.mark.parametrize(("variables", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_with_one_sentence(boat: Bench, variables: str, message: str) -> None:
    boat.write(variables)
    result = boat.preflight("boat")
    assert result["msg"] == message
    assert result["failed"]
    assert not result["changed"]


@pytest.mark.parametrize("variables", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(boat: Bench, variables: str) -> None:
    boat.write(variables)
    result = boat.preflight("slipway.deploy.boat")
    assert "failed" not in result, result["msg"]
    assert not result["changed"]
    assert result["checks"] >= len(DEFAULTS.split("\n"))


def test_all_problems_at_once_under_a_count(boat: Bench) -> None:
    boat.write("boat_length: long\nboat_sail: 1")
    assert boat.preflight("boat")["msg"].splitlines() == [
        "3 problems to mend first:",
        "boat_name (not set): needs a value; set it below inventory/group_vars.",
        f"boat_length ({PLACE}:1): 'long' is no whole number; write digits only, like 22.",
        f"boat_sail ({PLACE}:2): is no variable of the role boat; did you mean 'boat_sails'?",
    ]


def test_an_unknown_role_is_named(boat: Bench) -> None:
    boat.write("a: 1")
    assert boat.preflight("barge")["msg"] == (
        "this collection has no role 'barge' with an argument specification; it has boat, boat_house."
    )


def test_the_host_is_asked_once_and_only_when_a_check_wants_it(
    boat: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    boat.write("boat_name: x")
    boat.preflight("boat")
    assert boat.questions == 0

    def check(given: Given) -> Iterator[Problem]:
        assert given.host is not None
        yield Problem("boat_name", f"does not suit {given.host.distribution} for {given.client_address}")

    monkeypatch.setattr(preflight, "check_of", lambda role: check)
    message = boat.preflight("boat", "boat_house")["msg"]
    assert f"boat_name ({PLACE}:1): does not suit debian for 203.0.113.7." in message
    assert boat.questions == 1


def test_without_connect_the_host_is_not_asked(boat: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    boat.write("boat_name: x")
    seen = []
    monkeypatch.setattr(
        preflight,
        "check_of",
        lambda role: lambda given: seen.append((given.host, given.client_address)) or (),
    )
    boat.preflight("boat", connect=False)
    assert seen == [(None, None)]
    assert boat.questions == 0


def test_a_check_sees_defaults_and_types_and_does_not_repeat_what_the_types_said(
    boat: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    boat.write("boat_name: 7\nboat_length: long\nboat_speed: '2.5'\nboat_key:\nboat_tank: full")
    seen = {}

    def check(given: Given) -> Iterator[Problem]:
        seen.update(
            name=given.str("boat_name"),
            length=given.int("boat_length"),
            tank=given.int("boat_tank"),
            speed=given.get("boat_speed"),
            flag=given.str("boat_flag"),
            key=given.str("boat_key"),
            crew=given.list("boat_crew"),
            engine=given.dict("boat_engine"),
            afloat=given.bool("boat_afloat"),
        )
        yield Problem("boat_length", "said twice")
        yield Problem("boat_flag", "is no flag", "write GB")

    monkeypatch.setattr(preflight, "check_of", lambda role: check)
    lines = boat.preflight("boat")["msg"].splitlines()
    assert seen == {
        "name": "7",
        "length": 9,
        "tank": 40 * 1024 * 1024,
        "speed": 2.5,
        "flag": "GB",
        "key": "",
        "crew": [],
        "engine": {},
        "afloat": True,
    }
    assert lines == [
        "3 problems to mend first:",
        f"boat_length ({PLACE}:2): 'long' is no whole number; write digits only, like 22.",
        f"boat_tank ({PLACE}:5): 'full' is no size; write it like 512M or 2G.",
        "boat_flag (default of the role): is no flag; write GB.",
    ]


def test_a_check_that_raises_becomes_a_problem(boat: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    boat.write("boat_name: x")

    def check(given: Given) -> Iterator[Problem]:
        yield Problem("boat_name", "is dull", "write Argo")
        raise SlipwayError("the harbour is closed", "wait")

    monkeypatch.setattr(preflight, "check_of", lambda role: check)
    assert boat.preflight("boat")["msg"].splitlines()[1:] == [
        f"boat_name ({PLACE}:1): is dull; write Argo.",
        "role boat: the harbour is closed; wait.",
    ]


def test_a_host_that_answers_nonsense_is_named(boat: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    boat.write("boat_name: x")
    boat.host_answer = "Welcome!\n"
    monkeypatch.setattr(preflight, "check_of", lambda role: lambda given: [given.host][:0])
    assert boat.preflight("boat")["msg"] == (
        "role boat: the host answers preflight's question incompletely ('os_ID'); "
        "check that it is a Debian or Ubuntu host and that its login shell prints nothing of its own."
    )


def test_a_password_in_an_address_never_leaves(boat: Bench) -> None:
    boat.write("boat_name: x\nboat_sails: https://ann:Sentinel-4711@mirror.example.org")
    assert "'https://********@mirror.example.org' is no list" in boat.preflight("boat")["msg"]


@pytest.mark.parametrize("secret", ["Sentinel-4711", 'it\'s "quoted"\\n'])
def test_a_secret_never_leaves_even_when_a_check_says_it(
    boat: Bench, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    boat.write(
        f"boat_name: x\npassword: {json.dumps(secret)}\n"
        'boat_key: "a {{ password }}"\nboat_length: "{{ boat_key }}"'
    )
    monkeypatch.setattr(
        preflight,
        "check_of",
        lambda role: lambda given: [Problem("boat_key", f"{given.str('boat_key')!r} leaks")],
    )
    message = boat.preflight("boat")["msg"]
    assert "'********' leaks" in message
    assert "'********' is no whole number" in message
    assert "4711" not in message
    assert "quoted" not in message
