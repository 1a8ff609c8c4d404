# SPDX-License-Identifier: GPL-3.0-or-later
"""What every role and module owes its users, and facts that stand in more than one file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from support.collection import CHECKOUT
from support.tools import project_files

GALAXY = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
PYTHON_FILES = project_files("*.py")
MODULES = [path for path in project_files("plugins/modules/*.py") if not path.name.startswith("_")]
# What tests/hosts/create.yml runs before every scenario.
HOST_MAKING_PLAYBOOKS = ("rehearse_up.yml", "provision.yml")
ROLES = sorted({path.parts[1] for path in project_files("roles")})
ON_THE_CONTROLLER = {
    "slipway.deploy.preflight",
    "slipway.deploy.generate_secrets",
    "ansible.builtin.set_fact",
}
GPL_LINE = "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)"


def read_yaml(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text())


def documentation(path: Path) -> dict[str, Any]:
    """The DOCUMENTATION of a module or a fragment, read without importing it."""
    for node in ast.walk(ast.parse((CHECKOUT / path).read_text())):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return yaml.safe_load(ast.literal_eval(node.value))
    pytest.fail(f"{path} has no DOCUMENTATION")


def required(package: str) -> Requirement:
    lines = [
        line.partition("#")[0].strip() for line in (CHECKOUT / "requirements.txt").read_text().splitlines()
    ]
    (found,) = [Requirement(line) for line in lines if line.startswith(package)]
    return found


def test_ansible_core_bound_is_the_same_everywhere() -> None:
    bound = read_yaml("meta/runtime.yml")["requires_ansible"]
    assert str(required("ansible-core").specifier) == bound
    for role in ROLES:
        asked = read_yaml(f"roles/{role}/meta/main.yml")["galaxy_info"]["min_ansible_version"]
        assert Version(asked) == Version(bound.removeprefix(">=")), role


def test_oldest_python_is_the_same_everywhere() -> None:
    target = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["ruff"]["target-version"]
    spelt_out = re.sub(r"py(\d)(\d+)", r">=\1.\2", target)
    assert read_yaml("tests/config.yml")["modules"]["python_requires"] == spelt_out


def test_changelog_is_not_ahead_of_the_version() -> None:
    releases = read_yaml("changelogs/changelog.yaml")["releases"]
    ahead = [version for version in releases if Version(version) > Version(GALAXY["version"])]
    assert not ahead


def test_tags_fit_into_galaxy() -> None:
    assert len(GALAXY["tags"]) <= 20


@pytest.mark.parametrize("pattern", GALAXY["build_ignore"])
def test_build_ignore_names_something(pattern: str) -> None:
    """A pattern must match a file of the project or something that git ignores as well."""
    example = pattern.replace("*", "x")
    ask_git = ["git", "check-ignore", "--no-index", example, f"{example}/"]
    ignored_by_git = subprocess.run(ask_git, cwd=CHECKOUT, stdout=subprocess.DEVNULL, check=False)
    names_something = ignored_by_git.returncode == 0 or any(CHECKOUT.glob(pattern))
    assert names_something


@pytest.mark.parametrize("role", ROLES)
def test_role_is_whole(role: str) -> None:
    parts = ["README.md", "defaults/main.yml", "meta/main.yml", "meta/argument_specs.yml", "tasks/main.yml"]
    missing = [part for part in parts if not (CHECKOUT / "roles" / role / part).is_file()]
    assert not missing


@pytest.mark.parametrize("role", ROLES)
def test_role_is_proven_on_hosts(role: str) -> None:
    """A role that touches hosts is in a scenario, or is what makes the hosts of every scenario."""
    imported = re.findall(r"playbooks/\w+\.yml", (CHECKOUT / "tests" / "hosts" / "create.yml").read_text())
    played = [CHECKOUT / path for path in imported] + list(CHECKOUT.glob("molecule/*/converge.yml"))
    played += [
        (playbook.parent / path).resolve()
        for playbook in played
        for path in re.findall(r"import_playbook: (\S+)", playbook.read_text())
    ]
    is_played = any(
        re.search(rf"slipway\.deploy\.{role}$", path.read_text(), re.MULTILINE) for path in played
    )
    assert is_played or not touches_hosts(role)


def touches_hosts(role: str) -> bool:
    """Whether a task of the role runs somewhere else than on the controller."""
    tasks = [
        task
        for path in (CHECKOUT / "roles" / role / "tasks").glob("*.yml")
        for task in yaml.safe_load(path.read_text())
    ]
    return any(
        ON_THE_CONTROLLER.isdisjoint(task) and task.get("delegate_to") != "localhost" for task in tasks
    )


@pytest.mark.parametrize("role", ROLES)
def test_role_documents_its_defaults(role: str) -> None:
    options = read_yaml(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = read_yaml(f"roles/{role}/defaults/main.yml") or {}
    undocumented = sorted(set(defaults) - set(options))
    assert not undocumented
    differing = {
        name: f"{value!r} in defaults/main.yml, {options[name]['default']!r} in meta/argument_specs.yml"
        for name, value in defaults.items()
        if "default" in options[name] and options[name]["default"] != value and "{{" not in str(value)
    }
    assert not differing


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module_states_its_attributes(module: Path) -> None:
    told = documentation(module)
    attributes = told.get("attributes", {})
    for fragment in told.get("extends_documentation_fragment", []):
        name = fragment.removeprefix("slipway.deploy.")
        attributes |= documentation(Path(f"plugins/doc_fragments/{name}.py")).get("attributes", {})
    assert {"check_mode", "diff_mode", "idempotent"} <= set(attributes)
    assert attributes["check_mode"]["support"] == "full"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module_runs_in_check_mode(module: Path) -> None:
    """Without ``supports_check_mode=True`` Ansible skips a module in check mode and says nothing."""
    calls = [
        node for node in ast.walk(ast.parse((CHECKOUT / module).read_text())) if isinstance(node, ast.Call)
    ]
    made = [call for call in calls if ast.unparse(call.func).endswith("AnsibleModule")]
    if not made:
        assert (CHECKOUT / "plugins" / "action" / module.name).is_file(), (
            "neither a module nor an action's page"
        )
    for call in made:
        assert "supports_check_mode=True" in [ast.unparse(keyword) for keyword in call.keywords]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module_is_short(module: Path) -> None:
    assert len((CHECKOUT / module).read_text().splitlines()) <= 250, "move its logic to module_utils"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module_is_not_newer_than_the_collection(module: Path) -> None:
    assert Version(documentation(module)["version_added"]) <= Version(GALAXY["version"])


def test_python_files_name_their_licence() -> None:
    def is_licensed(path: Path) -> bool:
        head = (CHECKOUT / path).read_text().splitlines()[:20]
        if not head:
            return True
        is_plugin = path.parts[0] == "plugins" and "module_utils" not in path.parts
        return "# SPDX-License-Identifier: GPL-3.0-or-later" in head and (GPL_LINE in head or not is_plugin)

    unlicensed = [str(path) for path in PYTHON_FILES if not is_licensed(path)]
    assert not unlicensed


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    places = [str(CHECKOUT), sys.prefix]
    found = [
        f"{path}: {place}"
        for path in project_files()
        if path.is_file()
        for place in places
        if f"{place}/" in (CHECKOUT / path).read_text(errors="replace")
    ]
    assert not found
