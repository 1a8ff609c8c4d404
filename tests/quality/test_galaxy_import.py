# SPDX-License-Identifier: GPL-3.0-or-later
"""What Galaxy receives: the build holds the project and nothing else, and Galaxy's importer takes it."""

from __future__ import annotations

import fnmatch
import json
import re
import tarfile
from pathlib import Path

import pytest
import yaml

from support.collection import CHECKOUT
from support.tools import environment, gate, project_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection's tarball, built from the checkout with all that tools have left lying about in it."""
    target = tmp_path_factory.mktemp("built")
    gate("ansible-galaxy", "collection", "build", "--output-path", str(target))
    (tarball,) = target.glob("*.tar.gz")
    return tarball


def files_within(tarball: Path) -> set[str]:
    with tarfile.open(tarball) as archive:
        manifest = archive.extractfile("FILES.json")
        assert manifest is not None
        listed = json.load(manifest)["files"]
    return {entry["name"] for entry in listed if entry["ftype"] == "file"}


def test_build_ignores_what_git_ignores(built: Path) -> None:
    strangers = files_within(built) - {str(path) for path in project_files()}
    assert not strangers, f"add to build_ignore in galaxy.yml: {sorted(strangers)[:20]}"


def test_build_leaves_nothing_out_unsaid(built: Path) -> None:
    ignored = [*yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())["build_ignore"], "galaxy.yml", ".git*"]
    expected = {
        str(path)
        for path in project_files()
        if not any(
            fnmatch.fnmatch(str(part), pattern) for part in (path, *path.parents) for pattern in ignored
        )
    }
    missing = expected - files_within(built)
    assert not missing, f"not in the built collection, though build_ignore does not say so: {sorted(missing)}"


def test_importer(built: Path, tmp_path: Path) -> None:
    offline = {
        "GALAXY_IMPORTER_RUN_ANSIBLE_TEST": "false",  # test_sanity.py does, without a container
        "GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP": str(tmp_path / "ansible"),
        "GALAXY_IMPORTER_TMP_ROOT_DIR": str(tmp_path),
    }
    output = gate(
        "python", "-m", "galaxy_importer.main", str(built), cwd=tmp_path, env=environment(**offline)
    )
    complaints = [line for line in output.splitlines() if re.match(r"(WARNING|ERROR|CRITICAL)\b", line)]
    assert not complaints, "\n".join(complaints)
    assert "Importer processing completed successfully" in output
