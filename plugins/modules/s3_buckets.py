#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module: buckets of an S3 endpoint, their CORS rules, and the account that owns them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_buckets
short_description: Have buckets at an S3 endpoint, and their CORS rules
version_added: 0.1.0
description:
  - Creates buckets that are missing and sets their CORS rules, compared by value. Never removes a bucket.
  - Runs on the host, whose own network has to lead to the endpoint.
  - With O(container), the endpoint is a Versity S3 Gateway on this host. Then the account of
    O(access_key_id) is created too, or gets its secret key, and becomes the owner of the buckets.
author: slipway maintainers (@slipway)
attributes:
  check_mode:
    description: Can run in check mode, also before the container of O(container) exists.
    support: full
  diff_mode:
    description: Shows accounts, buckets and CORS rules before and after, and no secret key.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
options:
  endpoint:
    description: The endpoint's address. Buckets are named in the path, so it is one for all.
    type: str
    required: true
  region:
    description: The region that requests are signed for and buckets are created in.
    type: str
    required: true
  access_key_id:
    description: The account's access key.
    type: str
    required: true
  secret_key:
    description: The account's secret key.
    type: str
    required: true
  buckets:
    description: The buckets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The bucket's name.
        type: str
        required: true
      cors_origins:
        description:
          - The origins whose pages may read and write objects. An empty list removes all rules.
          - When it is left out, the rules stay as they are.
        type: list
        elements: str
  container:
    description: The container on this host that is the endpoint; its own address is used.
    type: str
  root_access_key_id:
    description: With O(container), the access key of the gateway's root account.
    type: str
  root_secret_key_file:
    description: With O(container), the file on the host that holds the root account's secret key.
    type: path
"""

EXAMPLES = r"""
- name: Have the app's bucket
  slipway.deploy.s3_buckets:
    endpoint: https://s3.example.org
    region: eu-central-1
    access_key_id: "{{ object_storage_access_key_id }}"
    secret_key: "{{ object_storage_secret_key }}"
    buckets:
      - name: uploads
        cors_origins: ["https://app.example.org"]
"""

RETURN = r"""
steps:
  description: What has been changed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [bucket uploads, CORS rules of bucket uploads]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._s3.buckets import Bucket
from ansible_collections.slipway.deploy.plugins.module_utils._s3.plan import Endpoint, ensure

OPTIONS = {
    "endpoint": {"type": "str", "required": True},
    "region": {"type": "str", "required": True},
    "access_key_id": {"type": "str", "required": True, "no_log": False},
    "secret_key": {"type": "str", "required": True, "no_log": True},
    "buckets": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "cors_origins": {"type": "list", "elements": "str"},
        },
    },
    "container": {"type": "str"},
    "root_access_key_id": {"type": "str", "no_log": False},
    "root_secret_key_file": {"type": "path", "no_log": False},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        OPTIONS,
        supports_check_mode=True,
        required_together=[("container", "root_access_key_id", "root_secret_key_file")],
    )
    options = dict(module.params)
    wanted = [Bucket(bucket["name"], bucket["cors_origins"]) for bucket in options.pop("buckets")]
    try:
        steps = ensure(Endpoint(**options), wanted, check_mode=module.check_mode)
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=bool(steps), steps=[step.name for step in steps], diff=[step.diff() for step in steps]
    )


if __name__ == "__main__":
    main()
