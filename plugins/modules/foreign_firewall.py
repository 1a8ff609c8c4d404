#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Make the firewalls that a host came with give way to the one of the firewall role."""

from __future__ import annotations

DOCUMENTATION = r"""
module: foreign_firewall
short_description: Make the firewalls that a host came with give way
version_added: 0.1.0
description:
  - Takes out of force what would contradict the rules of the role P(slipway.deploy.firewall#role)
    or wipe them out.
  - Changes nothing unless the table C(inet slipway) is loaded, so that at no moment the host is without
    a firewall.
  - Rules in C(/etc/iptables/rules.v4) and C(/etc/iptables/rules.v6) that reject everything at the end of
    C(INPUT) and C(FORWARD), as Oracle's Ubuntu images ship them, are removed from file and kernel.
    Everything else in these files stays, the chain for 169.254.0.0/16 included.
  - C(ufw) is disabled when it is enabled. C(firewalld) is disabled and stopped when it is enabled or running.
  - C(nftables.service) is masked when it is enabled or running and its C(/etc/nftables.conf) flushes every
    table, Docker's included. Tables of the family C(inet) that the file defines are deleted; those of other
    families stay until the next boot.
author: slipway maintainers (@slipway)
attributes:
  check_mode:
    description: Can run in check mode and say what would change.
    support: full
  diff_mode:
    description: Shows the rules and states before and after.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Make other firewalls give way
  slipway.deploy.foreign_firewall:
"""

RETURN = r"""
gave_way:
  description: What gave way, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [/etc/iptables/rules.v4, iptables INPUT and FORWARD, ufw]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._firewall.foreign import (
    plan,
    require_our_table,
)
from ansible_collections.slipway.deploy.plugins.module_utils._firewall.host import Host


def main() -> None:
    """Plan, and unless in check mode act."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    host = Host()
    try:
        steps = plan(host)
        if steps and not module.check_mode:
            require_our_table(host)
            for step in steps:
                step.act()
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=bool(steps),
        gave_way=[step.name for step in steps],
        diff=[step.diff() for step in steps],
    )


if __name__ == "__main__":
    main()
