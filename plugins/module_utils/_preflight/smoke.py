# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be wrong with the variables of the role ``smoke``, beyond their types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .._probes.names import is_resolver
from .given import Given
from .problem import Problem


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong: servers that are none, a CA that is not there, times that are no time."""
    for index, resolver in enumerate(given.list("smoke_resolvers")):
        if not is_resolver(resolver):
            what = f"{resolver!r} is no address of a DNS server"
            yield Problem(f"smoke_resolvers[{index}]", what, "write it like 192.0.2.53")
    ca_file = given.str("smoke_ca_file")
    if ca_file and not Path(ca_file).expanduser().is_file():
        yield Problem(
            "smoke_ca_file", f"there is no file {ca_file}", "name a file with certificates in PEM form"
        )
    for name in ("smoke_timeout", "smoke_total_timeout", "smoke_certificate_days"):
        if (given.int(name) or 0) < 1:
            yield Problem(name, f"{given.int(name)} is nothing to go by", "write at least 1")
    if (given.int("smoke_patience") or 0) < 0:
        yield Problem("smoke_patience", "nobody waits for less than no time", "write 0 or more")
