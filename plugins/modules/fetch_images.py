#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: fetch_images
short_description: Begin to fetch the images that an environment runs
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Fetches those that the host lacks, in the order in which they are needed, while the play goes on.
  - Nothing waits for them, and nobody depends on it. Whoever needs an image fetches what is missing then, and
    tells what is wrong with it.
  - Which images those are is read from the variables of the roles P(slipway.deploy.app#role),
    P(slipway.deploy.proxy#role), P(slipway.deploy.postgres#role), P(slipway.deploy.redis#role)
    and P(slipway.deploy.object_storage#role), with their defaults.
options:
  _lasting:
    description: Set by the action plugin alone. The images of the proxy and of backing services.
    type: list
    elements: str
    default: []
  _released:
    description: Set by the action plugin alone. The images of the application, which come by digest.
    type: list
    elements: str
    default: []
requirements:
  - A Docker Engine and systemd on the host
attributes:
  check_mode:
    description: Can run in check mode; it only looks then.
    support: full
  diff_mode:
    description: Has nothing to show but the names.
    support: none
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Begin to fetch what the next steps run
  slipway.deploy.fetch_images:
"""

RETURN = r"""
images:
  description: What is being fetched; the application's images by digest.
  returned: success
  type: list
  elements: str
  sample: [docker.io/library/caddy:2]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release.engine import Engine
from ansible_collections.slipway.deploy.plugins.module_utils._release.fetch import begin, lacking, pinned


def main() -> None:
    """Look, and begin."""
    module = AnsibleModule(
        argument_spec={
            "_lasting": {"type": "list", "elements": "str", "default": []},
            "_released": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    engine = Engine()
    try:
        images = lacking(engine, [*module.params["_lasting"], *pinned(engine, module.params["_released"])])
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    begun = bool(images) and (module.check_mode or begin(images))
    module.exit_json(changed=begun, images=images if begun else [])


if __name__ == "__main__":
    main()
