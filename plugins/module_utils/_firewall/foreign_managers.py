# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Firewall managers that would block declared ports, or wipe out all rules when they start or stop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .._step import Step
from .host import Host

UFW_CONFIG = "/etc/ufw/ufw.conf"
NFTABLES_CONFIG = "/etc/nftables.conf"


def manager_steps(host: Host) -> Iterator[Step]:
    """Yield what is to be done to ufw, firewalld and nftables.service."""
    if re.search(r"^\s*ENABLED\s*=\s*[\"']?yes", host.read(UFW_CONFIG), re.MULTILINE | re.IGNORECASE):
        yield _off("ufw", lambda: host.run(["ufw", "disable"]))
    in_use = host.units_in_use("firewalld.service", "nftables.service")
    if "firewalld.service" in in_use:
        yield _off("firewalld", lambda: host.run(["systemctl", "disable", "--now", "firewalld.service"]))
    if "nftables.service" in in_use and flushes_everything(host.read(NFTABLES_CONFIG)):
        yield _off("nftables.service", lambda: _mask_nftables(host))


def flushes_everything(rules: str) -> bool:
    """Whether a file of nftables rules takes everybody's tables away."""
    return re.search(r"^\s*flush\s+ruleset\s*(;|#|$)", rules, re.MULTILINE) is not None


def inet_tables(rules: str) -> list[str]:
    """Return the tables of the family inet that a file of nftables rules defines."""
    return sorted(set(re.findall(r"^\s*(?:add\s+)?table\s+inet\s+([\w-]+)", rules, re.MULTILINE)))


def _mask_nftables(host: Host) -> None:
    # Stopping the unit flushes every table, ours too, which would open the host; a masked unit just stops.
    host.run(["systemctl", "mask", "nftables.service"])
    # Named and deleted in one go, so that a table which is not there is no failure.
    # Not those of ip and ip6: iptables, and so Docker, keeps its rules in tables of that family.
    for table in inet_tables(host.read(NFTABLES_CONFIG)):
        if table != "slipway":
            host.run(["nft", f"table inet {table}; delete table inet {table}"])
    host.run(["systemctl", "stop", "nftables.service"])


def _off(name: str, act: Callable[[], object]) -> Step:
    def step() -> None:
        act()

    return Step(name, "in force\n", "out of force\n", step)
