# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A TSIG key for templates of those who need it on a host."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from ansible.errors import AnsibleFilterError

from ansible_collections.slipway.deploy.plugins.module_utils._dns.keys import read_key
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError


def tsig_key(file: str) -> dict[str, str]:
    """Return the name, the algorithm and the secret of the one key in this file on the controller."""
    try:
        key = read_key(Path(file).expanduser())
    except SlipwayError as error:
        raise AnsibleFilterError(str(error)) from error
    return {"name": key.name, "algorithm": key.algorithm, "secret": base64.b64encode(key.secret).decode()}


class FilterModule:
    """Names the filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., dict[str, str]]]:
        """Return the filters by name."""
        return {"tsig_key": tsig_key}
