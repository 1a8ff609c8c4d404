# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook on an environment of this machine: what is generated, what is kept, and who sees it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.collection import CHECKOUT
from support.sentinels import Sentinels
from support.tools import TOOLS, environment

NAMES = ["postgres_password", "redis_password", "encryption_key"]
WANTED = {
    "app_backing": ["postgres", "redis", "livekit"],
    "secrets_generated": {"encryption_key": {"bytes": 24, "encoding": "base64"}},
}
VAULT = ("--vault-password-file", "vault")


class Environment:
    """The inventory ``staging`` with the hosts app-1 and app-2, both on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inventory = folder / "staging"
        self.variables = self.inventory / "group_vars" / "all"
        self.file = self.variables / "generated_secrets.yml"
        self.variables.mkdir(parents=True)
        self.write_hosts("{}", "{}")
        (folder / "vault").write_text("sesame\n")

    def write_hosts(self, first: str, second: str) -> None:
        """Have two hosts with these variables, YAML in one line."""
        (self.inventory / "hosts.yml").write_text(
            f"all:\n  hosts:\n    app-1: {first}\n    app-2: {second}\n"
            "  vars:\n    ansible_connection: local\n"
            "    ansible_python_interpreter: '{{ ansible_playbook_python }}'\n"
        )

    def write(self, **variables: Any) -> None:
        """Have these variables in the inventory."""
        (self.variables / "main.yml").write_text(yaml.safe_dump(variables))

    def play(self, names: list[str], *options: str) -> subprocess.CompletedProcess[str]:
        """Run the playbook, then have each host write its values of these variables."""
        values = ", ".join(f'{name}: "{{{{ {name} }}}}"' for name in names)
        playbook = f"""
- ansible.builtin.import_playbook: {CHECKOUT}/playbooks/secrets.yml
- name: Use
  hosts: all
  gather_facts: false
  tasks:
    - name: Write what this host has
      ansible.builtin.copy:
        content: "{{{{ has | to_json }}}}"
        dest: "{{{{ playbook_dir }}}}/{{{{ inventory_hostname }}}}.json"
        mode: "0600"
      vars:
        has: {{{values}}}
      check_mode: false
      no_log: true
