# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ``ansible-playbook`` on this machine, and the evidence that they leave."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import junitparser
import pytest

from support.sentinels import Sentinels
from support.tools import TOOLS, environment

INVENTORY = """
all:
  hosts:
    app-1: {ansible_connection: local}
    app-2: {ansible_connection: local}
    gone: {ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -F none}
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    app_name: gratonite
    app_version: "{{ ['1', '4', '2'] | join('.') }}"
"""
# A module of the test's own; it says what it is told to say.
OURS = """
    - name: Check
      slipway.deploy.preflight: {roles: [secrets], connect: false}
"""
# Says what it is told to say.
PROVES = """
#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({"evidence": {"type": "raw"}, "fails": {"type": "str"}, "password": {"type": "str"}})
given = module.params
result = {"evidence": given["evidence"], "summary": "1 of 1 probes", "secret": given["password"]}
if given["fails"]:
    module.fail_json(msg=given["fails"], **result)
module.exit_json(changed=True, **result)
"""
GOOD = f"""
- name: Preflight
  hosts: app-1:app-2
  gather_facts: false
  tasks: {OURS}
- name: Smoke
  hosts: app-1
  gather_facts: false
  tasks:
    - name: Probe
      proves:
        password: "{{{{ secret }}}}"
        evidence:
          - {{gate: the API is healthy, passed: true, observed: "200 | ok", secret: "{{{{ secret }}}}"}}
          - {{gate: no verdict, passed: "{{{{ secret }}}}"}}
    - name: Probe and hide
      proves: {{evidence: [{{gate: hidden, passed: true, observed: "{{{{ secret }}}}"}}]}}
      no_log: true
    - name: Probe in a loop
      proves:
        evidence: [{{gate: "gate {{{{ index }}}}", passed: true, observed: seen}}]
      loop: ["{{{{ secret }}}}", "{{{{ secret }}}}"]
      loop_control: {{index_var: index}}
    - name: Say it
      ansible.builtin.debug: {{msg: "{{{{ secret }}}}"}}
- name: Nobody
  hosts: all:!all
"""
BAD = f"""
- name: Smoke
  hosts: all
  gather_facts: false
  tasks: {OURS}
    - name: Reach
      ansible.builtin.ping:
      when: inventory_hostname == 'gone'
    - name: Ignore
      ansible.builtin.command: "false"
      ignore_errors: true
    - block:
        - name: Be rescued
          proves: {{fails: no, evidence: [{{gate: rescued, passed: true, observed: seen}}]}}
      rescue:
        - name: Rescue
          ansible.builtin.command: "true"
    - name: Probe
      proves:
        fails: "It answered * <b>|`x`.\\nhttps://user:{{{{ in_address }}}}@app.example/"
        password: "{{{{ secret }}}}"
        evidence: [{{gate: origins, passed: false, observed: "it answered *"}}]
      when: inventory_hostname == 'app-1'
      vars: {{in_address: "{{{{ secret | urlencode | replace('/', '%2F') }}}}"}}
    - name: Hide
      ansible.builtin.command: "printf %s {{{{ secret }}}} --bad"
      no_log: true
      failed_when: true
      loop: ["{{{{ secret }}}}"]
"""
SLOW = f"""
- name: Host
  hosts: app-1
  gather_facts: false
  tasks: {OURS}
    - name: Change
      ansible.builtin.command: "true"
- name: Slow
  hosts: app-1
  gather_facts: false
  tasks:
    - name: Wait
      ansible.builtin.command: "sh -c 'touch waits; sleep 60'"
      args: {{chdir: "{{{{ playbook_dir }}}}"}}
"""
LEFT_OUT = """
- name: Release
  hosts: app-1
  gather_facts: false
  tasks:
    - name: Release
      ansible.builtin.command: "true"
      when: not ansible_check_mode
"""


