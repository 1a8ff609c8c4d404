# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of iptables that reject everything, as Oracle's Ubuntu images ship them.

They end INPUT and FORWARD, so nothing but SSH gets in whatever nftables allows. They are removed one by one,
in the file that netfilter-persistent loads at boot and in the kernel; all else stays as it is, above all the
chain InstanceServices that guards 169.254.0.0/16, where the boot volume is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import partial

from .._step import Step
from .host import Host

# The whole rule: one with any condition is somebody's decision, not the shipped end of the chain.
REJECT_ALL = re.compile(r"-A (INPUT|FORWARD) -j REJECT( --reject-with [a-z0-9-]+)?")

FAMILIES = (("/etc/iptables/rules.v4", "iptables"), ("/etc/iptables/rules.v6", "ip6tables"))


def iptables_steps(host: Host) -> Iterator[Step]:
    """Yield what is to be done to the shipped rules, in their files and in the kernel."""
    for path, command in FAMILIES:
        text = host.read(path)
        if not text:
            continue
        kept = "".join(line for line in text.splitlines(keepends=True) if not is_reject_all(line))
        if kept != text:
            test = [f"{command}-restore", "--test"]
            yield Step(path, text, kept, partial(host.replace, path, kept, test))
        if host.has(f"{command}-save"):
            yield from _loaded(host, command)


def is_reject_all(line: str) -> bool:
    """Whether a line of iptables-save rejects whatever comes to it in INPUT or FORWARD."""
    return REJECT_ALL.fullmatch(line.strip()) is not None


def _loaded(host: Host, command: str) -> Iterator[Step]:
    chains = [
        line
        for line in host.run([f"{command}-save", "-t", "filter"]).splitlines()
        if line.startswith(("-A INPUT ", "-A FORWARD "))
    ]
    rejects = [line for line in chains if is_reject_all(line)]
    if rejects:
        kept = [line for line in chains if line not in rejects]
        delete = partial(_delete, host, command, rejects)
        yield Step(f"{command} INPUT and FORWARD", _lines(chains), _lines(kept), delete)


def _delete(host: Host, command: str, rules: list[str]) -> None:
    for rule in rules:
        _unused, chain, *rest = shlex.split(rule)
        host.run([command, "--wait", "60", "--delete", chain, *rest])


def _lines(rules: list[str]) -> str:
    return "".join(f"{rule}\n" for rule in rules)
