# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an HTTP answer must be like, and what can be taken out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from .exchange import Request, Response
from .failure import ProbeError
from .placeholders import fill
from .redaction import Hidden

# Where a value stands in an answer: json.items[0].id, or header.Location.
PATH = re.compile(r"json((\.[\w-]+)|(\[\d+\]))+|header\.[\w-]+")
REDIRECTS = (301, 302, 303, 307, 308)
ANYTHING = object()
_SHOWN_HEADERS = ("Content-Type", "Location", "Retry-After")


@dataclass(frozen=True)
class Fault:
    """One thing that is not as wanted; ``observed`` is empty when the answer's first line says it."""

    observed: str
    wanted: str
    shows_body: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is wanted of an answer; ``status`` is ``None`` for any at all, empty for 200 to 299."""

    status: tuple[int, ...] | None = ()
    json: Any = ANYTHING
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Text that each header must hold; ``None`` for one that must not be there."""
    text: str = ""
    redirect: str = ""

    def filled(self, kept: Mapping[str, Any]) -> Wanted:
        """Return the same with its placeholders filled."""
        return replace(self, json=fill(self.json, kept), text=str(fill(self.text, kept)))

    def judge(self, request: Request, response: Response, hidden: Hidden, over: str = "") -> None:
        """Raise ProbeError for an answer that is not as wanted; ``over`` says which way it came."""
        faults = list(self._faults(request, response))
        if not faults:
            return
        shown = [f"{name}: {response.headers[name]}" for name in _SHOWN_HEADERS if response.headers[name]]
        details = [fault.observed for fault in faults if fault.observed]
        if any(fault.shows_body for fault in faults):
            details = [*shown, *details]
        observed = "; ".join([f"{request}{over} answered {response}", *details])
        body = hidden.body(response.body) if any(fault.shows_body for fault in faults) else ""
        raise ProbeError(
            hidden.clean(observed),
            hidden.clean("; ".join(fault.wanted for fault in faults)),
            *([f"its body: {body}"] if body else []),
        )

    def _faults(self, request: Request, response: Response) -> Iterator[Fault]:
        if self.status is not None:
            accepted = self.status or (REDIRECTS if self.redirect else range(200, 300))
            if response.status not in accepted:
                words = " or ".join(map(str, accepted)) if self.status else ""
                wanted = words or ("a redirect" if self.redirect else "200 to 299")
                yield Fault("", f"status {wanted}", shows_body=True)
                return
        if self.redirect:
            location = urljoin(request.url, response.headers["Location"] or "")
            if not _same_address(location, self.redirect):
                leads = f"it leads to {location}" if response.headers["Location"] else "it leads nowhere"
                yield Fault(leads, f"a redirect to {self.redirect}")
        for name, value in self.headers.items():
            yield from _header_faults(name, value, response)
        if self.text and self.text not in response.body.decode(errors="replace"):
            yield Fault("", f"a body with {self.text!r} in it", shows_body=True)
        if self.json is not ANYTHING:
            yield from _json_faults(self.json, response)


def take(path: str, response: Response) -> Any:
    """Return what stands at a path of the answer; raises LookupError when there is nothing."""
    source, _unused, rest = path.partition(".")
    if source == "header":
        return _required(response.headers[rest])
    value = _parsed(response)
    for name, index in re.findall(r"([\w-]+)|\[(\d+)\]", path.removeprefix("json")):
        value = value[int(index)] if index or (isinstance(value, list) and name.isdecimal()) else value[name]
    return _required(value)


def _required(value: Any) -> Any:
    if value is None:
        raise LookupError
    return value


def _header_faults(name: str, value: str | None, response: Response) -> Iterator[Fault]:
    found = ", ".join(response.headers.get_all(name) or [])
    if value is None and found:
        yield Fault(f"{name}: {found}", f"no header {name}")
    elif value is not None and value.lower() not in found.lower():
        yield Fault(f"{name}: {found}" if found else f"no header {name}", f"{name}: {value}")
    elif value is not None and not found:
        yield Fault(f"no header {name}", f"a header {name}")


def _parsed(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        raise LookupError("its body is no JSON") from None


def _json_faults(wanted: Any, response: Response) -> Iterator[Fault]:
    try:
        found = _parsed(response)
    except LookupError as error:
        yield Fault(str(error), f"JSON with {json.dumps(wanted)}", shows_body=True)
        return
    for path, value, other in differences(wanted, found):
        observed = f"{path} is missing" if other is ANYTHING else f"{path} is {json.dumps(other)}"
        yield Fault(observed, f"{path} {json.dumps(value)}", shows_body=other is ANYTHING)


def differences(wanted: Any, found: Any, path: str = "json") -> Iterator[tuple[str, Any, Any]]:
    """Yield where a value lacks what is wanted: path, wanted, found. A mapping may have further keys."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            yield from differences(value, found.get(key, ANYTHING), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, value in enumerate(wanted):
            yield from differences(value, found[index], f"{path}[{index}]")
    elif wanted != found or isinstance(wanted, bool) is not isinstance(found, bool):
        yield path, wanted, found


def _same_address(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return first._replace(path=first.path or "/") == second._replace(path=second.path or "/")
