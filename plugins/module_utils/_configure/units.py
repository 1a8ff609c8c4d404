# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The systemd units of a guard: a timer for now, and a unit that acts at the next boot."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from .._errors import SlipwayError
from .commands import run
from .journal import journal_directory
from .places import NewDirectories
from .states import FileState, Staged

SYSTEMD_RUNS = Path("/run/systemd/system")  # sd_booted(3)
UNIT_DIRECTORY = Path("/etc/systemd/system")
PROGRAM = "revert.pyz"
_SECONDS = 30  # for a call of systemctl or systemd-run, which only ask for something

# Before everything that reads sshd's or the firewall's files, so that the boot never sees the new ones.
_AT_BOOT = """\
[Unit]
Description=Restore the files of the unconfirmed change {name}
DefaultDependencies=no
RequiresMountsFor=/etc /usr {directory}
After=local-fs.target
Before=sysinit.target network-pre.target shutdown.target
Before=nftables.service netfilter-persistent.service ufw.service firewalld.service
Conflicts=shutdown.target
ConditionPathExists={directory}/journal.json

[Service]
Type=oneshot
ExecStart={command} boot
TimeoutStartSec=60

[Install]
WantedBy=sysinit.target
"""


def start_timer(name: str, seconds: int) -> None:
    """Start the timer that undoes the transaction after ``seconds``; one that runs already is replaced.

    Raises SlipwayError when systemd refuses.
    """
    stop_timer(name)
    finished = run(
        [
            "systemd-run",
            "--quiet",
            "--collect",
            f"--unit={_unit(name)}",
            f"--description=Restore the files of the unconfirmed change {name}",
            f"--on-active={seconds}",
            "--timer-property=AccuracySec=100ms",
            *_command(name),
            "timer",
        ],
        _SECONDS,
    )
    if finished.problem:
        raise SlipwayError(f"the guard of {name} could not be armed, {finished}", "nothing has been changed")


def stop_timer(name: str) -> None:
    """Stop the timer and what it has started; does nothing when there is none."""
    run(["systemctl", "stop", f"{_unit(name)}.timer", f"{_unit(name)}.service"], _SECONDS)


def add_boot_unit(name: str) -> None:
    """Make the next boot undo the transaction.

    The link is what ``systemctl enable`` would set; it asks systemd for nothing, since only a boot reads it.
    """
    text = _AT_BOOT.format(name=name, directory=journal_directory(name), command=" ".join(_command(name)))
    _put(_boot_unit(name), FileState("file", text.encode(), 0o644, os.geteuid(), os.getegid()))
    link = FileState("link", os.fsencode(_boot_unit(name)), 0o777, os.geteuid(), os.getegid())
    _put(_boot_link(name), link)


def remove_boot_unit(name: str) -> None:
    """Let the next boot alone; does nothing when there is no such unit."""
    for path in (_boot_link(name), _boot_unit(name)):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def reload_systemd() -> None:
    """Make systemd and its generators read the restored files; Ubuntu's ssh.socket has its port from one."""
    run(["systemctl", "daemon-reload"], _SECONDS)


def _put(path: Path, state: FileState) -> None:
    Staged(path, state, NewDirectories(os.geteuid(), os.getegid())).commit()


def _command(name: str) -> list[str]:
    return [sys.executable, "-I", str(journal_directory(name) / PROGRAM), name]


def _unit(name: str) -> str:
    return f"slipway-revert-{name}"


def _boot_unit(name: str) -> Path:
    return UNIT_DIRECTORY / f"{_unit(name)}-boot.service"


def _boot_link(name: str) -> Path:
    return UNIT_DIRECTORY / "sysinit.target.wants" / f"{_unit(name)}-boot.service"
