#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Check the variables of roles before anything changes
description:
  - Compares the variables of a host with the argument specifications of roles of this collection, then runs
    what each role checks beyond types.
  - Every problem is one line that names the variable, the file and line where it was written, what is wrong
    with it and how to mend it. All problems of all the roles are reported at once.
  - A variable that begins with the name of a checked role and is not in its argument specification is a
    problem, too.
  - Values of options that are marked C(no_log) are never shown.
  - Runs on the controller. Where a role's checks need to know something about the host, one command without
    side effects runs there, which needs neither Python nor privileges.
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
options:
  roles:
    description: Names of the roles to check, short or with C(slipway.deploy.) in front.
    type: list
    elements: str
    required: true
  connect:
    description:
      - Whether the host may be asked.
      - With V(false), what can only be known by asking is not checked. For a host that does not exist yet.
    type: bool
    default: true
extends_documentation_fragment:
  - slipway.deploy.read_only
"""

EXAMPLES = r"""
- name: Check the variables of three roles before the first of them runs
  slipway.deploy.preflight:
    roles: [base, firewall, docker]

- name: Check what can be checked before the server exists
  slipway.deploy.preflight:
    roles: [server, base, firewall, docker]
    connect: false
"""

RETURN = r"""
host:
  description: What the host said of itself, in the words of its os-release; its memory is in bytes.
  type: dict
  returned: when a role's check asked the host
  sample: {distribution: debian, version: "13", codename: trixie, memory: 4105216000}
checks:
  description: How many values were compared with the roles' argument specifications.
  type: int
  returned: always
  sample: 42
summary:
  description: The number of checks in words, for the callback P(slipway.deploy.phases#callback).
  returned: success, unless the task belongs to a role
  type: str
  sample: 42 checks
msg:
  description: The problem, or a line with their number and one line for each.
  type: str
  returned: failure
  sample: >-
    firewall_admin_networks[0] (inventories/local/group_vars/all.yml:12): '10.0.0.0/40' is no network;
    write it like 203.0.113.0/24.
"""
