#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does all the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal_network
short_description: Have a network with DNS, ACME CA, registry and outside vantage point on this machine
description:
  - Creates the network C(slipway-ENVIRONMENT) on free ranges of 198.18.0.0/15 and 2001:db8::/48 in this
    machine's Docker Engine, and on it the services C(dns), C(ca), C(registry) and C(outside), each a
    container with an address of its own. No port is published on the machine.
  - The services' images are made from Debian packages, once.
  - A service whose image or settings differ from the wanted ones is replaced; one that stands still is
    started.
  - Writes the key that changes the zone (C(tsig.key), made once) and the authorities to trust (C(ca.pem)) to
    O(state_directory).
  - With O(state=absent), removes every container, volume and network that carries the environment's label,
    servers of the local provider included, and the two files. Images and caches stay.
  - Runs on the controller, whatever host the task is for, and says on standard error what takes long.
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
requirements:
  - docker (Python library) 7.1 on the controller
  - mmdebstrap on the controller, as long as the images are not made
options:
  state:
    description: Whether the environment's network and services shall be there.
    type: str
    choices: [present, absent]
    default: present
  environment:
    description: The environment that all this belongs to; part of every name.
    type: str
    required: true
  zone:
    description: The zone that C(dns) serves.
    type: str
    default: rehearsal.example
  images_directory:
    description: Where the recipes of the services' images lie, a folder each.
    type: path
    required: true
  state_directory:
    description: Where the controller keeps the files of this environment; made when it is missing.
    type: path
    required: true
  timeout:
    description: Seconds to wait for each service to become healthy.
    type: int
    default: 60
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
- name: Bring up the network of the environment local
  slipway.deploy.rehearsal_network:
    environment: local
    images_directory: "{{ role_path }}/files/images"
    state_directory: "{{ inventory_dir }}/.slipway"
  register: up

- name: Take the environment away
  slipway.deploy.rehearsal_network:
    state: absent
    environment: local
    images_directory: "{{ role_path }}/files/images"
    state_directory: "{{ inventory_dir }}/.slipway"
"""

RETURN = r"""
steps:
  description: What was done, in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: [create network slipway-local, create slipway-local-dns]
summary:
  description:
    - The services and their network, or how much was removed.
    - For the callback P(slipway.deploy.phases#callback).
  returned: unless check mode finds no network
  type: str
  sample: "dns, ca, registry, outside on 198.18.7.0/24"
rehearsal:
  description: Where everything is. Empty in check mode while there is no network.
  returned: when O(state=present)
  type: dict
  contains:
    environment:
      description: The environment.
      type: str
    network:
      description: Name of the network.
      type: str
    ipv4_subnet:
      description: The network's IPv4 range.
      type: str
      sample: 198.18.7.0/24
    ipv6_subnet:
      description: The network's IPv6 range.
      type: str
      sample: 2001:db8:0:7::/64
    zone:
      description: The zone that C(dns) serves.
      type: str
    services:
      description: Of each service the C(container), its C(name) in the zone, its C(ipv4) and C(ipv6) address.
      type: dict
    acme_directory:
      description: Address of the ACME directory.
      type: str
    registry_mirror:
      description: What an engine takes as its registry mirror.
      type: str
    tsig_key_file:
      description: The file with the key that changes the zone, as C(nsupdate -k) reads it.
      type: str
    ca_file:
      description: The file with the certificates of the ACME directory and of the root that issues.
      type: str
"""
