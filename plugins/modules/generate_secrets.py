#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: generate_secrets
short_description: Generate the secrets that an environment needs and nobody has set, once
description:
  - Looks which secrets the hosts of the play need. These are the entries of their variable
    C(secrets_generated), and what the services in their C(app_backing) need. C(postgres) needs
    C(postgres_password), C(redis) needs C(redis_password), C(object_storage) needs
    C(object_storage_access_key_id) and C(object_storage_secret_key).
  - One that every host which needs it has a value for is left alone, wherever that value comes from.
  - Any other is generated and added to O(file). What is in that file never changes.
  - With a vault password, O(file) is encrypted as C(ansible-vault) does it, with the password that it is
    encrypted with already, or with C(vault_encrypt_identity) or the first one. A file that is plain is
    encrypted, too.
  - Without a vault password, secrets are generated only if C(server_provider) is V(local) for every host of
    the play. Then O(file) is plain, and readable by its owner alone.
  - No value is part of the result. Look into O(file) for those that RV(unread) names.
  - Runs on the controller, whatever host the task is for. Have it with C(run_once), it looks at all hosts.
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
options:
  file:
    description:
      - The file of variables, best C(group_vars/all/generated_secrets.yml) in the inventory's folder, where
        Ansible reads it in every later run.
      - Its folders are made when they are missing.
    type: path
    required: true
attributes:
  check_mode:
    description: Says what would be generated, and gives placeholders for it.
    support: full
  diff_mode:
    description: Shows names, never values.
    support: full
  idempotent:
    description: What was generated is kept.
    support: full
"""

EXAMPLES = r"""
- name: Generate the secrets that nobody has set
  slipway.deploy.generate_secrets:
    file: "{{ inventory_dir }}/group_vars/all/generated_secrets.yml"
  run_once: true
"""

RETURN = r"""
made:
  description: Names of the secrets that were generated, in check mode would be.
  returned: success
  type: list
  elements: str
  sample: [postgres_password]
kept:
  description: Names of the secrets that the hosts need and that were in O(file) before.
  returned: success
  type: list
  elements: str
  sample: [redis_password]
unread:
  description: Names of the secrets that at least one host which needs them has no value for in this run.
  returned: success
  type: list
  elements: str
  sample: [postgres_password]
placeholders:
  description: In check mode, something of the right shape for each of RV(made); otherwise empty.
  returned: success
  type: dict
  sample: {}
fingerprints:
  description: Of each secret in O(file) that the hosts need, by which a change can be told.
  returned: success
  type: dict
  sample: {postgres_password: fp-0f3a52c09d1e}
summary:
  description: How many were made and kept, for the callback P(slipway.deploy.phases#callback).
  returned: success
  type: str
  sample: 1 made in inventories/staging/group_vars/all/generated_secrets.yml, 1 kept
"""
