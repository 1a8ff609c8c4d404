# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback under ``ansible-playbook`` on this machine, line by line."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.tools import TOOLS, environment

SECRET = "S3NTINEL"  # noqa: S105  # what must not be seen

INVENTORY = """
all:
  hosts:
    app-1: {ansible_connection: local}
    app-2: {ansible_connection: local}
    gone: {ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -F none}
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
"""

GOOD = """
- name: Preflight
  hosts: app-1:app-2
  gather_facts: false
  tasks:
    - name: Say how to go on
      ansible.builtin.debug: {msg: "open https://app.example\\nand look"}
    - name: Be ignored
      ansible.builtin.command: "false"
      ignore_errors: true
    - name: Never mind who is away
      ansible.builtin.ping:
      when: false
    - name: Take care of failures
      block:
        - name: Include what fails
          ansible.builtin.include_tasks: fails.yml
      rescue:
        - name: Rescue
          ansible.builtin.command: "true"
      always:
        - name: Ask the controller
          ansible.builtin.ping:
          delegate_to: localhost
          run_once: true
- name: Host
  hosts: app-1:app-2
  gather_facts: false
  serial: 1
  tasks:
    - name: Write
      ansible.builtin.copy:
        content: "one\\n"
        dest: "{{ playbook_dir }}/{{ inventory_hostname }}"
        mode: "0644"
      notify: Reload
  handlers:
    - name: Reload
      ansible.builtin.command: "true"
- name: Nobody
  hosts: all:!all
- name: Sum up
  hosts: app-1:app-2
  gather_facts: false
  strategy: free
  tasks:
    - name: Sum up
      ansible.builtin.command: printf '{}'
      changed_when: false
    - name: Return a summary
      sums_up:
"""
SUMS_UP = """
#!/usr/bin/python
import json
print(json.dumps({"changed": True, "summary": "17 of 17 probes"}))
"""

BAD = """
- name: Host
  hosts: all
  gather_facts: false
  tasks:
    - name: Reach
      ansible.builtin.ping:
      when: inventory_hostname == 'gone'
    - name: Refuse on {{ inventory_hostname }}
      ansible.builtin.fail: {msg: "The disk is full; make room.\\n/dev/vda1 has 0 bytes."}
      when: inventory_hostname == 'app-1'
    - name: Hide
      ansible.builtin.command: printf S3NTINEL --bad
      no_log: true
      failed_when: true
- name: Never
  hosts: app-1
  gather_facts: false
"""
LOOP = """
- name: Loop
  hosts: all
  gather_facts: false
  tasks:
    - &loop
      name: Add users
      ansible.builtin.fail: {msg: "There is no group for {{ item.name }}."}
      when: item.name != "anna" and inventory_hostname != "gone"
      loop:
        - {name: anna, password: S3NTINEL}
        - {name: ben, password: S3NTINEL}
        - {name: cleo, password: S3NTINEL}
- name: Label
  hosts: gone
  gather_facts: false
  connection: local
  tasks:
    - <<: *loop
      when: item.name == "ben"
      loop_control: {label: "{{ item.name }}"}
"""
SLOW = """
- name: Slow
  hosts: app-1
  gather_facts: false
  tasks:
    - name: Take {{ seconds }} seconds
      ansible.builtin.command: "sleep {{ seconds }}"
      changed_when: false
"""
CHANGE = """
- name: Host
  hosts: app-1
  gather_facts: false
  tasks:
    - name: Change
      ansible.builtin.command: "true"
"""
# Says something by itself, past the callback.
PAUSE = """
    - name: Pause
      ansible.builtin.pause: {seconds: 1}
"""

Play = Callable[..., tuple[int, list[str]]]


