# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which secrets are still to be generated, told from the variables of a host or of all hosts of a play."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.template import Templar

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._secrets import Shape, wanted

LOCAL = "local"  # the provider of hosts on this machine, and the default of the role server

Template = Callable[[Any], Any]


def needed(variables: Mapping[str, Any], template: Template | None = None) -> dict[str, Shape]:
    """Return the secrets that a host needs, whether or not they are set.

    ``variables`` may be raw: nothing but ``secrets_generated`` and ``app_backing`` is rendered.
    """
    render = template or Templar(variables=dict(variables)).template
    return wanted(*(_rendered(variables, name, render) for name in ("secrets_generated", "app_backing")))


def planned(variables: Mapping[str, Any], template: Template | None = None) -> dict[str, str]:
    """Return, for each secret that a host needs and nobody has set, something of its shape to check with."""
    shapes = needed(variables, template)
    return {name: shape.placeholder(name) for name, shape in shapes.items() if name not in variables}


def hosts_of_play(task_vars: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the variables of every host of the play by its name.

    ``hostvars`` lacks what the play or a role gives; all hosts have that alike.
    """
    hostvars = task_vars["hostvars"]
    own = hostvars[task_vars["inventory_hostname"]]
    of_play = {name: value for name, value in task_vars.items() if name not in own}
    return {host: ChainMap(hostvars[host], of_play) for host in task_vars["ansible_play_hosts_all"]}


def refuse_plain(names: Sequence[str], task_vars: Mapping[str, Any]) -> None:
    """Raise SlipwayError unless every host of the play is on this machine.

    Without a vault password the secrets ``names`` would lie on the controller for everybody to read.
    """
    if not names:
        return
    beyond = [
        host
        for host, variables in hosts_of_play(task_vars).items()
        if variables.get("server_provider", LOCAL) != LOCAL
    ]
    if beyond:
        raise SlipwayError(
            f"{', '.join(names)}: not set, and for hosts beyond this machine ({', '.join(beyond)}) none is "
            "generated without a vault password to encrypt it with",
            "run with --vault-password-file FILE or --ask-vault-pass, or set it yourself",
        )


def _rendered(variables: Mapping[str, Any], name: str, render: Template) -> Any:
    try:
        return render(variables.get(name))
    except AnsibleError:
        return None  # preflight tells of it, at its place
