#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: env_check
short_description: Hold the environment of containers against the rules of the application
description:
  - Puts C(app_environment) and C(app_secrets) over the environment that the Compose file gives each service,
    as a release does, and compares what the containers will see with C(app_rules). See the role
    P(slipway.deploy.app#role).
  - A variable that never reaches its container is found here, whatever file was meant to bring it.
  - Variables of C(app_secrets) must not be placeholders like V(changeme), with or without a rule.
  - Every problem is one line that names the variable, where it was written, what is wrong and how to mend it.
    No line has a value in it, but lengths and fingerprints.
  - Runs on the controller, so that no secret goes anywhere.
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
options:
  project:
    description:
      - The Compose file as C(docker compose config --format json) prints it.
      - Services that are neither in C(app_images) nor in C(app_keeps) are passed over.
    type: dict
    required: true
extends_documentation_fragment:
  - slipway.deploy.read_only
"""

EXAMPLES = r"""
- name: Have Compose read the file
  ansible.builtin.command:
    argv: [docker, compose, --file, /srv/app/compose.yml, config, --format, json]
  register: __compose
  changed_when: false
  no_log: true

- name: Check what the containers would see
  slipway.deploy.env_check:
    project: "{{ __compose.stdout | from_json }}"
"""

RETURN = r"""
fingerprints:
  description:
    - By service and variable, what tells two values of a secret apart.
    - For the rule C(differs_from) of another environment.
  type: dict
  returned: success
  sample: {api: {JWT_SECRET: fp-d1c5545fe9de}}
summary:
  description: How much was compared, for the callback P(slipway.deploy.phases#callback).
  type: str
  returned: success
  sample: 12 variables of 3 services, 4 with a rule
evidence:
  description: The verdict for the bundle of evidence.
  type: list
  elements: dict
  returned: always
  sample: [{gate: environment, passed: true, observed: "12 variables of 3 services, 4 with a rule"}]
msg:
  description: The problems, one a line.
  type: str
  returned: failure
  sample: >-
    app_secrets.api.JWT_SECRET (inventories/staging/group_vars/all/app.yml:31): has 40 characters, and its
    rule wants at least 64; generate one: openssl rand -hex 32.
"""
