#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: probe_ports
short_description: Prove from outside that exactly the declared ports answer
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Scans all 65,535 TCP ports of each address, and the edges of the declared UDP ranges, and compares what
    answers with what is declared. The host is not asked; it cannot vouch for itself.
  - A declared port answers whether or not anything listens on it yet.
  - A port that the firewall drops is silent.
  - Runs on the controller, as root or with the capability to send raw packets.
options:
  addresses:
    description:
      - IPv4 and IPv6 addresses of one host.
    type: list
    elements: str
    required: true
  declared:
    description:
      - What may answer, as the filter P(slipway.deploy.open_ports#filter) gives it.
    type: list
    elements: dict
    required: true
  vantage:
    description:
      - A container on this machine to send the probes from. The rehearsal has one.
      - Unless given, they are sent from the controller itself.
    type: str
  timeout:
    description:
      - How many seconds one scan may take.
    type: int
    default: 180
requirements:
  - nmap (at the vantage point)
extends_documentation_fragment:
  - slipway.deploy.read_only
"""

EXAMPLES = r"""
- name: Prove the firewall from outside
  slipway.deploy.probe_ports:
    addresses: [203.0.113.7, "2001:db8::7"]
    declared: "{{ ['ssh', 'https'] | slipway.deploy.open_ports(
      ssh_port=22, admin_networks=[], turn_relay_ports='49152-49999', livekit_udp_ports='7882',
      extra_ports=[]) }}"
  delegate_to: localhost
"""

RETURN = r"""
verdicts:
  description: What was seen, one entry for each address and protocol.
  returned: always
  type: list
  elements: dict
  contains:
    address:
      description: The address that was scanned.
      type: str
    protocol:
      description: V(tcp) or V(udp).
      type: str
    answering:
      description: The ports that answered, written like C(22, 80, 8000-8010).
      type: str
    undeclared:
      description: Those of them that nobody declared.
      type: str
    silent:
      description: The declared ones that did not answer.
      type: str
summary:
  description: How many ports answer, for the callback P(slipway.deploy.phases#callback).
  returned: success
  type: str
  sample: 3 TCP, 1 UDP ports answer, as declared, of 2 addresses
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._probes import vantage
from ansible_collections.slipway.deploy.plugins.module_utils._probes.ports import (
    Opening,
    probe,
    spans,
    summary,
)


def main() -> None:
    """Read the options, scan, compare."""
    module = AnsibleModule(
        argument_spec={
            "addresses": {"type": "list", "elements": "str", "required": True},
            "declared": {"type": "list", "elements": "dict", "required": True},
            "vantage": {"type": "str"},
            "timeout": {"type": "int", "default": 180},
        },
        supports_check_mode=True,
    )
    options = module.params
    try:
        timeout = options["timeout"]
        run = (
            vantage.container(options["vantage"], timeout)
            if options["vantage"]
            else vantage.controller(timeout)
        )
        openings = [Opening.from_dict(port) for port in options["declared"]]
        seen = [verdict for address in options["addresses"] for verdict in probe(run, address, openings)]
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    verdicts = [
        {
            "address": verdict.address,
            "protocol": verdict.protocol,
            "answering": spans(sorted(verdict.answering)),
            "undeclared": spans(verdict.undeclared),
            "silent": spans(verdict.silent),
        }
        for verdict in seen
    ]
    if wrong := [sentence for verdict in seen for sentence in verdict.sentences()]:
        module.fail_json(msg="\n".join(f"{sentence}." for sentence in wrong), verdicts=verdicts)
    module.exit_json(changed=False, verdicts=verdicts, summary=summary(seen))


if __name__ == "__main__":
    main()
