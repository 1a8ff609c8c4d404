#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: smoke
short_description: Look at an application from outside, as the people who use it do
version_added: 0.1.0
author:
  - slipway maintainers (@slipway)
description:
  - Runs probes side by side, each with a deadline, and fails naming those that have not seen what they want.
  - For each host of O(routes) it looks by itself whether the DNS leads to O(addresses), whether the
    certificate is trusted and lasts, whether TLS older than 1.2 is refused, whether HTTP leads to HTTPS, and
    whether HSTS is told.
  - HTTP, TLS and ports are looked at over IPv4 and over IPv6 where the name and this machine have both.
  - A flow and an upload write in the application and remove what they have made, also after a failure, as
    far as they are told how. Check mode passes them over, and says so.
  - Secrets, tokens and passwords are not shown.
  - Runs on the controller.
options:
  probes:
    description:
      - What to look at, see the role P(slipway.deploy.smoke#role) for every kind of probe and its keys.
    type: list
    elements: dict
    default: []
  routes:
    description:
      - What the internet sees of the application. Of each entry only C(host) is read.
    type: list
    elements: dict
    default: []
  addresses:
    description:
      - The server's public addresses. Without any, the DNS is not compared with them.
    type: list
    elements: str
    default: []
  base:
    description:
      - The address of the application, for steps of a flow that name a path alone.
    type: str
    default: ""
  resolvers:
    description:
      - Addresses of the DNS servers to ask, like V(192.0.2.53) or V(192.0.2.53:5353).
      - Unless given, names are resolved as this machine does, and what the DNS says of a host is asked of the
        zone's own servers.
    type: list
    elements: str
    default: []
  ca_file:
    description:
      - CA certificates to trust, in PEM form. Unless given, those of the system are trusted.
    type: path
  certificate_days:
    description:
      - How many days the certificates of the O(routes) must still be good for.
    type: float
    default: 7
  hsts:
    description:
      - Whether the hosts of the O(routes) must send Strict-Transport-Security.
    type: bool
    default: true
  timeout:
    description:
      - How many seconds a probe may take. An upload has as many more as its size needs at 1 MB/s.
    type: float
    default: 10
  total_timeout:
    description:
      - How many seconds all probes may take together. A flow that fails late has five more to remove what it
        has made.
    type: float
    default: 300
  patience:
    description:
      - For how many seconds a probe that fails is tried again. For services that have just started.
    type: float
    default: 0
requirements:
  - dnspython >= 2.6.1
  - websockets >= 13.0
attributes:
  check_mode:
    description: Passes over the probes that write in the application.
    support: full
  diff_mode:
    description: Has nothing to show, since it changes nothing on any host.
    support: none
  idempotent:
    description: Reports no change, whatever it sees.
    support: full
"""

EXAMPLES = r"""
- name: Look at the application from outside
  slipway.deploy.smoke:
    routes:
      - {host: app.example.com}
    addresses: [203.0.113.7, "2001:db8::7"]
    base: https://app.example.com
    probes:
      - {name: the API is healthy, url: "https://app.example.com/api/health", json: {status: ok}}
      - {name: foreign origins are refused, cors: "https://app.example.com/api/health"}
      - name: a person can register and write
        flow:
          - post: /api/register
            json: {email: "{probe_email}", password: "{probe_password}"}
            status: 201
            keep: {token: json.token}
          - {post: /api/notes, bearer: token, json: {text: hello}, keep: {id: json.id}}
          - {get: "/api/notes/{id}", bearer: token, json: {text: hello}}
          - {delete: "/api/notes/{id}", bearer: token}
  delegate_to: localhost
"""

RETURN = r"""
probes:
  description: What became of each probe.
  returned: when the data is sound
  type: list
  elements: dict
  contains:
    name:
      description: The name of the probe.
      type: str
    passed:
      description: Whether it has seen what it wants.
      type: bool
    observed:
      description: What it has seen.
      type: str
    seconds:
      description: How long it took, all tries together.
      type: float
    tries:
      description: How often it was tried.
      type: int
passed_over:
  description: Names of the probes that check mode left out.
  returned: when the data is sound
  type: list
  elements: str
evidence:
  description: A gate for each probe, with C(gate), C(passed) and C(observed).
  returned: when the data is sound
  type: list
  elements: dict
summary:
  description: How many probes have passed, for the callback P(slipway.deploy.phases#callback).
  returned: when the data is sound
  type: str
  sample: 17 of 17 probes from outside
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._probes import libraries, report
from ansible_collections.slipway.deploy.plugins.module_utils._probes.network import Network
from ansible_collections.slipway.deploy.plugins.module_utils._probes.redaction import Hidden, secrets_of
from ansible_collections.slipway.deploy.plugins.module_utils._probes.routes import derive
from ansible_collections.slipway.deploy.plugins.module_utils._probes.runner import Limits, Runner
from ansible_collections.slipway.deploy.plugins.module_utils._probes.specification import parse


def main() -> None:
    """Read the options, look, tell."""
    module = AnsibleModule(
        argument_spec={
            "probes": {"type": "list", "elements": "dict", "default": []},
            "routes": {"type": "list", "elements": "dict", "default": []},
            "addresses": {"type": "list", "elements": "str", "default": []},
            "base": {"type": "str", "default": ""},
            "resolvers": {"type": "list", "elements": "str", "default": []},
            "ca_file": {"type": "path"},
            "certificate_days": {"type": "float", "default": 7},
            "hsts": {"type": "bool", "default": True},
            "timeout": {"type": "float", "default": 10},
            "total_timeout": {"type": "float", "default": 300},
            "patience": {"type": "float", "default": 0},
        },
        supports_check_mode=True,
    )
    options = module.params
    hidden = Hidden()
    hidden.add(list(secrets_of(options["probes"])))
    module.no_log_values.update(hidden.texts)
    if libraries.IMPORT_ERROR:
        module.fail_json(
            msg=missing_required_lib("dnspython or websockets"), exception=libraries.IMPORT_ERROR
        )
    try:
        derived = derive(
            options["routes"], options["addresses"], options["certificate_days"], options["hsts"]
        )
        probes = [*derived, *parse(options["probes"])]
        passed_over = [probe.name for probe in probes if module.check_mode and probe.kind.writes]
        network = Network(options["resolvers"], options["ca_file"])
        limits = Limits(options["timeout"], options["total_timeout"], options["patience"])
        runner = Runner(network, limits, options["base"], hidden)
        outcomes = runner.run([probe for probe in probes if probe.name not in passed_over])
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    result = {
        "probes": report.results(outcomes),
        "passed_over": passed_over,
        "evidence": report.evidence(outcomes),
        "summary": report.summary(outcomes, passed_over),
    }
    if failures := report.message(outcomes):
        module.fail_json(msg=failures, **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
