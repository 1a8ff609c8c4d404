# SPDX-License-Identifier: GPL-3.0-or-later
"""Where files may go: links of others are refused, parents are created for whom they belong to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._configure import wanted
from ansible_collections.slipway.deploy.plugins.module_utils._configure.places import open_directory
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

from .conftest import Run

SOMEBODY = 65534  # nobody, who exists everywhere
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def test_our_own_links_are_followed(configure: Run, host: Path) -> None:
    (host / "real").mkdir()
    (host / "relative").symlink_to("../etc/real")
    (host / "absolute").symlink_to(host / "real")
    configure({"path": f"{host}/relative/a", "content": "x"}, {"path": f"{host}/absolute/b", "content": "y"})
    assert sorted(path.name for path in (host / "real").iterdir()) == ["a", "b"]


def test_links_in_a_circle_end(host: Path) -> None:
    (host / "round").symlink_to("round")
    with pytest.raises(SlipwayError, match="symbolic link round"):
        open_directory(host / "round" / "about")


@as_root
def test_a_link_of_somebody_else_is_refused(configure: Run, host: Path) -> None:
    (host / "home").mkdir()
    (host / "secret").mkdir()
    (host / "home" / ".ssh").symlink_to(host / "secret")
    os.chown(host / "home" / ".ssh", SOMEBODY, SOMEBODY, follow_symlinks=False)
    result = configure({"path": f"{host}/home/.ssh/authorized_keys", "content": "key\n"})
    assert "symbolic link .ssh, which others than root can turn elsewhere" in result["msg"]
    assert list((host / "secret").iterdir()) == []


@as_root
def test_a_link_in_a_folder_of_somebody_else_is_refused(configure: Run, host: Path) -> None:
    (host / "home").mkdir()
    (host / "home" / "link").symlink_to(host)
    os.chown(host / "home", SOMEBODY, SOMEBODY)
    assert configure({"path": f"{host}/home/link/a", "content": "x"})["failed"] is True
    assert not (host / "a").exists()


def test_parents_are_created_for_everybody(configure: Run, host: Path) -> None:
    os.umask(0o077)
    configure({"path": f"{host}/one/two/a", "content": "x"})
    os.umask(0o022)
    assert [stat.S_IMODE((host / name).stat().st_mode) for name in ("one", "one/two")] == [0o755, 0o755]


@as_root
def test_parents_below_a_home_are_private(
    configure: Run, host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wanted, "_home", lambda owner: host / "home")
    file = {
        "path": f"{host}/home/.ssh/authorized_keys",
        "content": "key\n",
        "owner": "nobody",
        "mode": "0600",
    }
    assert "the home directory of nobody, does not exist; create it first." in configure(file)["msg"]
    (host / "home").mkdir()
    configure(file)
    info = (host / "home" / ".ssh").stat()
    assert (stat.S_IMODE(info.st_mode), info.st_uid) == (0o700, SOMEBODY)
    assert (host / "home" / ".ssh" / "authorized_keys").stat().st_uid == SOMEBODY
