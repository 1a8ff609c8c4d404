#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible module: files on a host and what must follow from them, as one transaction."""

from __future__ import annotations

DOCUMENTATION = r"""
module: configure
short_description: Put files in place and apply them, as one transaction
version_added: 0.1.0
description:
  - Brings several files of a host into the wanted state and runs what must follow from a change, such as the
    reload of a service. Either all of it happens, or the host is as it was.
  - A run that is killed in the middle leaves a journal on the host. The next run applies, even when no file
    differs any more.
  - When a command of O(apply) fails, or one of O(holds) still fails after it, the previous files come back
    and O(apply) runs on them.
  - Symbolic links are replaced, never written through. A path that leads through a link that somebody other
    than root can turn is refused.
author:
  - slipway maintainers (@slipway)
requirements:
  - Python 3.10 on the host, its standard library only
  - systemd on the host for O(guard)
attributes:
  check_mode:
    support: full
    description: Changes nothing on the host. O(files[].validate) runs when its program is installed already.
  diff_mode:
    support: full
    description: Shows contents, owners and modes; the content of O(files[].sensitive) files is hidden.
  idempotent:
    support: full
    description: When every file is as wanted and every command of O(holds) succeeds, nothing runs.
options:
  name:
    description: Names the transaction's journal on the host. Small letters, digits, V(-) and V(_).
    type: str
    required: true
  files:
    description: The files, put in place in this order, all of them before the first command of O(apply).
    type: list
    elements: dict
    default: []
    suboptions:
      template:
        description:
          - A Jinja2 template below the role's C(templates/). Without O(files[].path) its own path gives the
            destination, so C(etc/ssh/sshd_config.d/10-x.conf.j2) becomes C(/etc/ssh/sshd_config.d/10-x.conf).
          - Blocks on a line of their own leave no trace (C(trim_blocks) and C(lstrip_blocks)).
        type: str
      content:
        description: The file's content, instead of O(files[].template).
        type: str
      path:
        description: The destination, absolute. Needed for everything but O(files[].template).
        type: str
      state:
        description: V(absent) removes what stands at O(files[].path).
        type: str
        choices: [present, absent]
        default: present
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
      mode:
        description:
          - The mode in octal, quoted.
          - Parents that are missing are created as V(0755) of root; below the home directory of
            O(files[].owner), as V(0700) of O(files[].owner) and O(files[].group).
        type: str
        default: "0644"
      validate:
        description:
          - A command that must succeed on the new file before anything changes. V(%s) stands for a temporary
            file in the same directory, whose name begins with a dot.
        type: list
        elements: str
      sensitive:
        description: Hides the content in diffs, results and messages.
        type: bool
        default: false
  holds:
    description:
      - Commands without effect that succeed on a host in order. When one fails, O(apply) runs although no
        file differs, and all must succeed after it. They run in check mode too.
    type: list
    elements: list
    default: []
  apply:
    description: Commands that run in this order, once, when anything has changed. No shell is involved.
    type: list
    elements: list
    default: []
  timeout:
    description: Seconds that each command may take before it is killed and counts as failed.
    type: int
    default: 120
  guard:
    description:
      - Seconds after which the host undoes the change by itself, unless the controller has confirmed it over
        a fresh connection. For changes that can cut the connection. V(0) is no guard.
      - A reboot before the confirmation undoes the change too.
    type: int
    default: 0
  _sensitive:
    description:
      - Set by the action plugin alone. The contents of the O(files[].sensitive) files by path, apart from the
        others, since Ansible logs every option on the host but this one. They are in base64, so that they
        cannot by chance be part of the result, where Ansible would mask them.
    type: dict
  _token:
    description: Set by the action plugin alone. Tells this run's change from another's when it confirms.
    type: str
"""

EXAMPLES = r"""
- name: Configure the SSH daemon
  slipway.deploy.configure:
    name: ssh
    files:
      - template: etc/ssh/sshd_config.d/10-slipway.conf.j2
        mode: "0600"
        validate: [sshd, -t, -f, "%s"]
      - path: /etc/ssh/sshd_config.d/50-cloud-init.conf
        state: absent
    holds:
      - [systemctl, is-active, --quiet, ssh]
    apply:
      - [sshd, -t]
      - [systemctl, reload, ssh]
    guard: 60

- name: Keep a secret file
  slipway.deploy.configure:
    name: api-key
    files:
      - path: /etc/example/api-key
        content: "{{ example_api_key }}"
        mode: "0600"
        sensitive: true
"""

RETURN = r"""
changed_files:
  description: Paths of the files that differed, in the order of O(files).
  returned: success
  type: list
  elements: str
  sample: [/etc/ssh/sshd_config.d/10-slipway.conf]
applied:
  description: Whether the commands of O(apply) have run.
  returned: success
  type: bool
"""

import sys

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.slipway.deploy.plugins.module_utils._configure.options import read_options
from ansible_collections.slipway.deploy.plugins.module_utils._configure.transaction import execute, preview
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError

FILE_OPTIONS = {
    "template": {"type": "str"},
    "content": {"type": "str"},
    "path": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": "0644"},
    "validate": {"type": "list", "elements": "str"},
    "sensitive": {"type": "bool", "default": False},
}
OPTIONS = {
    "name": {"type": "str", "required": True},
    "files": {"type": "list", "elements": "dict", "default": [], "options": FILE_OPTIONS},
    "holds": {"type": "list", "elements": "list", "default": []},
    "apply": {"type": "list", "elements": "list", "default": []},
    "timeout": {"type": "int", "default": 120},
    "guard": {"type": "int", "default": 0},
    "_sensitive": {"type": "dict", "no_log": True},
    "_token": {"type": "str", "no_log": False},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    try:
        transaction = read_options(module.params)
        result = preview(transaction) if module.check_mode else execute(transaction)
    except SlipwayError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"the host refuses to configure {module.params['name']}: {error}.")
    answer: dict[str, object] = {
        "changed": result.changed,
        "changed_files": [str(change.wanted.path) for change in result.changes],
        "applied": result.applied,
    }
    if module._diff:
        answer["diff"] = [diff for change in result.changes for diff in change.diffs()]
    if result.awaits_confirmation:
        answer["_python"] = sys.executable
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
