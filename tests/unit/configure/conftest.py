# SPDX-License-Identifier: GPL-3.0-or-later
"""A host in miniature: a folder to write to, the module's own ``main()``, systemd as two scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.slipway.deploy.plugins.module_utils._configure import commands, journal, units
from ansible_collections.slipway.deploy.plugins.modules import configure as module

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that stands for the host's files; the journal lies elsewhere."""
    monkeypatch.setattr(journal, "STATE_DIRECTORY", tmp_path / "state" / "configure")
    files = tmp_path / "etc"
    files.mkdir()
    return files


@pytest.fixture
def journals(host: Path) -> Path:
    """Return the folder of the journals."""
    return host.parent / "state" / "configure"


@pytest.fixture
def configure(host: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a call of the module: options in, result out; files belong to whoever runs the tests."""

    def run(*files: dict[str, Any], check: bool = False, **options: Any) -> dict[str, Any]:
        owned = [{"owner": str(os.geteuid()), "group": str(os.getegid()), **file} for file in files]
        arguments = {
            "name": "demo",
            "files": owned,
            "_ansible_check_mode": check,
            "_ansible_diff": True,
            **options,
        }
        capsys.readouterr()
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def systemd(host: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the log of calls to a stand-in for systemd, whose units lie beside the host's files."""
    folder = host.parent / "systemd"
    folder.mkdir()
    log = folder / "log"
    for name in ("systemctl", "systemd-run"):
        script = folder / name
        script.write_text(f'#!/bin/sh\necho {name} "$@" >> {log}\n')
        script.chmod(0o755)
    monkeypatch.setattr(commands, "SEARCH_PATH", f"{folder}:{commands.SEARCH_PATH}")
    monkeypatch.setattr(units, "SYSTEMD_RUNS", folder)
    monkeypatch.setattr(units, "UNIT_DIRECTORY", folder / "units")
    return log
