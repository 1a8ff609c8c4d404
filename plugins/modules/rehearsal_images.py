#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal_images
short_description: Fill the rehearsal's registry with the images that production pulls
description:
  - Each image is a folder with a Dockerfile and an C(image.yml), which lists the names under which production
    pulls it.
  - A name that the registry offers already, from a pull or from the same recipe, is left as it is.
  - Otherwise the official image is pulled where a registry answers. That none does is found out once in a
    call. With C(official) false in its C(image.yml), none is asked for it.
  - Otherwise a stand-in is built, from Debian packages and Go modules, once for each content; one at a time.
    What was built is kept in the engine and below C(~/.cache/slipway).
  - Runs on the controller, whatever host the task is for, and says on standard error what takes long.
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
requirements:
  - docker (Python library) 7.1 on the controller
  - mmdebstrap on the controller, as long as the base image is not made
options:
  environment:
    description: The environment whose registry is filled, see M(slipway.deploy.rehearsal_network).
    type: str
    required: true
  images_directories:
    description: Where the recipes lie, a folder each. Where two have the same name, the first is taken.
    type: list
    elements: path
    required: true
  images:
    description: Names of the recipes; with a version behind a colon where a recipe has several.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    description: Says what would be done.
    support: full
  diff_mode:
    description: Shows the steps.
    support: full
  idempotent:
    description: Running it again changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Have PostgreSQL and Caddy in the registry
  slipway.deploy.rehearsal_images:
    environment: local
    images_directories: ["{{ role_path }}/files/images"]
    images: [postgres, caddy]
"""

RETURN = r"""
steps:
  description: What was done, in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: ["publish library/postgres:17 (stand-in)", "publish pgvector/pgvector:pg17 (stand-in)"]
summary:
  description: How many images were published, for the callback P(slipway.deploy.phases#callback).
  returned: when there was something to do
  type: str
  sample: published 2 images
"""
