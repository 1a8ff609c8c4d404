#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: challenge
short_description: Prove from outside that a CA would find our server behind each host name
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Fetches C(http://NAME/.well-known/slipway-challenge/TOKEN) through each A and AAAA address of the name,
    and wants the token for an answer.
  - A CA counts what fails, and lets nobody try again for an hour or a week. So this comes before it is asked.
  - Runs on the controller.
options:
  names:
    description:
      - Names of the hosts.
    type: list
    elements: str
    required: true
  token:
    description:
      - What our server answers, and nobody else could.
    type: str
    required: true
  addresses:
    description:
      - IPv4 and IPv6 addresses of our server, to tell a wrong record from a closed port.
    type: list
    elements: str
    default: []
  vantage:
    description:
      - A container on this machine to look from. The rehearsal has one.
      - Unless given, it is the controller itself.
    type: str
  timeout:
    description:
      - How many seconds one address has for its answer.
    type: int
    default: 10
requirements:
  - Python 3 (at the vantage point)
extends_documentation_fragment:
  - slipway.deploy.read_only
"""

EXAMPLES = r"""
- name: See from outside that the host leads here
  slipway.deploy.challenge:
    names: [www.example.org]
    token: "{{ certificates.token }}"
    addresses: [203.0.113.7, "2001:db8::7"]
  delegate_to: localhost
"""

RETURN = r"""
evidence:
  description: What was seen, for the evidence bundle.
  returned: always
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._probes import vantage
from ansible_collections.slipway.deploy.plugins.module_utils._probes.challenge import (
    look,
    reached,
    refuse_unmet,
)


def main() -> None:
    """Read the options, fetch, judge."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "token": {"type": "str", "required": True, "no_log": False},
            "addresses": {"type": "list", "elements": "str", "default": []},
            "vantage": {"type": "str"},
            "timeout": {"type": "int", "default": 10},
        },
        supports_check_mode=True,
    )
    options = module.params
    names, token = options["names"], options["token"]
    # Each name may have an address of either family, or a few more.
    timeout = options["timeout"] * (4 * len(names) + 1)
    try:
        run = (
            vantage.container(options["vantage"], timeout)
            if options["vantage"]
            else vantage.controller(timeout)
        )
        seen = look(run, names, token, options["timeout"])
        refuse_unmet(seen, token, options["addresses"])
    except SlipwayError as error:
        evidence = [{"gate": "challenge", "passed": False, "observed": str(error)}]
        module.fail_json(msg=str(error), evidence=evidence)
    observed = "; ".join(reached(seen, token))
    evidence = [{"gate": "challenge", "passed": True, "observed": observed}]
    module.exit_json(changed=False, evidence=evidence)


if __name__ == "__main__":
    main()
