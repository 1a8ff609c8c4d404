# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The list of open ports for templates and for the options of other modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._firewall.ports import Declaration, open_ports


def as_dicts(services: Sequence[Any], **variables: Any) -> list[dict[str, Any]]:
    """Return the open ports as plain data; the keywords are the other fields of Declaration, all required."""
    try:
        return [port.as_dict() for port in open_ports(Declaration(services, **variables))]
    except SlipwayError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Names the filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"open_ports": as_dicts}
