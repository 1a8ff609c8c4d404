# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file of generated secrets: read, added to and encrypted, so that nothing in it is ever lost."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, is_encrypted, match_encrypt_secret

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._preflight.places import relative

_LOCK_SECONDS = 30.0
_POLL_SECONDS = 0.05
_HEADING = """---
# Written by slipway.deploy.secrets: what this environment needs and nobody had set. Every value was generated
# once and stays: with another one, what was created or encrypted with it is out of reach. Add what you like.
"""
_PLAIN = "# Plain, because every host is on this machine: keep it out of version control.\n"


class SecretsFile:
    """``path`` is a file of variables; ``vault_secrets`` are Ansible's, empty when no password was given."""

    def __init__(self, path: Path, vault_secrets: Any) -> None:
        self.path = path.resolve()
        self._vault = VaultLib(vault_secrets)
        self._text = ""
        # The vault's identity and secret that the file is encrypted with; None while it is plain.
        self._key: tuple[str | None, Any] | None = None

    @property
    def is_plain_with_vault(self) -> bool:
        """Whether what was read lies open although there is a password to encrypt it with."""
        return bool(self._text and self._vault.secrets and not self._key)

    def read(self) -> dict[str, str]:
        """Return the names in the file and what was written for each; nothing when there is no file."""
        for other in ("", *constants.YAML_FILENAME_EXTENSIONS):
            # Ansible reads either the file or the folder: ours would make it forget theirs.
            file = self.path.parent.with_name(f"{self.path.parent.name}{other}")
            if file.is_file():
                what = f"{relative(file)} and a folder beside it for {self.path.name} exclude each other"
                raise SlipwayError(what, f"move it to {relative(self.path.parent / 'main.yml')}")
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise SlipwayError(f"{relative(self.path)} cannot be read ({error.strerror})") from error
        if is_encrypted(content):
            try:
                plain, identity, secret = self._vault.decrypt_and_get_vault_id(content)
            except AnsibleError as error:
                what = f"no vault password at hand opens {relative(self.path)}"
                raise SlipwayError(what, "give the one it was encrypted with") from error
            content, self._key = plain, (identity, secret)
        self._text = content.decode()
        return self._entries(self._text)

    def add(self, values: Mapping[str, str]) -> None:
        """Write the file with these added, encrypted when there is a vault password."""
        old = self._text or _HEADING + _PLAIN
        if self._vault.secrets:
            old = old.replace(_PLAIN, "")
        lines = [f'{name}: "{value}"\n' for name, value in values.items()]
        text = "".join([old, "" if old.endswith("\n") else "\n", *lines])
        if self._entries(text) != {**self._entries(self._text), **values}:
            what = f"nothing can be added at the end of {relative(self.path)}"
            raise SlipwayError(what, "write it as plain lines of NAME: VALUE")
        self._write(self._sealed(text))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs away; a run that died holds nothing."""
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _wait_for(self, descriptor: int) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    what = f"another run has been holding {relative(self.path)} for {_LOCK_SECONDS:.0f} s"
                    raise SlipwayError(what, "wait for that run or end it") from None
                time.sleep(_POLL_SECONDS)
            else:
                return

    def _sealed(self, text: str) -> bytes:
        if not self._vault.secrets:
            return text.encode()
        identity, secret = self._key or match_encrypt_secret(
            self._vault.secrets, constants.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        )
        sealed: bytes = self._vault.encrypt(text, secret=secret, vault_id=identity)
        return sealed

    def _write(self, content: bytes) -> None:
        # Hidden, so that Ansible does not load it; of one name, so that a killed run leaves no more than one.
        beside = self.path.with_name(f".{self.path.name}.new")
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            beside.replace(self.path)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> SlipwayError:
        what = f"{relative(self.path)} cannot be written ({error.strerror})"
        return SlipwayError(what, "make its folder one that you can write, and see that the disk has room")

    def _entries(self, text: str) -> dict[str, str]:
        """Return what was written for each name; a value that is no plain text as its YAML."""
        try:
            # Composed and not loaded: it may hold tags of Ansible's own.
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
            what = f"{relative(self.path)} is no YAML from line {line} on"
            # Without its cause, which quotes the line.
            raise SlipwayError(what, "correct it; ansible-vault edit opens it if it is encrypted") from None
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise SlipwayError(f"{relative(self.path)} holds no variables", "write lines of NAME: VALUE")
        return {
            key.value: value.value if isinstance(value, yaml.ScalarNode) else yaml.serialize(value)
            for key, value in node.value
        }