"""
        (self.folder / "play.yml").write_text(playbook)
        command = [TOOLS / "ansible-playbook", "play.yml", "-i", "staging", *options]
        variables = environment(ANSIBLE_STDOUT_CALLBACK="slipway.deploy.phases", ANSIBLE_NOCOWS="1")
        return subprocess.run(
            command, cwd=self.folder, env=variables, capture_output=True, text=True, timeout=120, check=False
        )

    def of(self, host: str) -> Mapping[str, str]:
        """Return the values that a host had in the last run."""
        values: dict[str, str] = yaml.safe_load((self.folder / f"{host}.json").read_text())
        return values


@pytest.fixture
def staging(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


def test_what_nobody_set_is_generated_once_and_kept(staging: Environment) -> None:
    staging.write(**WANTED)
    first = staging.play(NAMES, "-vvv", "--diff")
    assert first.returncode == 0, first.stdout
    made = dict(staging.of("app-1"))
    assert staging.of("app-2") == made == yaml.safe_load(staging.file.read_text())
    assert [len(made[name]) for name in NAMES] == [64, 64, 32]
    assert staging.file.stat().st_mode & 0o777 == 0o600
    assert "keep it out of version control" in staging.file.read_text()
    sentinels = Sentinels()
    for name, value in made.items():
        sentinels.watch(name, value)
    assert sentinels.found_in(first.stdout + first.stderr) == []
    assert "+postgres_password\n" in first.stdout

    written = staging.file.read_bytes()
    second = staging.play(NAMES)
    assert second.stdout.splitlines()[2].endswith("s   3 kept")
    assert staging.of("app-2") == made
    assert staging.file.read_bytes() == written


def test_a_plan_has_placeholders_and_writes_nothing(staging: Environment) -> None:
    staging.write(**WANTED)
    run = staging.play(NAMES, "--check")
    assert "3 would be made in staging/group_vars/all/generated_secrets.yml" in run.stdout, run.stdout
    assert not staging.file.exists()
    placeholders = dict(staging.of("app-1"))
    assert [len(placeholders[name]) for name in NAMES] == [64, 64, 32]
    staging.play(NAMES)
    assert not set(placeholders.values()) & set(staging.of("app-1").values())


def test_what_is_set_anywhere_is_never_generated(staging: Environment) -> None:
    staging.write(
        **WANTED, encryption_key="{{ lookup('ansible.builtin.env', 'NOWHERE', default='looked up') }}"
    )
    staging.write_hosts("{redis_password: own}", "{}")
    run = staging.play(NAMES, "-e", "postgres_password=said")
    assert "1 made" in run.stdout, run.stdout
    generated = yaml.safe_load(staging.file.read_text())
    assert [staging.of("app-1")[name] for name in NAMES] == ["said", "own", "looked up"]
    assert [staging.of("app-2")[name] for name in NAMES] == ["said", generated["redis_password"], "looked up"]
    assert list(generated) == ["redis_password"]


def test_the_file_is_encrypted_with_the_vaults_password(staging: Environment) -> None:
    staging.write(**WANTED)
    staging.write_hosts("{server_provider: hetzner}", "{}")
    assert staging.play(NAMES, *VAULT).returncode == 0
    made = dict(staging.of("app-2"))
    assert staging.file.read_bytes().startswith(b"$ANSIBLE_VAULT;1.1;AES256\n")
    # A person adds one, then another service needs its own.
    viewed = vault(staging, "view")
    assert yaml.safe_load(viewed) == made
    staging.file.write_text(f"{viewed}# by hand\nmine: !!str 42")
    vault(staging, "encrypt")
    staging.write(**{**WANTED, "app_backing": ["postgres", "redis", "object_storage"]})
    assert staging.play([*NAMES, "object_storage_secret_key"], *VAULT).returncode == 0
    assert staging.of("app-1")["object_storage_secret_key"]
    text = vault(staging, "view")
    assert text.startswith(f"{viewed}# by hand\nmine: !!str 42\nobject_storage_access_key_id: ")
    assert yaml.safe_load(text) == {
        **made,
        "mine": "42",
        "object_storage_access_key_id": yaml.safe_load(text)["object_storage_access_key_id"],
        "object_storage_secret_key": staging.of("app-2")["object_storage_secret_key"],
    }


def test_a_plain_file_is_encrypted_once_there_is_a_password(staging: Environment) -> None:
    staging.write(**WANTED)
    staging.play(NAMES)
    made = dict(staging.of("app-1"))
    run = staging.play(NAMES, *VAULT)
    assert "3 kept, encrypted now" in run.stdout
    assert staging.file.read_bytes().startswith(b"$ANSIBLE_VAULT;")
    assert "version control" not in vault(staging, "view")
    assert yaml.safe_load(vault(staging, "view")) == made


def test_without_a_password_nothing_is_generated_for_hosts_beyond_this_machine(staging: Environment) -> None:
    staging.write(app_backing=["redis"])
    staging.write_hosts("{}", "{server_provider: hetzner}")
    run = staging.play(["redis_password"])
    assert run.returncode == 2
    assert "failed: secrets: Check the variables before anything changes" in run.stdout
    assert (
        "redis_password: not set, and for hosts beyond this machine (app-2) none is generated without a "
        "vault password to encrypt it with; run with --vault-password-file FILE or --ask-vault-pass, or set "
        "it yourself." in run.stdout
    )
    assert not staging.file.exists()
    assert staging.play(["redis_password"], "-e", "redis_password=said").returncode == 0


def test_a_file_for_all_is_not_hidden_by_a_folder_for_all(staging: Environment) -> None:
    staging.variables.rmdir()
    (staging.inventory / "group_vars" / "all.yml").write_text("app_backing: [redis]\n")
    run = staging.play(["redis_password"])
    assert (
        "staging/group_vars/all.yml and a folder beside it for generated_secrets.yml exclude each other; "
        "move it to staging/group_vars/all/main.yml." in run.stdout
    )
    assert not staging.variables.exists()


def test_bad_shapes_stop_in_preflight(staging: Environment) -> None:
    staging.write(secrets_generated={"key": {"bytes": 8}})
    run = staging.play([])
    assert (
        "secrets_generated.key.bytes (staging/group_vars/all/main.yml:3): 8 is no size for a secret; "
        "write a number from 16 to 1024." in run.stdout
    ), run.stdout
    assert not staging.file.exists()


def test_runs_at_the_same_time_agree(staging: Environment) -> None:
    staging.write(**WANTED)
    staging.play([], "--check")  # writes the playbook
    command = [TOOLS / "ansible-playbook", "play.yml", "-i", "staging"]
    runs = [
        subprocess.Popen(command, cwd=staging.folder, env=environment(), stdout=subprocess.DEVNULL)
        for _unused in range(3)
    ]
    assert [run.wait(120) for run in runs] == [0, 0, 0]
    assert sorted(yaml.safe_load(staging.file.read_text())) == sorted(NAMES)
    assert len(staging.file.read_text().splitlines()) == 4 + len(NAMES)


def vault(staging: Environment, command: str) -> str:
    """Run ansible-vault on the file."""
    return subprocess.run(
        [TOOLS / "ansible-vault", command, *VAULT, staging.file],
        cwd=staging.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
