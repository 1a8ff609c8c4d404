# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TSIG keys (RFC 8945) as name servers write them into files."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from pathlib import Path

from .._errors import SlipwayError

_ALGORITHMS = ("hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1")
_MEND = "let tsig-keygen, ddns-confgen or keymgr -t write it"

# `tsig-keygen` of BIND, and `keymgr -t` of Knot: both name the three things in this order.
_FORMATS = (
    re.compile(
        r'key\s+"?(?P<name>[^\s"{;]+)"?\s*\{\s*'
        r'algorithm\s+"?(?P<algorithm>[^\s";]+)"?\s*;\s*'
        r'secret\s+"?(?P<secret>[^\s";]+)"?\s*;\s*\}\s*;'
    ),
    re.compile(r"key:\s+- id:\s*(?P<name>\S+)\s+algorithm:\s*(?P<algorithm>\S+)\s+secret:\s*(?P<secret>\S+)"),
)


@dataclass(frozen=True)
class TsigKey:
    """A key, and the file that it was read from, by which errors name it."""

    name: str
    algorithm: str
    secret: bytes = field(repr=False)
    place: Path

    def __str__(self) -> str:
        return f"TSIG key {self.name} of {self.place}"


def read_key(place: Path) -> TsigKey:
    """Read the one key of a file in the format of BIND or Knot.

    :raises SlipwayError: naming the file, never what is in it.
    """
    try:
        text = place.read_text()
    except OSError as error:
        raise SlipwayError(
            f"{place} cannot be read ({error.strerror})", "name the file that holds the zone's TSIG key"
        ) from error
    except UnicodeDecodeError:
        raise SlipwayError(f"{place} holds no TSIG key", _MEND) from None
    uncommented = re.sub(r"^\s*(#|//).*$", "", text, flags=re.MULTILINE)
    matches = [match for form in _FORMATS for match in form.finditer(uncommented)]
    if not matches:
        raise SlipwayError(f"{place} holds no TSIG key", _MEND)
    if len(matches) > 1:
        raise SlipwayError(f"{place} holds {len(matches)} TSIG keys", "leave the zone's alone in it")
    (match,) = matches
    algorithm = match["algorithm"].lower()
    if algorithm not in _ALGORITHMS:
        raise SlipwayError(
            f"the algorithm of the TSIG key in {place} is none of {', '.join(_ALGORITHMS)}", _MEND
        )
    try:
        secret = base64.b64decode(match["secret"], validate=True)
    except (binascii.Error, ValueError):
        raise SlipwayError(f"the secret of the TSIG key in {place} is no Base64", _MEND) from None
    return TsigKey(match["name"], algorithm, secret, place)
