# SPDX-License-Identifier: GPL-3.0-or-later
"""The module end to end on a folder: what it changes, shows, refuses and leaves alone."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from .conftest import Run


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return everything below ``folder`` with mode and content."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def test_writes_applies_once_and_leaves_nothing_behind(configure: Run, host: Path, journals: Path) -> None:
    options = {"apply": [["sh", "-c", f"echo applied >> {host}/log"]]}
    files = [{"path": f"{host}/a", "content": "1\n", "mode": "0640"}, {"path": f"{host}/b", "content": ""}]
    first = configure(*files, **options)
    assert first["changed"] is True
    assert first["applied"] is True
    assert first["changed_files"] == [f"{host}/a", f"{host}/b"]
    assert (host / "a").read_text() == "1\n"
    assert stat.S_IMODE((host / "a").stat().st_mode) == 0o640
    before = tree(host.parent)
    second = configure(*files, **options)
    assert second["changed"] is False
    assert second["applied"] is False
    assert second["diff"] == []
    assert tree(host.parent) == before
    assert (host / "log").read_text() == "applied\n"
    assert list(journals.iterdir()) == []


def test_check_mode_shows_the_change_and_touches_nothing(configure: Run, host: Path) -> None:
    (host / "a").write_text("old\n")
    before = tree(host.parent)
    result = configure(
        {"path": f"{host}/a", "content": "new\n", "validate": ["grep", "-q", "new", "%s"]},
        {"path": f"{host}/deep/er/b", "content": "b", "validate": ["program-not-installed-yet", "%s"]},
        {"path": f"{host}/c", "content": "c", "owner": "user-not-created-yet", "group": "nor-this-group"},
        apply=[["false"]],
        guard=5,
        check=True,
    )
    assert result["changed"] is True
    assert result["applied"] is False
    assert result["diff"][0]["before"] == "old\n"
    assert result["diff"][0]["after"] == "new\n"
    assert len(result["changed_files"]) == 3
    assert tree(host.parent) == before


def test_check_mode_validates_with_an_installed_program(configure: Run, host: Path) -> None:
    file = {"path": f"{host}/a", "content": "new\n", "validate": ["grep", "-q", "other", "%s"]}
    result = configure(file, check=True)
    assert result["failed"] is True
    assert f"the new {host}/a is not valid" in result["msg"]


def test_mode_and_owner_are_a_change_and_shown(configure: Run, host: Path) -> None:
    (host / "a").write_text("same\n")
    (host / "a").chmod(0o600)
    result = configure({"path": f"{host}/a", "content": "same\n"})
    assert result["changed"] is True
    [diff] = result["diff"]
    assert diff["before_header"].endswith("(permissions)")
    assert diff["before"].startswith("0600 ")
    assert diff["after"].startswith("0644 ")
    assert stat.S_IMODE((host / "a").stat().st_mode) == 0o644


def test_absent_removes_a_file(configure: Run, host: Path) -> None:
    (host / "a").write_text("old\n")
    assert configure({"path": f"{host}/a", "state": "absent"})["diff"][0]["after"] == ""
    assert not (host / "a").exists()
    assert configure({"path": f"{host}/a", "state": "absent"})["changed"] is False
    assert configure({"path": f"{host}/no/where", "state": "absent"})["changed"] is False


def test_a_link_is_replaced_and_its_target_left_alone(configure: Run, host: Path) -> None:
    (host / "target").write_text("theirs\n")
    (host / "a").symlink_to("target")
    configure({"path": f"{host}/a", "content": "ours\n"})
    assert not (host / "a").is_symlink()
    assert (host / "target").read_text() == "theirs\n"


def test_refused_validation_changes_nothing(configure: Run, host: Path, journals: Path) -> None:
    (host / "a").write_text("old\n")
    before = tree(host)
    result = configure(
        {"path": f"{host}/a", "content": "new\n"},
        {
            "path": f"{host}/sub/b",
            "content": "x",
            "validate": ["sh", "-c", "echo line 3: bad word in $0; exit 4", "%s"],
        },
    )
    assert result["failed"] is True
    assert result["msg"] == (
        f"the new {host}/sub/b is not valid, `sh -c 'echo line 3: bad word in $0; exit 4' {host}/sub/b` "
        f"ended with 4: line 3: bad word in {host}/sub/b; nothing has been changed."
    )
    assert tree(host) == before
    assert list(journals.iterdir()) == []


def test_failed_apply_brings_everything_back(configure: Run, host: Path, journals: Path) -> None:
    (host / "a").write_text("old\n")
    (host / "a").chmod(0o600)
    (host / "gone").write_text("was here\n")
    (host / "link").symlink_to("a")
    before = tree(host)
    result = configure(
        {"path": f"{host}/a", "content": "new\n"},
        {"path": f"{host}/sub/fresh", "content": "fresh\n"},
        {"path": f"{host}/gone", "state": "absent"},
        {"path": f"{host}/link", "content": "no link\n"},
        apply=[["sh", "-c", f"cat {host}/a >> {journals}/../seen; ! grep -q new {host}/a || ls /not-there"]],
    )
    assert result["failed"] is True
    assert "/not-there" in result["msg"]
    assert result["msg"].endswith("the previous files are back and applied.")
    assert tree(host) == before
    assert (host / "link").readlink() == Path("a")
    assert (journals / ".." / "seen").read_text() == "new\nold\n"
    assert list(journals.iterdir()) == []


def test_failed_apply_says_when_the_way_back_failed_too(configure: Run, host: Path, journals: Path) -> None:
    (host / "a").write_text("old\n")
    result = configure({"path": f"{host}/a", "content": "new\n"}, apply=[["false"]])
    assert "not wholly back, `false` ended with 1" in result["msg"]
    assert (host / "a").read_text() == "old\n"
    assert (journals / "demo" / "journal.json").exists(), "the next run owes an apply"


def test_apply_has_a_limit_in_time(configure: Run, host: Path) -> None:
    apply = [["sh", "-c", f"grep -q old {host}/a || sleep 60"]]
    (host / "a").write_text("old\n")
    started = time.monotonic()
    result = configure({"path": f"{host}/a", "content": "new\n"}, apply=apply, timeout=1)
    assert time.monotonic() - started < 4
    assert "did not end within 1 s; the previous files are back" in result["msg"]


def test_broken_hold_applies_although_no_file_differs(configure: Run, host: Path) -> None:
    options = {"holds": [["test", "-e", f"{host}/runs"]], "apply": [["touch", f"{host}/runs"]]}
    file = {"path": f"{host}/a", "content": "1\n"}
    configure(file, **options)
    assert configure(file, **options)["changed"] is False
    (host / "runs").unlink()
    assert configure(file, **options, check=True)["changed"] is True
    assert not (host / "runs").exists()
    result = configure(file, **options)
    assert result["changed"] is True
    assert result["applied"] is True
    assert result["changed_files"] == []
    assert (host / "runs").exists()


def test_hold_that_apply_does_not_mend_is_a_failure(configure: Run, host: Path) -> None:
    result = configure({"path": f"{host}/a", "content": "1\n"}, holds=[["false"]], apply=[["true"]])
    assert result["msg"].startswith("everything is applied, and still `false` ended with 1")
    assert not (host / "a").exists()


def test_sensitive_content_is_nowhere_in_the_result(configure: Run, host: Path) -> None:
    file = {"path": f"{host}/a", "sensitive": True, "content": "key=S3NTINEL\n", "mode": "0600"}
    assert "S3NTINEL" not in str(configure(file)["diff"])
    failed = configure(
        {**file, "content": "key=S3NTINEL2\n", "validate": ["sh", "-c", 'cat "$0"; exit 1', "%s"]}
    )
    assert failed["failed"] is True
    assert "S3NTINEL" not in failed["msg"]
    assert "S3NTINEL" not in str(configure({**file, "content": "key=other\n"}, check=True)["diff"])


def test_apply_that_fails_without_a_change_runs_once(configure: Run, host: Path, journals: Path) -> None:
    apply = ["sh", "-c", f"echo applied >> {host}/log; exit 1"]
    result = configure(holds=[["false"]], apply=[apply])
    assert result["msg"].endswith("ended with 1; no file has been changed.")
    assert (host / "log").read_text() == "applied\n"
    assert list(journals.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ({"content": "x"}, "'' is no path of a file; write it absolute and without '..'."),
        ({"path": "etc/a", "content": "x"}, "'etc/a' is no path"),
        ({"path": "/etc/../a", "content": "x"}, "'/etc/../a' is no path"),
        ({"path": "/etc/a"}, "/etc/a needs either a template, or content, or state: absent"),
        ({"path": "/etc/a", "content": "x", "state": "absent"}, "give exactly one of them"),
        ({"path": "/etc/a", "content": "x", "mode": "rw"}, "the mode 'rw' of /etc/a is none"),
        ({"path": "/etc/a", "content": "x", "mode": "7777777"}, "the mode '7777777' of /etc/a is none"),
        ({"path": "/etc/a", "content": "x", "validate": ["true"]}, "lacks %s"),
        ({"path": "/etc", "content": "x"}, "/etc is no file"),
        ({"path": "/etc/passwd/a", "content": "x"}, "passwd on the way is no directory"),
        (
            {"path": "/etc/slipway", "content": "x", "owner": "no-such"},
            "to the user no-such, which the host does",
        ),
    ],
)
def test_bad_file_is_one_sentence(configure: Run, file: dict[str, str], sentence: str) -> None:
    result = configure(file)
    assert result["failed"] is True
    assert sentence in result["msg"]
    assert "\n" not in result["msg"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "../x"}, "'../x' cannot name a transaction"),
        ({"timeout": 0}, "are seconds; give positive numbers"),
        ({"guard": -1}, "are seconds; give positive numbers"),
        ({"apply": [[]]}, "are lists of words"),
        ({"holds": [["sleep", 1]]}, "are lists of words"),
    ],
)
def test_bad_option_is_one_sentence(configure: Run, options: dict[str, object], sentence: str) -> None:
    result = configure(**options)
    assert result["failed"] is True
    assert sentence in result["msg"]


def test_the_same_path_twice_is_refused(configure: Run, host: Path) -> None:
    file = {"path": f"{host}/a", "content": "x"}
    assert "is among the files of demo twice" in configure(file, file)["msg"]
    assert not (host / "a").exists()
