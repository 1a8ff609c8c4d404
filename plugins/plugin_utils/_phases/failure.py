# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What went wrong, in the words that a person gets to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .layout import listed, printable

# Of a command that failed without saying more than that.
_SHOWN_OUTPUT_LINES = 8
# ansible-core puts these in front of what a module or a connection said.
_CORE_PREFIXES = ("Task failed: ", "Action failed: ", "Module failed: ")
_HIDDEN = "What it said is hidden, since the task is marked no_log."
_NOTHING_SAID = "It gave no message; -v shows what it returned."
# OpenSSH's words, and what they ask for.
_MENDS = (
    ("Connection refused", "nothing listens there: see that ansible_port is where its SSH server listens"),
    ("Permission denied", "it answers and refuses the login: see that ansible_user and the key are right"),
    (
        "Host key verification failed",
        "its host key is not known here, or not the one that was: compare it with what the provider's console"
        " shows, then log in once with ssh",
    ),
    ("Could not resolve hostname", "set ansible_host to its address, or mend its name in the DNS"),
    ("timed out", "see that it runs, that ansible_host is its address and that a firewall admits us"),
    ("No route to host", "see that it runs and that ansible_host is its address"),
)
_OTHER_MEND = "see that ssh reaches it; -vvv shows the whole conversation"


@dataclass(frozen=True)
class Failure:
    """A task that failed on a host, or could not reach it; ``message`` has all the lines of what it said."""

    task: str
    host: str
    message: str
    summary: str = ""
    unreachable: bool = False

    def heading(self, hosts: Sequence[str]) -> str:
        """Say in one line what failed where; ``hosts`` are all with the same failure."""
        what = (
            f"unreachable: {listed(hosts)} at {self.task}"
            if self.unreachable
            else f"failed: {self.task} on {listed(hosts)}"
        )
        return f"{self.summary}; {what}" if self.summary else what


def alike(failures: Iterable[Failure]) -> list[list[Failure]]:
    """Return the failures in groups; what several hosts said alike is one."""
    groups: dict[tuple[str, str, str, bool], list[Failure]] = {}
    for failure in failures:
        key = (failure.task, failure.message, failure.summary, failure.unreachable)
        groups.setdefault(key, []).append(failure)
    return list(groups.values())


def grouped(failures: Iterable[Failure]) -> list[tuple[str, str]]:
    """Return heading and message of each group of failures."""
    return [
        (group[0].heading(sorted({failure.host for failure in group})), group[0].message)
        for group in alike(failures)
    ]


def message_of(result: Mapping[str, Any], items: Sequence[str] = ()) -> str:
    """Return what a failed task said, never its arguments.

    :param items: of a loop, what its failed items said; it is more than the loop itself says.
    """
    if "censored" in result or result.get("_ansible_no_log"):
        return _HIDDEN
    if items:
        return "\n".join(dict.fromkeys(items))
    message = _text(result.get("msg"))
    for prefix in _CORE_PREFIXES:
        message = message.removeprefix(prefix)
    output = _output(result)
    return "\n".join(part for part in (message, *output) if part) or _NOTHING_SAID


def unreachable_message_of(result: Mapping[str, Any]) -> str:
    """Return why a host was not reached, with the mend."""
    message = message_of(result)
    mend = next((mend for words, mend in _MENDS if words in message), _OTHER_MEND)
    return f"{message}\n{mend[0].upper()}{mend[1:]}."


def summary_of(result: Mapping[str, Any]) -> str:
    """Return the line by which a module sums up what it did; empty when it returned none."""
    summary = result.get("summary")
    if not isinstance(summary, str) or result.get("_ansible_no_log"):
        return ""
    return printable(summary).strip().partition("\n")[0]


def _text(message: Any) -> str:
    if isinstance(message, str):
        return printable(message).strip()
    if isinstance(message, list) and all(isinstance(line, str) for line in message):
        return printable("\n".join(message)).strip()
    return ""


def _output(result: Mapping[str, Any]) -> list[str]:
    """Return the end of what a failed command wrote: most commands say there what is wrong."""
    if not result.get("rc"):
        return []
    said = _text(result.get("stderr")) or _text(result.get("stdout"))
    if not said or said in _text(result.get("msg")):
        return []
    return said.splitlines()[-_SHOWN_OUTPUT_LINES:]
