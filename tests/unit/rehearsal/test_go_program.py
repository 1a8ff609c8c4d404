# SPDX-License-Identifier: GPL-3.0-or-later
"""Go programs are built once, with the machine's Go where that will do."""

from __future__ import annotations

import pytest

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._images.go_program import ensure_program
from ansible_collections.slipway.deploy.plugins.module_utils._images.recipe import GoProgram

STORE = GoProgram("store", "example.org/store", "v1.2.3", "example.org/store/cmd/store", "main.Version")
GO = """\
#!/bin/sh
echo "$*" >>"$0.told"
case $1 in
version) echo "go version go{version} linux/amd64" ;;
build) {build} ;;
esac
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose Go is a script."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def has_go(version="1.26.0", build='printf "$GOTOOLCHAIN $CGO_ENABLED $GOFLAGS" >"$OUTPUT"'):
        (tmp_path / "go").write_text(GO.format(version=version, build=build))
        (tmp_path / "go").chmod(0o755)

    has_go()
    return tmp_path, has_go


def no_other_builder(*_):
    pytest.fail("the machine has a Go")


def test_a_static_program_of_the_pinned_version_is_built_once(machine):
    folder, has_go = machine
    path = ensure_program(STORE, no_other_builder)
    assert path.read_text() == "auto 0 -mod=mod -modcacherw -buildvcs=false"
    told = (folder / "go.told").read_text()
    assert "mod edit -require=example.org/store@v1.2.3" in told
    assert "-X main.Version=v1.2.3" in told
    has_go(build="exit 1")
    assert ensure_program(STORE, no_other_builder) == path


@pytest.mark.parametrize("version", ["1.20.14", None])
def test_a_machine_whose_go_will_not_do_builds_elsewhere(machine, version):
    folder, has_go = machine
    if version:
        has_go(version)
    else:
        (folder / "go").write_text("#!/bin/sh\nexit 127\n")

    def elsewhere(environment, target, program):
        (target / program).write_text(environment["VERSION"])
        return target / program

    assert ensure_program(STORE, elsewhere).read_text() == "v1.2.3"


def test_a_failed_build_shows_the_end_of_its_output_and_is_tried_again(machine):
    _unused, has_go = machine
    has_go(build="echo 'module lookup failed' >&2; exit 1")
    with pytest.raises(SlipwayError, match="GOPROXY") as failure:
        ensure_program(STORE, no_other_builder)
    assert str(failure.value).endswith("module lookup failed.")
    has_go()
    assert ensure_program(STORE, no_other_builder).exists()
