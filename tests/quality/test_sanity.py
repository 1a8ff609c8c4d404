# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-test sanity, on a copy of the project: it wants the path ``ansible_collections/slipway/deploy``."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
import textwrap
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.collection import CHECKOUT
from support.tools import TOOLS, environment, gate, project_files

pytestmark = pytest.mark.slow

# compile and import run on every Python that is there; a machine seldom has all of them.
OTHER_PYTHON = re.compile(r'"(?:compile|import)" on Python (\S+) because it could not be found')

# Stands in for the script that ansible-test downloads to put pip into its virtual environments: the
# interpreter carries a pip of its own, and the package index is then the only host that must be reachable.
GET_PIP = textwrap.dedent(
    """\
    import ensurepip, subprocess, sys
    ensurepip.bootstrap()
    packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    sys.exit(subprocess.call([*pip, "install", *packages]))
    """
)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of ansible-test's own, kept between runs: it holds a virtual environment per sanity test."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slipway" / "ansible-test"
    stand_ins = cache / ".ansible" / "test" / "cache"
    stand_ins.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for version in pip_versions():
            (stand_ins / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)
        yield cache


def pip_versions() -> list[str]:
    """The pip versions that the installed ansible-test asks for; only its source tells."""
    package = find_spec("ansible_test")
    assert package is not None
    assert package.submodule_search_locations is not None
    source = Path(package.submodule_search_locations[0], "_internal", "python_requirements.py").read_text()
    return re.findall(r"\bpip='([0-9.]+)'", source)


def oldest_of_hosts() -> list[str]:
    """Where a version manager keeps the oldest Python that a host may have, see tests/config.yml.

    Its shims would not do: ansible-test takes each for a Python that it can use.
    """
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return sorted(map(str, root.glob("versions/3.10.*/bin")))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's files at a path that ansible-test accepts; it resolves links, so a link does not do."""
    target = tmp_path / "ansible_collections" / "slipway" / "deploy"
    for path in project_files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / path, target / path, follow_symlinks=False)
    return target


def test_sanity(copy: Path, home: Path) -> None:
    path = ":".join([str(TOOLS), str(Path(sys.executable).resolve().parent), *oldest_of_hosts(), os.defpath])
    command = ["ansible-test", "sanity", "--python", "default", "--color", "no", "--truncate", "0"]
    output = gate(*command, cwd=copy, env=environment(HOME=str(home), PATH=path), minutes=15)
    left_out = {
        line for line in output.splitlines() if re.match(r"WARNING: (Skipping|Required program) ", line)
    }
    other_pythons = sorted({found[1] for line in left_out if (found := OTHER_PYTHON.search(line))})
    if other_pythons:
        warnings.warn(
            f"compile, import: not run on Python {', '.join(other_pythons)}, not here", stacklevel=1
        )
    could_not_run = sorted(line for line in left_out if not OTHER_PYTHON.search(line))
    assert not could_not_run, "\n".join(["sanity tests that could not run:", *could_not_run])
