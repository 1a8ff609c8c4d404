#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_records
short_description: Lead names to a host, and wait until every authoritative server says so
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Has the A, AAAA and CNAME records of a host's names in a zone, and no others at these names.
    A name that leads to addresses of one family has no record of the other.
  - Marks each name with a TXT record beside it, C(_slipway.NAME), that names its environment and host.
    A name that has records without this mark is refused.
  - Deletes the records of names that were made for this host and are no longer wanted.
  - Then asks each authoritative server of the zone until it answers what is wanted.
  - Where somebody else keeps the records, O(provider=existing), nothing is changed and the rest is the same.
  - Runs on the controller.
options:
  provider:
    description:
      - V(rfc2136) sends dynamic updates, signed with a TSIG key, to the zone's primary server.
      - V(existing) leaves the records to whoever keeps them.
    type: str
    choices: [rfc2136, existing]
    default: rfc2136
  zone:
    description:
      - The zone, in lower case and without a dot at its end.
    type: str
    required: true
  server:
    description:
      - IPv4 or IPv6 address of the zone's primary server. Needed for O(provider=rfc2136).
      - For O(provider=existing), a server that knows the others, unless the zone's delegation tells them.
    type: str
  port:
    description:
      - The port of all the name servers.
    type: int
    default: 53
  tsig_key_file:
    description:
      - File with the TSIG key, as C(tsig-keygen) of BIND or C(keymgr -t) of Knot writes it. Needed for
        O(provider=rfc2136).
    type: path
  environment:
    description:
      - The environment that the records belong to; one label of a name.
    type: str
    required: true
  host:
    description:
      - The host in the environment that the records belong to.
    type: str
    required: true
  names:
    description:
      - Names that lead to O(addresses). A wildcard is written like V(*.example.org).
    type: list
    elements: str
    default: []
  addresses:
    description:
      - The host's public IPv4 and IPv6 addresses.
    type: list
    elements: str
    default: []
  ttl:
    description:
      - How many seconds a resolver may keep a record.
    type: int
    default: 300
  records:
    description:
      - Records beyond those of O(names).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The whole name, inside the zone.
        type: str
        required: true
      type:
        description: The record's type.
        type: str
        choices: [A, AAAA, CNAME]
        required: true
      values:
        description: All addresses, or the one name that it leads to.
        type: list
        elements: str
        required: true
      ttl:
        description: Unless given, O(ttl).
        type: int
  adopt:
    description:
      - Names to take over, whoever made their A, AAAA and CNAME records.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(absent) deletes all records that were made for the host; O(names) and O(records) do not count then.
        Not for O(provider=existing).
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - How many seconds every authoritative server has to answer the wanted records.
    type: int
    default: 120
requirements:
  - dnspython >= 2.9.0 (Python)
attributes:
  check_mode:
    description: Can run in check mode and say what it would do; it waits for no server then, and no record
      that is still missing is a failure.
    support: full
  diff_mode:
    description: Shows the records before and after, as lines of a zone file.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Lead the application's names to the host
  slipway.deploy.dns_records:
    zone: example.org
    server: 203.0.113.53
    tsig_key_file: ~/.config/example.org.key
    environment: staging
    host: app-1
    names: [staging.example.org, livekit.staging.example.org]
    addresses: [203.0.113.7, "2001:db8::7"]
    records:
      - {name: www.staging.example.org, type: CNAME, values: [staging.example.org]}
  delegate_to: localhost
"""

RETURN = r"""
changes:
  description: The names that were changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    action:
      description: V(create), V(update), V(take over) or V(delete).
      type: str
evidence:
  description: What the authoritative servers were seen to answer.
  returned: when the servers were asked
  type: list
  elements: dict
  contains:
    gate:
      description: Always V(DNS).
      type: str
    passed:
      description: Whether the servers answer what is wanted.
      type: bool
    observed:
      description: What was seen.
      type: str
summary:
  description: How many records and who answers them, for the callback P(slipway.deploy.phases#callback).
  returned: success
  type: str
  sample: 4 records, seen by both name servers
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.slipway.deploy.plugins.module_utils._dns.library import DNSPYTHON_IMPORT_ERROR
from ansible_collections.slipway.deploy.plugins.module_utils._dns.module import run
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

_RECORD = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": ["A", "AAAA", "CNAME"], "required": True},
    "values": {"type": "list", "elements": "str", "required": True},
    "ttl": {"type": "int"},
}


def main() -> None:
    """Read the options, have the records, wait for the servers, report."""
    module = AnsibleModule(
        argument_spec={
            "provider": {"type": "str", "choices": ["rfc2136", "existing"], "default": "rfc2136"},
            "zone": {"type": "str", "required": True},
            "server": {"type": "str"},
            "port": {"type": "int", "default": 53},
            "tsig_key_file": {"type": "path", "no_log": False},
            "environment": {"type": "str", "required": True},
            "host": {"type": "str", "required": True},
            "names": {"type": "list", "elements": "str", "default": []},
            "addresses": {"type": "list", "elements": "str", "default": []},
            "ttl": {"type": "int", "default": 300},
            "records": {"type": "list", "elements": "dict", "default": [], "options": _RECORD},
            "adopt": {"type": "list", "elements": "str", "default": []},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "wait": {"type": "int", "default": 120},
        },
        required_if=[("provider", "rfc2136", ("server", "tsig_key_file"))],
        supports_check_mode=True,
    )
    if DNSPYTHON_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("dnspython"), exception=DNSPYTHON_IMPORT_ERROR)
    try:
        result = run(module.params, module.check_mode)
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
