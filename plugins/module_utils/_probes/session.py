# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One probe's conversation with the app: what it has kept, its cookies, and until when it may last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from json import dumps
from typing import Any
from urllib.parse import urlencode, urljoin

from .answer import Wanted, take
from .deadline import Deadline, TimeUpError
from .exchange import Request, Response, exchange, place_of
from .failure import ProbeError, UnansweredError
from .network import Endpoint, Network, said
from .placeholders import fill, fill_address, fresh_person
from .redaction import Hidden

_CLEANING_SECONDS = 5
_GONE = (404, 410)


class Session:
    """Sends requests and remembers; ``base`` is what relative addresses are relative to."""

    def __init__(self, network: Network, deadline: Deadline, base: str, hidden: Hidden) -> None:
        self.network, self.deadline, self.base, self.hidden = network, deadline, base, hidden
        self.kept = fresh_person()
        self.secret_names: set[str] = set()
        self._is_cleaning = False
        self._cookies: dict[str, SimpleCookie] = {}
        hidden.add(self.kept["probe_password"])

    def address(self, url: str) -> str:
        """Return an address that is whole, with its placeholders filled.

        :raises ProbeError: when nobody has said what a path is relative to.
        """
        whole = urljoin(self.base, fill_address(url, self.kept))
        if whole.startswith("/"):
            raise ProbeError(f"{url} is a path, and the address of the app is not known", "app_domain")
        return whole

    def endpoints(self, url: str) -> list[Endpoint]:
        """Return where an address can be asked, one for each family.

        :raises ProbeError: when it cannot.
        """
        _unused, name, port = place_of(url)
        try:
            return self.network.endpoints(name, port, self.deadline)
        except (UnansweredError, TimeUpError) as error:
            observed = self.hidden.clean(f"{url} {said_of(error, self.deadline)}")
            raise ProbeError(observed, "an answer") from error

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: Sequence[bytes] | None = None,
        bearer: str = "",
    ) -> Request:
        """Make a request of data with placeholders; ``bearer`` names a value that was kept."""
        whole = self.address(url)
        sent = {name: str(fill(value, self.kept)) for name, value in (headers or {}).items()}
        if bearer:
            sent["Authorization"] = f"Bearer {self.kept[bearer]}"
        if jar := self._cookies.get(place_of(whole)[1]):
            sent["Cookie"] = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in jar.items())
        if json is not None:
            sent.setdefault("Content-Type", "application/json")
            body = [dumps(fill(json, self.kept)).encode()]
        elif form is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
            body = [urlencode(fill(form, self.kept)).encode()]
        return Request(method, whole, sent, body)

    def send(self, request: Request, endpoint: Endpoint | None = None, over: str = "") -> Response:
        """Return the answer to a request; raises ProbeError when none comes."""
        endpoint = endpoint or self.endpoints(request.url)[0]
        try:
            response = exchange(request, endpoint, self.network, self.deadline)
        except (UnansweredError, TimeUpError) as error:
            observed = self.hidden.clean(f"{request}{over} {said_of(error, self.deadline)}")
            raise ProbeError(observed, "an answer") from error
        self._remember_cookies(endpoint.name, response)
        return response

    def ask(self, request: Request, wanted: Wanted, keep: Mapping[str, str]) -> Response:
        """Send a request, keep what is to be kept of its answer, then judge it; raises ProbeError."""
        response = self.send(request)
        missing = []
        # Kept before it is judged: what a failing step has made must be removed, too.
        for name, path in keep.items():
            try:
                self.kept[name] = take(path, response)
            except (LookupError, TypeError):
                missing.append(path)
            else:
                self.hidden.add(self.kept[name] if name in self.secret_names else None)
        if self._is_cleaning and response.status in _GONE:
            return response
        wanted.filled(self.kept).judge(request, response, self.hidden)
        if missing:
            what = f"{request} answered {response} without {', '.join(missing)}"
            body = self.hidden.body(response.body)
            raise ProbeError(
                self.hidden.clean(what),
                f"{', '.join(missing)} to go on with",
                *([f"its body: {body}"] if body else []),
            )
        return response

    def last_chance(self) -> None:
        """Give what removes data some time, also when the probe's own is up; what is gone is removed."""
        self.deadline = Deadline(_CLEANING_SECONDS)
        self._is_cleaning = True

    def _remember_cookies(self, name: str, response: Response) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            try:
                cookies = SimpleCookie(line)
            except CookieError:
                continue
            self._cookies.setdefault(name, SimpleCookie()).update(cookies)
            # A shorter one is a setting like "dark", which would be found in ordinary words.
            self.hidden.add([morsel.value for morsel in cookies.values() if len(morsel.value) >= 8])


def said_of(error: Exception, deadline: Deadline) -> str:
    """Say why no answer came, after the subject."""
    return str(error) if isinstance(error, UnansweredError) else said(error, deadline)