def without_times(output: str) -> list[str]:
    """Return the lines with every number of seconds as ``T``, in the same columns."""
    return re.sub(r" +\d+\.\d(?= s )", lambda time: "T".rjust(len(time[0])), output).splitlines()


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return how to run a playbook by its text, as arguments for subprocess."""
    folder = tmp_path / "staging"
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "sums_up.py").write_text(SUMS_UP.lstrip())
    (folder / "hosts.yml").write_text(INVENTORY)
    (folder / "fails.yml").write_text("- name: Fail\n  ansible.builtin.fail:\n")

    def arguments(playbook: str, *options: str) -> dict[str, Any]:
        (folder / "play.yml").write_text(playbook)
        return {
            "args": [TOOLS / "ansible-playbook", "-i", "hosts.yml", "play.yml", *options],
            "cwd": folder,
            "env": environment(ANSIBLE_STDOUT_CALLBACK="slipway.deploy.phases", TERM="xterm", COLUMNS="80"),
        }

    return arguments


@pytest.fixture
def play(command: Callable[..., dict[str, Any]]) -> Play:
    """Return a function that runs a playbook without a terminal; it gives exit code and lines."""

    def run(playbook: str, *options: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            **command(playbook, *options), capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, without_times(done.stdout)

    return run


def test_a_good_run(play: Play) -> None:
    assert play(GOOD) == (
        0,
        [
            "staging · app-1, app-2",
            "",
            "  preflight        T s   4 changes",
            "                         open https://app.example",
            "                         and look",
            "  host             T s   4 changes",
            "  nobody           T s   no host matches",
            "  sum up           T s   17 of 17 probes",
            "",
            "  total            T s   10 changes on 2 hosts",
            "  hosts                  app-1 changed=5, app-2 changed=5",
        ],
    )


def test_each_of_several_playbooks_counts_its_own_changes(play: Play) -> None:
    code, lines = play(CHANGE, "play.yml")
    assert code == 0
    totals = [line.split("  ")[-1].strip() for line in lines if line.startswith(("  total", "  hosts"))]
    assert totals == ["1 change on 1 host", "app-1 changed=1"] * 2


def test_a_plan_shows_the_differences_below_their_phase(play: Play) -> None:
    code, lines = play(GOOD, "--check", "--diff", "--limit", "app-1")
    assert code == 0
    assert lines[0] == "staging · plan · app-1"
    host = lines.index("  host             T s   1 would change")
    assert lines[host + 1] == "    Write on app-1"
    assert lines[host + 2].startswith("--- before")
    assert lines[host + 3].startswith("+++ after: ")
    assert lines[host + 5 : host + 7] == ["+one", ""]
    assert lines[-2] == "  total            T s   2 would change on 1 host"


def test_failures_by_their_sentence_and_without_secrets(play: Play) -> None:
    code, lines = play(BAD)
    assert code == 4
    assert lines.pop(3).endswith("port 1: Connection refused")
    assert lines == [
        "staging · app-1, app-2, gone",
        "",
        "  host             T s   unreachable: gone at Reach",
        "                         Nothing listens there: see that ansible_port is where its SSH server "
        "listens.",
        "                         failed: Refuse on app-1 on app-1",
        "                         The disk is full; make room.",
        "                         /dev/vda1 has 0 bytes.",
        "                         failed: Hide on app-2",
        "                         What it said is hidden, since the task is marked no_log.",
        "",
        "  total            T s   failed on app-1, app-2, gone; nothing changed; "
        "-v shows everything that was said",
        "  hosts                  app-1 changed=0, app-2 changed=0, gone changed=0",
    ]


def test_a_loop_says_what_its_items_said_and_names_them_by_their_label_alone(play: Play) -> None:
    code, lines = play(LOOP)
    assert code == 2
    assert lines[2:7] == [
        "  loop             T s   failed: Add users on app-1, app-2",
        "                         There is no group for ben.",
        "                         There is no group for cleo.",
        "  label            T s   failed: Add users on gone",
        "                         ben: There is no group for ben.",
    ]
    assert SECRET not in "\n".join(lines)


def test_verbosity_gives_ansibles_own_output(play: Play) -> None:
    code, lines = play(SLOW, "-v", "-e", "seconds=0")
    assert code == 0
    assert any(line.startswith("TASK [Take 0 seconds]") for line in lines)
    assert any(re.match(r"app-1 +: ok=1 ", line) for line in lines)


@pytest.mark.slow
def test_what_takes_long_is_named_while_it_runs(play: Play) -> None:
    code, lines = play(SLOW, "-e", "seconds=17")
    assert code == 0
    assert lines[2:4] == [
        "  slow             T s   waits 15 s for Take 17 seconds on app-1",
        "  slow             T s   nothing changed",
    ]


def test_a_terminal_sees_what_runs_and_keeps_the_lines_of_a_log(
    command: Callable[..., dict[str, Any]],
) -> None:
    ours, theirs = pty.openpty()
    run = command(SLOW + PAUSE, "-e", "seconds=2")
    with subprocess.Popen(
        **run, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 4096):
                written += part
        except OSError:  # Linux: the other end was closed
            pass
        os.close(ours)
    assert process.wait(60) == 0
    output = written.decode().replace("\r\n", "\n")
    drawn = re.findall(r"\r\x1b\[K([^\r\n]+)", output)
    assert any(re.match(r"  slow +\d\.\d s   Take 2 seconds on app-1$", line) for line in drawn), drawn
    kept = re.sub(r"\r\x1b\[K[^\r\n]*(?=\r\x1b\[K)", "", output).replace("\r\x1b[K", "")
    assert without_times(kept) == [
        "staging · app-1",
        "",
        "Pausing for 1 seconds",
        "  slow             T s   nothing changed",
        "",
        "  total            T s   nothing changed",
        "  hosts                  app-1 changed=0",
    ]
