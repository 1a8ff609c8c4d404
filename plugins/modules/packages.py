#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: packages
short_description: Have packages of the distribution
description:
  - Installs what is missing, without recommended packages, and leaves what is installed at its version.
  - A host that has them all is asked by one plain command, which needs neither Python nor root there.
  - Fetches the package lists when they are older than a day, or when the installation fails by those at hand.
  - Puts an installation right that was killed half-way.
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
options:
  names:
    description: The packages' names.
    type: list
    elements: str
    required: true
  start_services:
    description:
      - Whether packages may start their services. With V(false), that is left to whoever configures them.
    type: bool
    default: true
  lock_timeout:
    description:
      - How many seconds to wait in all for other programs, like a first boot's upgrade, to let go of the
        package system.
    type: int
    default: 300
attributes:
  check_mode:
    description: Can run in check mode; it does not ask then whether the mirror has the packages.
    support: full
  diff_mode:
    description: Shows the packages that are missing.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Have nftables
  slipway.deploy.packages:
    names: [nftables]
"""

RETURN = r"""
installed:
  description: What was missing and has been installed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [nftables]
"""

from contextlib import nullcontext

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._packages.apt import OPTIONS, Apt, missing
from ansible_collections.slipway.deploy.plugins.module_utils._packages.quiet_services import quiet_services


def main() -> None:
    """Install what is missing."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    wanted = missing(module.params["names"])
    try:
        if wanted and not module.check_mode:
            with nullcontext() if module.params["start_services"] else quiet_services():
                Apt(module.params["lock_timeout"]).install(wanted)
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    diff = {"before": "", "after": "".join(f"{name}\n" for name in wanted)}
    module.exit_json(changed=bool(wanted), installed=wanted, diff=diff)


if __name__ == "__main__":
    main()
