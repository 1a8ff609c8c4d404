# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller half through ``ansible-playbook --check`` here, since check mode changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Show = Callable[..., str]
PLACE = "srv/slipway-test"


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """Return a run of a role in check and diff mode: ``files`` of each task in, what is said out.

    One run for many tasks, each of which may fail: starting Ansible is what takes the time.
    """
    role = tmp_path / "roles" / "demo"
    (role / "tasks").mkdir(parents=True)
    (role / "templates" / PLACE).mkdir(parents=True)

    def run(*tasks: Any, templates: dict[str, str] | None = None, verbosity: str = "") -> str:
        for name, text in (templates or {}).items():
            (role / "templates" / name).write_text(text)
        demo = [
            {
                "name": "Show",
                "slipway.deploy.configure": {"name": "demo", "files": files},
                "ignore_errors": True,
            }
            for files in tasks
        ]
        (role / "tasks" / "main.yml").write_text(json.dumps(demo))
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"who": "me", "ansible_python_interpreter": sys.executable},
            "roles": ["demo"],
        }
        (tmp_path / "play.json").write_text(json.dumps([play]))
        done = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", f"-{verbosity}CD", "-i", "localhost,", "play.json"],
            cwd=tmp_path,
            env={**os.environ, "ANSIBLE_INJECT_INVOCATION": "true", "COLUMNS": "1000"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return run


def test_templates_are_rendered(show: Show) -> None:
    loop = (
        "{% for i in range(2) %}\n  {% if true %}\nline {{ i }} {{ who }} \\n\n  {% endif %}\n{% endfor %}\n"
    )
    said = show(
        [{"template": f"{PLACE}/loop.conf.j2"}],
        [{"template": f"{PLACE}/include.j2", "path": "/srv/slipway-test/other"}],
        [{"template": f"{PLACE}/value.j2"}],
        templates={
            f"{PLACE}/loop.conf.j2": loop,
            f"{PLACE}/include.j2": "{% include 'part.j2' %}\n",
            "part.j2": "part of {{ who }}\n",
            f"{PLACE}/value.j2": "{{ '{{ who }}' }}\n",
        },
    )
    assert "changed=3" in said, said
    assert "+++ after: /srv/slipway-test/loop.conf\n" in said, "the template's path gives the destination"
    assert "+line 0 me \\n\n+line 1 me \\n\n" in said, "blocks leave no trace, backslashes stay"
    assert "+++ after: /srv/slipway-test/other\n" in said, "a path that is given wins"
    assert "+part of me" in said, "includes are found in templates/"
    assert "+{{ who }}\n" in said, "a value is never a template"


def test_bad_files_are_refused(show: Show) -> None:
    refused: list[tuple[Any, str]] = [
        (f"{PLACE}/undefined.j2", "'not_there' is undefined"),
        ("../a.j2", "the template ../a.j2 is not below templates/; write its path from there."),
        ("/etc/a.j2", "the template /etc/a.j2 is not below templates/"),
        ("not/there.j2", "Could not find or access 'not/there.j2'"),
        ({"template": "b.j2", "content": "x"}, "the template b.j2 cannot go with content or state"),
        ({"template": "c.j2", "state": "absent"}, "the template c.j2 cannot go with content or state"),
        ({"path": "/srv/slipway-test/a", "content": "x", "colour": "red"}, "colour"),
        (7, "files of slipway.deploy.configure is a list of mappings"),
    ]
    files = [[{"template": file} if isinstance(file, str) else file] for file, _unused in refused]
    said = show(*files, templates={f"{PLACE}/undefined.j2": "{{ not_there }}\n"})
    assert f"ignored={len(refused)}" in said, said
    for _unused, sentence in refused:
        assert sentence in said


def test_sensitive_content_is_in_no_output(show: Show) -> None:
    file = {"path": "/srv/slipway-test/a", "content": "S3NTINEL of {{ who }}\n", "sensitive": True}
    said = show([file], [{**file, "mode": "rw"}], [{**file, "colour": "red"}], verbosity="vvv")
    assert "changed=1" in said, said
    assert "ignored=2" in said
    assert '"invocation"' in said
    assert "S3NTINEL" not in said
