# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``cors``: pages of other origins may not read the answers. A status proves nothing here, only the value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..entry import Entry
from ..exchange import Response
from ..failure import ProbeError
from ..kind import Kind
from ..session import Session

_ALLOW = "Access-Control-Allow-Origin"
_FOREIGN = "https://evil.example"
_PREFLIGHT = {"Access-Control-Request-Method": "GET"}


@dataclass(frozen=True)
class Cors(Kind):
    """Asks as a page of the app's own origins, if given, and as pages of origins that are none of them."""

    key = "cors"
    url: str
    origins: tuple[str, ...] = ()

    @classmethod
    def read(cls, entry: Entry) -> Cors:
        """Read ``cors``, an address, and ``origins``."""
        return cls(entry.address("cors"), entry.origins("origins"))

    def run(self, session: Session) -> str:
        """Ask for each origin, for the foreign ones with a browser's preflight, too."""
        for origin in self.origins:
            found = self._allowed(session, "GET", origin)
            if found != origin:
                raise ProbeError(self._words(session, found, origin), f"{_ALLOW}: {origin}")
        asked = dict.fromkeys(self._foreign())
        for origin in asked:
            for method in ("GET", "OPTIONS"):
                found = self._allowed(session, method, origin)
                if found in ("*", origin) or (self.origins and found and found not in self.origins):
                    own = f"one of {', '.join(self.origins)}" if self.origins else "one of the app's own"
                    raise ProbeError(self._words(session, found, origin), f"none, or {own}")
        allowed = f"admitted {', '.join(self.origins)} and " if self.origins else ""
        return f"{session.address(self.url)} {allowed}refused {', '.join(asked)}"

    def _foreign(self) -> Iterator[str]:
        yield _FOREIGN
        yield "null"  # what a page in a sandbox has, so anybody can
        for origin in self.origins:
            yield f"{origin}.evil.example"  # for those who compare beginnings

    def _allowed(self, session: Session, method: str, origin: str) -> str:
        headers = {"Origin": origin, **(_PREFLIGHT if method == "OPTIONS" else {})}
        request = session.request(method, self.url, headers=headers)
        response: Response = session.send(request)
        if response.status >= 500:
            raise ProbeError(
                session.hidden.clean(f"{request} for {origin} answered {response}"),
                "an answer of the app, which says whom it admits",
            )
        return ", ".join(response.headers.get_all(_ALLOW) or [])

    def _words(self, session: Session, found: str, origin: str) -> str:
        said = f"{_ALLOW}: {found}" if found else f"no {_ALLOW}"
        return session.hidden.clean(f"{session.address(self.url)} answered {said} to {origin}")
