# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What it takes to make the other firewalls of a host give way."""

from __future__ import annotations

from .._errors import SlipwayError
from .._step import Step
from .foreign_iptables import iptables_steps
from .foreign_managers import manager_steps
from .host import Host


def plan(host: Host) -> list[Step]:
    """Return what is to be done, nothing when all have given way. Only reads."""
    return [*iptables_steps(host), *manager_steps(host)]


def require_our_table(host: Host) -> None:
    """Raise SlipwayError unless our rules are in force: without them, giving way would open the host."""
    try:
        host.run(["nft", "list", "chain", "inet", "slipway", "input"])
    except SlipwayError as error:
        raise SlipwayError(
            "the table inet slipway is not loaded, so the other firewalls stay",
            "apply the role firewall first",
        ) from error
