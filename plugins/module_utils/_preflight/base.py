# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the base role's variables must be beyond their types: a way in, and sizes that make sense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import available_timezones

from .._public_key import fault_of
from .formats import did_you_mean, is_address
from .given import Given
from .problem import Problem
from .supported import MIB, check_distribution, check_room

LEAST_ROOM = 512 * MIB  # for package lists, upgrades and the journal's first days
LEAST_JOURNAL = 16 * MIB  # two files of the size that journald starts with
LEAST_SWAP = MIB

HOST_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?"
)


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    yield from _admin(given)
    yield from _time(given)
    yield from _sizes(given)
    if given.host:
        yield from check_distribution(given.host)
        yield from check_room("/", given.host.free_root, LEAST_ROOM)
        yield from check_room("/var", given.host.free_var, LEAST_ROOM)
        if given.host.user == "root" and not given.bool("base_ssh_root_login"):
            what = "we are logged in as root, and would lock ourselves out"
            yield Problem(
                "base_ssh_root_login", what, f"set ansible_user: {given.str('base_admin_user')} first"
            )


def _admin(given: Given) -> Iterator[Problem]:
    name = given.str("base_admin_user")
    if name == "root":
        yield Problem("base_admin_user", "root is no user of its own", "name another, like slipway")
    elif not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name):
        yield Problem(
            "base_admin_user", f"{name!r} is no name of a Linux user", "use up to 32 of a-z, 0-9, _ and -"
        )
    keys = given.list("base_admin_keys")
    if not keys:
        yield Problem(
            "base_admin_keys", "without a key nobody could log in", "add the line of your .pub file"
        )
    for index, key in enumerate(keys):
        fault = fault_of(key)
        if fault:
            yield Problem(f"base_admin_keys[{index}]", *fault)


def _time(given: Given) -> Iterator[Problem]:
    time = given.str("base_automatic_reboot_time")
    if time and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", time):
        yield Problem(
            "base_automatic_reboot_time", f"{time!r} is no time of day", 'write it with quotes, like "04:00"'
        )
    zone, zones = given.str("base_timezone"), available_timezones()
    if zones and zone not in zones:  # a controller without tz database leaves it to the host
        mend = did_you_mean(zone, zones) or "write it like Europe/Berlin"
        yield Problem("base_timezone", f"{zone!r} is no time zone", mend)
    for index, server in enumerate(given.list("base_ntp_servers")):
        if not (is_address(server) or HOST_NAME.fullmatch(server)):
            what = f"{server!r} is neither a host name nor an address"
            yield Problem(f"base_ntp_servers[{index}]", what, "write it like ntp.example.org")


def _sizes(given: Given) -> Iterator[Problem]:
    if 0 < (given.int("base_swap_size") or 0) < LEAST_SWAP:
        yield Problem("base_swap_size", "is less than 1 MiB", "write a unit, like 2G, or 0 for no swap")
    if (given.int("base_journal_max_size") or 0) < LEAST_JOURNAL:
        yield Problem("base_journal_max_size", "is less than 16 MiB", "write a unit, like 1G")
    for name in ("base_journal_max_days", "base_apt_lock_timeout"):
        if (given.int(name) or 0) < 1:
            yield Problem(name, f"{given.int(name)} is too little", "write at least 1")
