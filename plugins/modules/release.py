#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module: make one version of an application the one that serves."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release
short_description: Make one version of an application the one that serves
version_added: 0.1.0
description:
  - Releases what the variables C(app_*) describe, see the role P(slipway.deploy.app#role), beside the release
    that serves, and switches the proxy to it once it is healthy.
  - Compose normalises the Compose file on the host. Images are pulled by digest. Schemas are migrated from
    the new images and proven, see M(slipway.deploy.db_migrate), after a dump when they are in the host's own
    Postgres.
  - Whatever fails stops the release with the cause and the containers' last log lines, and what served before
    serves on. A run that was killed is completed or undone by the next.
  - One release of an application at a time on a host; a second one fails and names the first.
author:
  - slipway maintainers (@slipway)
requirements:
  - Docker Engine and Compose v2 on the host, as the role P(slipway.deploy.docker#role) installs them
  - C(point-proxy) of the role P(slipway.deploy.proxy#role) on the host, when C(app_routes) has routes
attributes:
  check_mode:
    support: full
    description:
      - Asks Compose and the registry, and changes nothing. On a host without an engine it only says that it
        would release. Migrations are not asked, since that takes a container of the new image.
  diff_mode:
    support: full
    description: Shows the Compose project that serves and the new one. Values of environments are hidden.
  idempotent:
    support: full
    description: Nothing changes when the same images, environment and definitions serve and are healthy.
options:
  port_base:
    description:
      - First port on the loopback address. Slot blue has 100 from this one on, slot green the next 100.
    type: int
    default: 21000
  health_timeout:
    description: How many seconds all containers of a release have to become healthy.
    type: int
    default: 120
  drain:
    description: How many seconds the previous release runs on after the switch, for what it has begun.
    type: int
    default: 10
  keep:
    description: How many releases are remembered on the host.
    type: int
    default: 5
  _order:
    description: Set by the action plugin alone. The description, and the texts of the Compose file.
    type: str
"""

EXAMPLES = r"""
- name: Release the application
  slipway.deploy.release:
    health_timeout: 300
"""

RETURN = r"""
summary:
  description: What serves, or would, for the callback P(slipway.deploy.phases#callback).
  returned: success
  type: str
  sample: 1.4.2 in slot green, 2 migrations proven
id:
  description: The release's name on the host, the same for the same images, environment and definitions.
  returned: success, unless the host has no engine
  type: str
  sample: 3f2a9c01d4be
slot:
  description: V(blue) or V(green).
  returned: success, unless the host has no engine
  type: str
version:
  description: The C(app_version).
  returned: success
  type: str
images:
  description: The images by service, with digests.
  returned: success, unless the host has no engine
  type: dict
migrations:
  description: What was applied, by service.
  returned: success
  type: dict
dumps:
  description: Where on the host the dumps from before the migrations are.
  returned: success
  type: list
  elements: str
notes:
  description: What of the Compose file was left out or changed, and why.
  returned: success
  type: list
  elements: str
evidence:
  description: What was proven, each with C(gate), C(passed) and C(observed).
  returned: success
  type: list
  elements: dict
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._release.disk import in_words
from ansible_collections.slipway.deploy.plugins.module_utils._release.engine import Engine
from ansible_collections.slipway.deploy.plugins.module_utils._release.line import preview, release
from ansible_collections.slipway.deploy.plugins.module_utils._release.order import Order, Settings
from ansible_collections.slipway.deploy.plugins.module_utils._release.redaction import Redaction

OPTIONS = {
    "port_base": {"type": "int", "default": 21000},
    "health_timeout": {"type": "int", "default": 120},
    "drain": {"type": "int", "default": 10},
    "keep": {"type": "int", "default": 5},
    "_order": {"type": "str", "no_log": True},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    order = Order.unpacked(module.params.pop("_order"))
    settings, engine, redact = Settings(**module.params), Engine(), Redaction()
    try:
        if module.check_mode:
            result = preview(order, engine, redact)
        else:
            result = release(order, settings, engine, redact)
    except SlipwayError as error:
        module.fail_json(msg=redact(str(error)))
    except OSError as error:
        module.fail_json(msg=redact(f"{order.app.name} is not released: {in_words(error)}"))
    answer = asdict(result)
    answer["diff"] = {"before": answer.pop("before"), "after": answer.pop("after")}
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
