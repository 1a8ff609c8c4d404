# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``upload``: random bytes of the declared size come back as they were, past every limit on the way."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from ..answer import Wanted
from ..entry import Entry
from ..failure import ProbeError
from ..kind import Kind
from ..placeholders import fill_address
from ..session import Session
from .call import read_bearer
from .url import read_keep, read_wanted

_DEFAULT_SIZE = "1MB"
_LARGEST = 1024**3  # it is held in memory
_SLOWEST = 1_000_000  # bytes a second, either way


@dataclass(frozen=True)
class Upload(Kind):
    """Sends a file as a form of a browser does, fetches it, compares, and removes it if told how."""

    key = "upload"
    writes = True
    url: str
    size: int
    field_name: str
    wanted: Wanted
    download: str
    delete: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    bearer: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, entry: Entry) -> Upload:
        """Read ``upload``, an address, and where the file can be had; ``{hash}`` is its SHA-256."""
        url = entry.address("upload")
        size = entry.size("size", _DEFAULT_SIZE)
        if size > _LARGEST:
            entry.problem("size", "is more than a probe carries", "write 1GB or less")
        wanted = read_wanted(entry, json="answer")
        keep = read_keep(entry)
        entry.placeholders.add("hash")
        download = entry.address("download", relative=True)
        if not download and "download" not in entry.data:
            entry.problem("", "does not say where the file can be had", "add download")
        return cls(
            url,
            size,
            entry.text("field", "write the name of the form's field", "file"),
            wanted,
            download,
            entry.address("delete", relative=True),
            entry.headers("request_headers", "{Accept: application/json}"),
            read_bearer(entry),
            keep,
        )

    @property
    def extra_seconds(self) -> float:
        """There and back."""
        return 2 * self.size / _SLOWEST

    def run(self, session: Session) -> str:
        """Send, fetch, compare."""
        content = os.urandom(self.size)
        session.kept["hash"] = hashlib.sha256(content).hexdigest()
        boundary = secrets.token_hex(16)
        opening = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{self.field_name}"; filename="probe.bin"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        sending = session.request(
            "POST",
            self.url,
            headers={**self.headers, "Content-Type": f"multipart/form-data; boundary={boundary}"},
            body=[opening.encode(), content, f"\r\n--{boundary}--\r\n".encode()],
            bearer=self.bearer,
        )
        try:
            session.ask(sending, self.wanted, self.keep)
            self._fetch(session)
        except ProbeError as failure:
            raise ProbeError(
                failure.observed, failure.wanted, *failure.more, *self._removed(session)
            ) from failure
        if self.delete:
            self._remove(session)
        return f"{self.size} bytes came back from {sending.url} as they were sent"

    def _beside(self, session: Session, url: str) -> str:
        """Return an address that is relative to where the file was sent."""
        return urljoin(session.address(self.url), fill_address(url, session.kept))

    def _fetch(self, session: Session) -> None:
        fetching = session.request(
            "GET", self._beside(session, self.download), headers=self.headers, bearer=self.bearer
        )
        response = session.send(fetching)
        Wanted(status=(200,)).judge(fetching, response, session.hidden)
        if response.sha256 != session.kept["hash"]:
            observed = f"{fetching} answered {response.length} bytes with another hash"
            raise ProbeError(session.hidden.clean(observed), f"the {self.size} bytes that were sent")

    def _remove(self, session: Session) -> None:
        removing = session.request(
            "DELETE", self._beside(session, self.delete), headers=self.headers, bearer=self.bearer
        )
        session.ask(removing, Wanted(), {})

    def _removed(self, session: Session) -> list[str]:
        """Remove what may have been left behind by a failure, and say what failed about that, too."""
        if not self.delete or not set(self.keep) <= set(session.kept):
            return []
        session.last_chance()
        try:
            self._remove(session)
        except ProbeError as failure:
            return [f"not removed: {failure.observed}"]
        return []
