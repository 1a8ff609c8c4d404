# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a CA that comes to a host name for its challenge would meet our server, seen from outside."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from .._errors import SlipwayError
from . import challenge_client

if TYPE_CHECKING:
    from .ports import Run

PATH = "/.well-known/slipway-challenge/"

Answer = Mapping[str, Any]


def look(run: Run, names: Sequence[str], token: str, seconds: int) -> dict[str, dict[str, Answer]]:
    """Fetch the token of each name through each of its addresses; return what came, by name and address.

    :raises SlipwayError: when the vantage point cannot run Python.
    """
    source = inspect.getsource(challenge_client)
    output = run(["python3", "-c", source, f"{PATH}{token}", str(seconds), *names])
    seen: dict[str, dict[str, Answer]] = json.loads(output)
    return seen


def sentences(seen: Mapping[str, Mapping[str, Answer]], token: str, ours: Sequence[str]) -> Iterator[str]:
    """Yield what a CA would stumble over; ``ours`` are the server's addresses."""
    server = ", ".join(ours) or "this server"
    for name, answers in seen.items():
        if not answers:
            yield (
                f"{name} has no address in the DNS; create records that lead to {server}, "
                "or wait until resolvers have forgotten that there were none."
            )
        for address, answer in answers.items():
            if answer.get("body") != token:
                yield from _complaint(name, address, answer, ours)


def _complaint(name: str, address: str, answer: Answer, ours: Sequence[str]) -> Iterator[str]:
    if address in ours:
        # What the vantage point has no way to, IPv6 mostly, says nothing about others.
        if not answer.get("unreachable"):
            yield (
                f"{name} leads to {address}, as it should, but {_came(answer)}; "
                "open port 80 in every firewall, the provider's too."
            )
        return
    record = "AAAA" if ip_address(address).version == 6 else "A"
    same = [one for one in ours if ip_address(one).version == ip_address(address).version]
    mend = f"correct it to {same[0]}" if same else "remove it"
    yield (
        f"{name} leads to {address}, which is no address of this server, and {_came(answer)}; "
        f"its {record} record is wrong or old: {mend}."
    )


def _came(answer: Answer) -> str:
    if "status" not in answer:
        return f"nothing came from there ({answer.get('error')})"
    words = " ".join(str(answer.get("body")).split())[:60]
    led = f", leading to {answer['location']}" if answer.get("location") else ""
    return f"there came {answer['status']}{led} ({words!r}) instead of our own answer"


def reached(seen: Mapping[str, Mapping[str, Answer]], token: str) -> list[str]:
    """Return each name with the addresses through which our own answer came, for a person."""
    found = []
    for name, answers in seen.items():
        addresses = [address for address, answer in answers.items() if answer.get("body") == token]
        found.append(f"{name} by {' and '.join(addresses) or 'none'}")
    return found


def refuse_unmet(seen: Mapping[str, Mapping[str, Answer]], token: str, ours: Sequence[str]) -> None:
    """Raise SlipwayError with everything that is wrong, one line for each, unless each name was met."""
    said = list(sentences(seen, token, ours))
    if said:
        raise SlipwayError("\n".join([*said, "The CA has not been asked"]))