class Stage:
    """A folder with an inventory and a secret; runs leave their evidence in ``kept``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = folder / "evidence"
        self.sentinels = Sentinels()
        (folder / "library").mkdir(parents=True)
        (folder / "library" / "proves.py").write_text(PROVES.lstrip())
        (folder / "hosts.yml").write_text(INVENTORY)
        self._secret = {"secret": self.sentinels.plant("secret")}

    def command(self, playbook: str, *options: str, **settings: str) -> dict[str, Any]:
        """Return how to run a playbook by its text, as arguments for subprocess."""
        (self.folder / "site.yml").write_text(playbook)
        extra = ["-i", "hosts.yml", "-e", json.dumps(self._secret), *options]
        enabled = {
            "ANSIBLE_STDOUT_CALLBACK": "slipway.deploy.phases",
            "ANSIBLE_CALLBACKS_ENABLED": "slipway.deploy.evidence",
            "SLIPWAY_EVIDENCE": "on",
            "COLUMNS": "80",
        }
        return {
            "args": [TOOLS / "ansible-playbook", "site.yml", *extra],
            "cwd": self.folder,
            "env": environment(**{**enabled, **settings}),
        }

    def play(self, playbook: str, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a playbook by its text."""
        command = self.command(playbook, *options, **settings)
        return subprocess.run(**command, capture_output=True, text=True, timeout=120, check=False)

    def evidence(self) -> dict[str, Any]:
        """Return the evidence of the only run; all its files are whole and without the secret."""
        (folder,) = self.kept.iterdir()
        assert self.sentinels.found_below(self.kept) == []
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True)
        names = sorted(path.name for path in folder.iterdir())
        assert names == ["SHA256SUMS", "evidence.json", "index.html", "junit.xml", "summary.md"]
        told: dict[str, Any] = json.loads((folder / "evidence.json").read_text())
        return told

    def file(self, name: str) -> str:
        """Return a file of the only run."""
        (folder,) = self.kept.iterdir()
        return (folder / name).read_text()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "staging")


def cases(stage: Stage) -> dict[str, list[tuple[str, str]]]:
    """Return of each test in junit.xml what became of it and what it says."""
    (folder,) = stage.kept.iterdir()
    return {
        f"{case.classname}: {case.name}": [
            (type(result).__name__, result.message or "") for result in case.result
        ]
        for suite in junitparser.JUnitXml.fromfile(str(folder / "junit.xml"))
        for case in suite
    }


def test_a_good_run_leaves_its_gates_and_phases(stage: Stage) -> None:
    run = stage.play(GOOD)
    assert run.returncode == 0, run.stdout
    told = stage.evidence()
    assert told.pop("seconds") > 0
    started = told.pop("started")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", started)
    seconds = [phase.pop("seconds") for phase in told["phases"]]
    assert all(isinstance(number, float) for number in seconds)
    gates = [
        {"gate": gate, "host": "app-1", "passed": True, "observed": observed}
        for gate, observed in (("the API is healthy", "200 | ok"), ("gate 0", "seen"), ("gate 1", "seen"))
    ]
    passed = {"outcome": "passed", "failures": []}
    assert told == {
        "schema": 1,
        "environment": "staging",
        "app": {"name": "gratonite", "version": "1.4.2"},
        "playbook": "site",
        "plan": False,
        "outcome": "passed",
        "hosts": [
            {"name": "app-1", "changed": 3, "failed": False},
            {"name": "app-2", "changed": 0, "failed": False},
        ],
        "phases": [
            {"name": "preflight", "changed": 0, "summary": "1 check", "gates": [], **passed},
            {"name": "smoke", "changed": 3, "summary": "1 of 1 probes", "gates": gates, **passed},
            {
                "name": "nobody",
                "changed": 0,
                "summary": "no host matches",
                "gates": [],
                "failures": [],
                "outcome": "skipped",
            },
        ],
    }
    (folder,) = stage.kept.iterdir()
    assert folder.name == f"{started.replace(':', '-')}-staging-1.4.2"
    assert run.stdout.splitlines()[-1] == f"  evidence               evidence/{folder.name}/index.html"
    assert cases(stage) == {
        "preflight: phase": [],
        "smoke: phase": [],
        "smoke: the API is healthy (app-1)": [],
        "smoke: gate 0 (app-1)": [],
        "smoke: gate 1 (app-1)": [],
        "nobody: phase": [("Skipped", "no host matches")],
    }
    assert "| the API is healthy | yes | 200 \\| ok |" in stage.file("summary.md").splitlines()


def test_a_failed_run_says_what_failed_in_the_words_of_the_screen(stage: Stage) -> None:
    run = stage.play(BAD)
    assert run.returncode == 4, run.stdout
    told = stage.evidence()
    assert (told["outcome"], told["plan"]) == ("failed", False)
    assert [(host["name"], host["failed"]) for host in told["hosts"]] == [
        ("app-1", True),
        ("app-2", True),
        ("gone", True),
    ]
    (phase,) = told["phases"]
    assert (phase["outcome"], phase["summary"]) == ("failed", "1 of 1 probes")
    assert sorted({(gate["gate"], gate["passed"]) for gate in phase["gates"]}) == [
        ("origins", False),
        ("rescued", True),
    ]
    failures = {failure["task"]: failure for failure in phase["failures"]}
    assert list(failures) == ["Reach", "Probe", "Hide"]
    assert failures["Reach"]["unreachable"]
    assert failures["Probe"] == {
        "task": "Probe",
        "hosts": ["app-1"],
        "unreachable": False,
        "message": "It answered * <b>|`x`.\nhttps://********@app.example/",
    }
    assert failures["Hide"]["message"] == "What it said is hidden, since the task is marked no_log."
    found = cases(stage)
    assert [kind for kind, _unused in found["smoke: phase"]] == ["Failure"] * 3
    assert found["smoke: origins (app-1)"] == [("Failure", "it answered *")]
    page = stage.file("index.html")
    assert "It answered * &lt;b&gt;|`x`." in page
    assert "**Failed: Probe on app-1** (in smoke)" in stage.file("summary.md")
    assert "index.html" in run.stdout.splitlines()[-1]


