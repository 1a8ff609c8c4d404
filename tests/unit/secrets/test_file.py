# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of secrets when something is in the way."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.plugin_utils import _secrets_file
from ansible_collections.slipway.deploy.plugins.plugin_utils._secrets_file import SecretsFile
from support.collection import COLLECTIONS
from support.sentinels import Sentinels
from support.tools import environment

FILE = "all/generated_secrets.yml"
CORRECT = "correct it; ansible-vault edit opens it if it is encrypted."
NEW = {"fresh": "0123456789abcdef"}
# Writes so often that it is killed while it does.
WRITER = """
import pathlib
from ansible_collections.slipway.deploy.plugins.plugin_utils._secrets_file import SecretsFile
file = SecretsFile(pathlib.Path({path!r}), None)
for number in range(100000):
    with file.locked():
        file.read()
        file.add({{f"secret_{{number}}": "0" * 64}})
    print(number, flush=True)
"""


def secret(password: str) -> Any:
    return VaultSecret(password.encode())


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "all" / "generated_secrets.yml"


def add(path: Path, vault_secrets: Any = None) -> dict[str, str]:
    """Add NEW as the action does, and return what is read then."""
    file = SecretsFile(path, vault_secrets)
    file.read()
    with file.locked():
        file.read()
        file.add(NEW)
    return file.read()


@pytest.mark.parametrize(
    "text",
    [
        "", "---\n", "# nothing yet", "old: 1", "old: |\n  two\n  lines\n",
        "old: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n", "old: {a: [b]}\n# the end",
    ],
)  # fmt: skip
def test_whatever_is_there_stays_as_it_is(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    assert add(path)["fresh"] == NEW["fresh"]
    assert text in path.read_text()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[a, list]\n", f"{FILE} holds no variables; write lines of NAME: VALUE."),
        ("old: {a: S3NTINEL\n", f"{FILE} is no YAML from line 2 on; {CORRECT}"),
        ("{old: S3NTINEL}\n", f"{FILE} is no YAML from line 2 on; {CORRECT}"),
        ("old: S3NTINEL\n...\n", f"{FILE} is no YAML from line 3 on; {CORRECT}"),
        (
            "old: |\n  S3NTINEL",
            f"nothing can be added at the end of {FILE}; write it as plain lines of NAME: VALUE.",
        ),
    ],
)  # fmt: skip
def test_nothing_is_written_where_nothing_can_be_added(path: Path, text: str, sentence: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(SlipwayError) as failure:
        add(path)
    assert str(failure.value) == sentence
    assert path.read_text() == text


def test_it_stays_encrypted_with_the_password_it_has(path: Path) -> None:
    path.parent.mkdir()
    theirs, ours = ("theirs", secret("one")), ("default", secret("two"))
    path.write_bytes(VaultLib([theirs]).encrypt("old: 1\n", secret=theirs[1], vault_id="theirs"))
    assert add(path, [ours, theirs]) == {"old": "1", **NEW}
    assert path.read_text().splitlines()[0] == "$ANSIBLE_VAULT;1.2;AES256;theirs"
    assert VaultLib([theirs]).decrypt(path.read_bytes()).decode().startswith("old: 1\nfresh:")
    with pytest.raises(SlipwayError, match=r"no vault password at hand opens all/generated_secrets.yml"):
        SecretsFile(path, [ours]).read()


def test_a_folder_that_cannot_be_made(path: Path) -> None:
    path.parent.symlink_to("/proc")
    with pytest.raises(SlipwayError, match=r"generated_secrets.yml cannot be written .*; make its folder"):
        add(path)


def test_a_lock_that_is_never_given_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_secrets_file, "_LOCK_SECONDS", 0.2)
    path.parent.mkdir()
    held = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(SlipwayError, match="another run has been holding"):
        add(path)
    os.close(held)
    assert add(path) == NEW


def test_a_run_killed_while_it_writes_leaves_a_whole_file_and_no_lock(path: Path) -> None:
    for _unused in range(4):
        seen = -1
        with subprocess.Popen(
            [sys.executable, "-c", WRITER.format(path=str(path))],
            env=environment(PYTHONPATH=str(COLLECTIONS)),
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout
            for line in writer.stdout:
                seen = int(line)
                if seen >= 3:
                    writer.send_signal(signal.SIGKILL)
                    break
        kept = SecretsFile(path, None).read()
        assert {f"secret_{number}" for number in range(seen + 1)} <= kept.keys()
        path.unlink()
    assert add(path) == NEW
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("offset", range(3))
def test_sentinels_are_found_in_every_form(tmp_path: Path, offset: int) -> None:
    sentinels = Sentinels()
    value = sentinels.plant("password")
    wrapped = "x" * offset + value + "yz"
    for text in (
        value, json.dumps({"a": [value]}), json.dumps(value, ensure_ascii=False), quote_plus(wrapped),
        repr(value), wrapped.encode().hex(), base64.b64encode(wrapped.encode()).decode(),
    ):  # fmt: skip
        (tmp_path / "file").write_text(f"before {text} after")
        assert sentinels.found_below(tmp_path), text
    assert sentinels.found_in("nothing of the kind") == []
