# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's half of a guard, with a stand-in for systemd: armed before a change, ended by one decision."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._configure import guard, program, units

from .conftest import Run
from .test_killed import KILL, kill_during


@pytest.fixture
def guarded(configure: Run, host: Path, systemd: Path) -> Run:
    """Return a guarded change of one file whose apply notes the file's content."""

    def run(content: str = "new\n", **options: Any) -> dict[str, Any]:
        apply = [["sh", "-c", f"cat {host}/a >> {host}/applied"]]
        file = {"path": f"{host}/a", "content": content}
        return configure(file, **{"guard": 30, "apply": apply, "_token": "t1", **options})

    (host / "a").write_text("old\n")
    return run


def boot_units(systemd: Path) -> list[str]:
    """Return the names of what would act at boot."""
    return sorted(path.name for path in systemd.parent.glob("units/**/*") if not path.is_dir())


def test_armed_before_the_change(guarded: Run, host: Path, systemd: Path) -> None:
    (systemd.parent / "systemd-run").write_text(f"#!/bin/sh\ncat {host}/a >> {host}/seen-by-systemd-run\n")
    guarded()
    assert (host / "seen-by-systemd-run").read_text() == "old\n"
    assert boot_units(systemd) == ["slipway-revert-demo-boot.service"] * 2


def test_timer_has_the_seconds_and_the_program(guarded: Run, systemd: Path, journals: Path) -> None:
    guarded()
    call = systemd.read_text()
    assert "--unit=slipway-revert-demo" in call
    assert "--on-active=30" in call
    assert f"{sys.executable} -I {journals}/demo/revert.pyz demo timer" in call


def test_no_change_arms_nothing(guarded: Run, systemd: Path, journals: Path) -> None:
    result = guarded("old\n")
    assert result["changed"] is False
    assert "_python" not in result
    assert not systemd.exists()
    assert boot_units(systemd) == []


def test_refused_by_systemd_changes_nothing(guarded: Run, host: Path, systemd: Path, journals: Path) -> None:
    (systemd.parent / "systemd-run").write_text("#!/bin/sh\necho no bus; exit 1\n")
    result = guarded()
    assert "the guard of demo could not be armed, `systemd-run" in result["msg"]
    assert "no bus; nothing has been changed" in result["msg"]
    assert (host / "a").read_text() == "old\n"
    assert boot_units(systemd) == []
    assert not (journals / "demo" / "journal.json").exists()


def test_without_systemd_guard_is_refused(guarded: Run, host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "SYSTEMD_RUNS", host / "not-there")
    assert guarded()["msg"] == "guard needs systemd, which does not run on this host; leave guard out."
    assert (host / "a").read_text() == "old\n"


def test_confirmed_once_and_for_good(guarded: Run, host: Path, systemd: Path, journals: Path) -> None:
    guarded()
    assert program.confirm("demo", "other") == {"state": "unknown"}
    assert program.confirm("demo", "t1")["state"] == "confirmed"
    assert list(journals.iterdir()) == []
    assert boot_units(systemd) == []
    assert "systemctl stop slipway-revert-demo.timer" in systemd.read_text()
    assert program.undo("demo", "timer") is None
    assert (host / "a").read_text() == "new\n"


def test_timer_undoes_and_applies(guarded: Run, host: Path, systemd: Path) -> None:
    guarded()
    outcome = program.undo("demo", "timer")
    assert outcome is not None
    assert outcome.problems == []
    assert (host / "a").read_text() == "old\n"
    assert (host / "applied").read_text() == "new\nold\n"
    assert boot_units(systemd) == []
    assert program.confirm("demo", "t1") == {
        "state": "reverted",
        "token": "t1",
        "by": "timer",
        "problems": [],
    }


def test_boot_undoes_and_leaves_applying_to_the_next_run(guarded: Run, host: Path, systemd: Path) -> None:
    guarded()
    program.undo("demo", "boot")
    assert (host / "a").read_text() == "old\n"
    assert (host / "applied").read_text() == "new\n"
    assert "systemctl daemon-reload" in systemd.read_text()
    assert program.confirm("demo", "t1")["by"] == "boot"
    result = guarded("old\n", guard=0)
    assert result["applied"] is True
    assert (host / "applied").read_text() == "new\nold\n"


def test_failed_apply_disarms(guarded: Run, host: Path, systemd: Path, journals: Path) -> None:
    result = guarded(apply=[["grep", "-q", "old", f"{host}/a"]])
    assert "the previous files are back and applied" in result["msg"]
    assert boot_units(systemd) == []
    assert "systemctl stop slipway-revert-demo.timer" in systemd.read_text().splitlines()[-1]
    assert list(journals.iterdir()) == []


def test_killed_run_is_unconfirmed_and_guarded_anew(guarded: Run, configure: Run, host: Path) -> None:
    file = {"path": f"{host}/a", "content": "new\n"}
    kill_during(configure, file, guard=30, apply=[KILL], **{"_token": "t0"})
    assert program.confirm("demo", "t0") == {"state": "unfinished"}
    assert "_python" in guarded("new\n")
    assert program.confirm("demo", "t0") == {"state": "unknown"}
    program.undo("demo", "timer")
    assert (host / "a").read_text() == "old\n"


def test_killed_guarded_run_is_disarmed_by_one_without_guard(
    guarded: Run, configure: Run, host: Path, systemd: Path
) -> None:
    kill_during(configure, {"path": f"{host}/a", "content": "new\n"}, guard=30, apply=[KILL])
    assert boot_units(systemd) != []
    assert guarded("new\n", guard=0)["applied"] is True
    assert boot_units(systemd) == []


def test_program_runs_alone(tmp_path: Path) -> None:
    archive = tmp_path / "revert.pyz"
    archive.write_bytes(guard.build_program())
    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as content:
        assert not any("ansible_collections" in content.read(name).decode() for name in content.namelist())
    code = "import sys; sys.path[:0] = sys.argv[1:]; import slipway._configure.program; print(1)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(archive)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == 1
