#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: certificates
short_description: See which hosts have a TLS certificate, and have the others get one
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Looks on the server where the ACME client keeps its certificates. One that has expired does not count.
options:
  names:
    description:
      - Names of the hosts.
    type: list
    elements: str
    required: true
  path:
    description:
      - Where a certificate is kept, with V(NAME) in place of the host's name.
    type: str
    required: true
  wait:
    description:
      - How many seconds to wait for certificates that are missing. With V(0) they are only reported.
    type: int
    default: 0
  obtain:
    description:
      - A command that gets the missing certificates and ends.
      - Unless given, a server gets them by itself meanwhile.
    type: list
    elements: str
    default: []
  log:
    description:
      - A command that prints the log of the ACME client, one JSON object in each line as Caddy writes it.
      - The last error about a host is the reason in the failure.
    type: list
    elements: str
    default: []
requirements:
  - openssl on the host
attributes:
  check_mode:
    description: Can run in check mode; it only looks then.
    support: full
  diff_mode:
    description: Has nothing to show; what a CA issues cannot be known before.
    support: none
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Wait until both hosts have a certificate
  slipway.deploy.certificates:
    names: [www.example.org, api.example.org]
    path: /var/lib/slipway/proxy/caddy/certificates/acme-v02.api.letsencrypt.org-directory/NAME/NAME.crt
    wait: 120
    log: [docker, logs, --since, 120s, slipway-proxy]

- name: Have certbot get what is missing
  slipway.deploy.certificates:
    names: [www.example.org]
    path: /var/lib/slipway/proxy/certificates/acme-v02.api.letsencrypt.org-directory/NAME.pem
    wait: 120
    obtain: [/usr/local/lib/slipway/obtain-certificates]
"""

RETURN = r"""
missing:
  description: Names that have no certificate.
  returned: success
  type: list
  elements: str
token:
  description: A word that nobody can guess, for M(slipway.deploy.challenge).
  returned: success
  type: str
evidence:
  description: What was seen, for the evidence bundle; only when O(wait) is given.
  returned: success
  type: list
  elements: dict
"""

import secrets
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._proxy.certificates import (
    obtain,
    wait,
    without,
)


def main() -> None:
    """Read the options, look, wait."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "path": {"type": "str", "required": True},
            "wait": {"type": "int", "default": 0},
            "obtain": {"type": "list", "elements": "str", "default": []},
            "log": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    options = module.params
    files = {name: Path(options["path"].replace("NAME", name)) for name in options["names"]}
    evidence = []
    changed = False
    try:
        if options["wait"] and not module.check_mode:
            changed = bool(options["obtain"] and without(files))
            if changed:
                obtain(files, options["obtain"], options["wait"])
            else:
                wait(files, options["wait"], options["log"])
            observed = f"{', '.join(files)} have one"
            evidence.append({"gate": "certificates", "passed": True, "observed": observed})
        module.exit_json(
            changed=changed, missing=without(files), token=secrets.token_hex(16), evidence=evidence
        )
    except SlipwayError as error:
        evidence.append({"gate": "certificates", "passed": False, "observed": str(error)})
        module.fail_json(msg=str(error), evidence=evidence)


if __name__ == "__main__":
    main()
