# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone on two name servers of this machine, and the module's own ``main()``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.slipway.deploy.plugins.modules import dns_records as module
from support.name_server import ZONE, NameServer, Zone, write_key

Run = Callable[..., dict[str, Any]]

PRIMARY, SECONDARY = "127.0.0.1", "127.0.0.2"


@pytest.fixture
def zone() -> Zone:
    """Return a zone with two name servers."""
    return Zone(servers={f"ns1.{ZONE}": PRIMARY, f"ns2.{ZONE}": SECONDARY})


@pytest.fixture
def primary(zone: Zone) -> Iterator[NameServer]:
    """Serve the zone, and take updates."""
    with NameServer(zone, PRIMARY) as server:
        yield server


@pytest.fixture
def secondary(zone: Zone, primary: NameServer) -> Iterator[NameServer]:
    """Serve the zone, too; a test that wants it to lag gives it a copy."""
    with NameServer(zone, SECONDARY, primary.port) as server:
        yield server


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return the file of the zone's key."""
    return write_key(tmp_path / "tsig.key")


@pytest.fixture
def dns_records(
    primary: NameServer, secondary: NameServer, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a call of the module: options in, result out."""

    def run(*names: str, check: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {
            "zone": ZONE,
            "server": primary.address,
            "port": primary.port,
            "tsig_key_file": str(key_file),
            "environment": "staging",
            "host": "app-1",
            "names": list(names),
            "addresses": ["203.0.113.7", "2001:db8::7"],
            "wait": 1,
            "_ansible_check_mode": check,
            "_ansible_diff": True,
            **options,
        }
        capsys.readouterr()
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run
