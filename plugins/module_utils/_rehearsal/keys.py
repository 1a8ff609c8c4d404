# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the controller keeps of a rehearsal: the key that changes its zone, the authorities that it trusts."""

from __future__ import annotations

import base64
import os
import re
import secrets
import tempfile
from pathlib import Path

from .._errors import SlipwayError

TSIG_NAME = "slipway"
_ALGORITHM = "hmac-sha256"
_FORMAT = re.compile(
    r'key "(?P<name>[^"]+)" \{\s*algorithm (?P<algorithm>[^;]+);\s*'
    r'secret "(?P<secret>[A-Za-z0-9+/=]+)";\s*\};\s*'
)
# RFC 8945, section 6: as long as the digest.
_SECRET_BYTES = 32


def new_tsig_key() -> str:
    """Return a fresh key in the format that ``nsupdate -k`` and BIND read."""
    secret = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    return f'key "{TSIG_NAME}" {{\n\talgorithm {_ALGORITHM};\n\tsecret "{secret}";\n}};\n'


def knot_key_section(key: str, place: Path) -> bytes:
    """Return the key as a section of Knot's configuration.

    :raises SlipwayError: naming ``place``, never the content, when the key cannot be read.
    """
    match = _FORMAT.fullmatch(key)
    if not match or match["name"] != TSIG_NAME:
        raise SlipwayError(
            f"{place} holds no TSIG key {TSIG_NAME!r}", "remove the file; a new key is made then"
        )
    return (
        f"key:\n  - id: {match['name']}\n    algorithm: {match['algorithm']}\n    secret: {match['secret']}\n"
    ).encode()


def write_if_different(path: Path, content: str, mode: int) -> bool:
    """Write the file at once or not at all, and return whether it differed.

    :raises SlipwayError: when it cannot be written.
    """
    try:
        if path.exists() and path.read_text() == content and path.stat().st_mode & 0o777 == mode:
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.write(content)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise SlipwayError(
            f"{path} cannot be written ({error.strerror})", "mend the folder's permissions"
        ) from error
    return True
