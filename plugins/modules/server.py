#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: server
short_description: Create, stop, reboot or remove a server at a provider
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Brings one server of an environment into the wanted state and waits until it answers on its SSH port.
  - Runs on the controller.
options:
  provider:
    description:
      - Who owns the machine.
      - V(local) makes systemd system containers on the Docker Engine of the controller.
    type: str
    choices: [local]
    default: local
  environment:
    description:
      - The environment that the server belongs to. Servers of different environments do not see each other.
    type: str
    required: true
  name:
    description:
      - The server's name, which becomes its host name.
    type: str
    required: true
  state:
    description:
      - V(present) is a running server, V(stopped) one that keeps its disks and its address.
      - V(rebooted) shuts a running server down and starts it again.
      - V(absent) removes the server with its disks.
    type: str
    choices: [present, stopped, rebooted, absent]
    default: present
  image:
    description:
      - The operating system.
      - With O(provider=local) C(debian-12) and C(debian-13) are made from Debian packages;
        C(ubuntu-22.04), C(ubuntu-24.04) and C(ubuntu-26.04) need a container registry that answers.
      - A new server gets C(debian-13) unless another is given.
      - An existing one is held against it only when it is given.
    type: str
  flavour:
    description:
      - With O(provider=local), whose machines to resemble; V(hetzner) unless given.
      - V(hetzner) logs in as C(root).
      - V(oci) logs in as C(ubuntu) and ships packet filter rules that reject everything but SSH.
    type: str
    choices: [hetzner, oci]
  ssh_keys:
    description:
      - OpenSSH public keys that may log in at first.
    type: list
    elements: str
    default: []
  disks:
    description:
      - Names of persistent disks, each mounted at C(/mnt/NAME).
    type: list
    elements: str
  timeout:
    description:
      - How many seconds to wait for the SSH port.
    type: int
    default: 300
requirements:
  - docker >= 7.1.0 (Python, for O(provider=local))
attributes:
  check_mode:
    description: Can run in check mode and say what it would do.
    support: full
  diff_mode:
    description: Shows the server before and after.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: partial
    details:
      - O(state=rebooted) reboots every time.
"""

EXAMPLES = r"""
- name: Have a server on this machine
  slipway.deploy.server:
    environment: local
    name: app-1
    ssh_keys:
      - "{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"
  register: __server

- name: Take it away again
  slipway.deploy.server:
    environment: local
    name: app-1
    state: absent
"""

RETURN = r"""
server:
  description:
    - The server as its provider describes it.
    - Null when it is absent or, in check mode, not there yet.
  returned: success
  type: dict
  contains:
    id:
      description: The provider's own identifier.
      type: str
    name:
      description: The server's name.
      type: str
    power:
      description: V(running) or V(stopped).
      type: str
    image:
      description: The operating system.
      type: str
    flavour:
      description: Whose machines it resembles.
      type: str
    disks:
      description: Names of the persistent disks.
      type: list
      elements: str
    ipv4:
      description: Its IPv4 address.
      type: str
    ipv6:
      description: Its IPv6 address.
      type: str
    ssh_user:
      description: Who may log in with O(ssh_keys).
      type: str
    ssh_port:
      description: Where SSH answers.
      type: int
    host_keys:
      description: Its public host keys, each as type and key, learnt from the provider, not from the network.
      type: list
      elements: str
steps:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [create]
summary:
  description: What was done and where the server is, for the callback P(slipway.deploy.phases#callback).
  returned: success
  type: str
  sample: "server created, 203.0.113.7"
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.slipway.deploy.plugins.module_utils._engine import (
    DOCKER_IMPORT_ERROR,
)
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._providers._local.provider import LocalProvider
from ansible_collections.slipway.deploy.plugins.module_utils._providers.ensure import ensure
from ansible_collections.slipway.deploy.plugins.module_utils._providers.interface import ServerSpec


def main() -> None:
    """Read the options, ensure the state, report."""
    module = AnsibleModule(
        argument_spec={
            "provider": {"type": "str", "choices": ["local"], "default": "local"},
            "environment": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "state": {
                "type": "str",
                "choices": ["present", "stopped", "rebooted", "absent"],
                "default": "present",
            },
            "image": {"type": "str"},
            "flavour": {"type": "str", "choices": ["hetzner", "oci"]},
            "ssh_keys": {"type": "list", "elements": "str", "default": [], "no_log": False},
            "disks": {"type": "list", "elements": "str"},
            "timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    if DOCKER_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("docker"), exception=DOCKER_IMPORT_ERROR)
    options = module.params
    try:
        spec = ServerSpec(
            name=options["name"],
            image=options["image"] or "debian-13",
            flavour=options["flavour"] or "hetzner",
            ssh_keys=tuple(options["ssh_keys"]),
            disks=tuple(options["disks"] or ()),
            stated=frozenset(name for name in ("image", "flavour", "disks") if options[name] is not None),
        )
        provider = LocalProvider(options["environment"], options["timeout"])
        outcome = ensure(provider, spec, options["state"], module.check_mode)
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=outcome.changed,
        server=outcome.after.as_result() if outcome.after else None,
        steps=list(outcome.steps),
        summary=outcome.summary(module.check_mode),
        diff=outcome.diff(),
    )


if __name__ == "__main__":
    main()
