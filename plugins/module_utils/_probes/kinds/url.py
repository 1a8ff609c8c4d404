# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``url``: one answer, over every family that the name has and this machine reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..answer import ANYTHING, PATH, Wanted
from ..entry import Entry
from ..kind import Kind
from ..placeholders import BUILT_IN, NAME
from ..session import Session

WANTED_HEADERS = "{X-Frame-Options: DENY}, or null for one that must not be there"


@dataclass(frozen=True)
class Url(Kind):
    """Gets an address and holds the answer against what is wanted."""

    key = "url"
    url: str
    wanted: Wanted
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, entry: Entry) -> Url:
        """Read ``url``, what is wanted of its answer, and ``request_headers``."""
        return cls(
            entry.address("url"),
            read_wanted(entry, json="json"),
            entry.headers("request_headers", "{Accept: application/json}"),
        )

    def run(self, session: Session) -> str:
        """Ask over each family."""
        request = session.request("GET", self.url, headers=self.headers)
        wanted = self.wanted.filled(session.kept)
        families, status = [], ""
        for endpoint in session.endpoints(request.url):
            over = f" over {endpoint.family} ({endpoint.address})"
            response = session.send(request, endpoint, over)
            wanted.judge(request, response, session.hidden, over)
            families.append(endpoint.family)
            status = str(response)
        return f"{request} answered {status} over {' and '.join(families)}"


def read_wanted(entry: Entry, json: str) -> Wanted:
    """Read what is wanted of an answer; ``json`` is the key that its JSON has."""
    found = entry.get(json)
    return Wanted(
        status=tuple(_statuses(entry)),
        json=found if json in entry.data else ANYTHING,
        headers=entry.headers("headers", WANTED_HEADERS, nullable=True),
        text=entry.text("text", "write the words that its body must hold"),
        redirect=entry.address("redirect", relative=True),
    )


def read_keep(entry: Entry) -> dict[str, str]:
    """Read what is to be kept of an answer, and let later addresses and bodies name it."""
    keep = entry.mapping("keep", "{id: json.id}")
    for name, path in keep.items():
        if not NAME.fullmatch(name):
            entry.problem(f"keep.{name}", "is no name for a placeholder", "write letters, digits and _")
        elif name in BUILT_IN:
            entry.problem(
                f"keep.{name}", "is the name of a placeholder that there is already", "write another"
            )
        elif not isinstance(path, str) or not PATH.fullmatch(path):
            what = f"{path!r} is no place in an answer"
            entry.problem(f"keep.{name}", what, "write it like json.id, json.items[0].id or header.Location")
    entry.placeholders.update(keep)
    return keep


def _statuses(entry: Entry) -> Iterator[int]:
    value = entry.get("status")
    if "status" not in entry.data:
        return
    for status in value if isinstance(value, list) and value else [value]:
        if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
            entry.problem("status", f"{status!r} is no status of HTTP", "write it like 200, or [200, 204]")
            return
        yield status