@pytest.mark.parametrize("verbosity", ["", "-v"])
def test_an_interrupted_run_says_where_it_was(stage: Stage, verbosity: str) -> None:
    command = stage.command(SLOW, *filter(None, [verbosity]))
    with subprocess.Popen(
        **command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            while not (stage.folder / "waits").exists():
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)
            output = process.communicate(timeout=60)[0]
        finally:
            process.kill()
    told = stage.evidence()
    assert told["outcome"] == "interrupted"
    assert [(phase["name"], phase["outcome"], phase["summary"]) for phase in told["phases"]] == [
        ("host", "passed", "1 check"),
        ("slow", "interrupted", "stopped at Wait on app-1"),
    ]
    assert told["hosts"] == [{"name": "app-1", "changed": 1, "failed": False}]
    assert cases(stage)["slow: phase"] == [("Error", "stopped at Wait on app-1")]
    assert re.fullmatch(r"  evidence +evidence/\S+/index.html", output.splitlines()[-1])


def test_what_was_left_out_is_skipped_and_not_passed(stage: Stage) -> None:
    assert stage.play(f"{SLOW.partition('- name: Slow')[0]}{LEFT_OUT}", "--check").returncode == 0
    outcomes = {phase["name"]: phase["outcome"] for phase in stage.evidence()["phases"]}
    assert outcomes == {"host": "passed", "release": "skipped"}
    assert cases(stage)["release: phase"] == [("Skipped", "left out of the plan")]


def test_a_plan_is_evidence_of_what_would_be_done(stage: Stage) -> None:
    playbook = SLOW.replace('command: "true"', "file: {path: new, state: touch}")
    assert stage.play(playbook, "--check").returncode == 0
    told = stage.evidence()
    assert (told["plan"], told["outcome"]) == (True, "passed")
    assert told["hosts"] == [{"name": "app-1", "changed": 1, "failed": False}]
    assert "Plan" in stage.file("index.html")


@pytest.mark.parametrize(
    ("playbook", "settings"),
    [(GOOD, {"SLIPWAY_EVIDENCE": "off"}), (GOOD.replace(OURS, "[]"), {})],
    ids=["switched off", "without a task of ours"],
)
def test_runs_that_leave_nothing(stage: Stage, playbook: str, settings: dict[str, str]) -> None:
    run = stage.play(playbook, **settings)
    assert run.returncode == 0, run.stdout
    assert not stage.kept.exists()
    assert "evidence" not in run.stdout


def test_a_controller_that_cannot_write_is_warned_and_goes_on(stage: Stage) -> None:
    run = stage.play(GOOD, SLIPWAY_EVIDENCE_DIRECTORY="/proc/evidence")
    assert run.returncode == 0
    assert "no evidence was written (No such file or directory: /proc/evidence)" in run.stderr
    assert run.stdout.splitlines()[-1].startswith("  hosts")


def test_runs_do_not_overwrite_each_other_and_find_the_version(stage: Stage) -> None:
    for version in ("2.0/../../x", "2.0/../../x", "{{ nobody_defined_this }}"):
        assert stage.play(SLOW.partition("- name: Slow")[0], "-e", f"app_version='{version}'").returncode == 0
    names = sorted(re.sub(r"^[\dT:-]+Z", "", path.name) for path in stage.kept.iterdir())
    assert [re.sub(r"-2$", "", name) for name in names] == ["-staging", *["-staging-2.0_.._.._x"] * 2]


class References(HTMLParser):
    """What a page would load, and whether what it opens it closes."""

    VOID = ("meta", "link", "img", "br")

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [f"{tag} {name}" for name, _unused in attrs if name in ("src", "href", "data")]
        if tag in ("script", "link", "iframe", "img"):
            self.loaded.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_loads_nothing_and_is_well_formed(stage: Stage) -> None:
    stage.play(BAD)
    page = stage.file("index.html")
    references = References()
    references.feed(page)
    references.close()
    assert (references.loaded, references.open) == ([], [])
    assert "url(" not in page
    assert "@import" not in page
