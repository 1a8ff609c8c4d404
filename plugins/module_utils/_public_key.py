# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tells an OpenSSH public key from everything else that people paste in its place."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

# The types that OpenSSH 8.9 and 10.0 both accept, see PubkeyAcceptedAlgorithms in sshd_config(5).
TYPES = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
# Options such as from="203.0.113.0/24" may stand before the type.
KEY = re.compile(rf"(?:^|\s)({'|'.join(map(re.escape, TYPES))})\s+([A-Za-z0-9+/]+=*)(?:\s|$)")


def fault_of(line: str) -> tuple[str, str] | None:
    """Return what is wrong with one line of ``authorized_keys`` and the mend, never the line itself.

    What was pasted may be a private key.
    """
    line = line.strip()
    if "PRIVATE KEY" in line:
        return (
            "is a private key",
            "remove it, make a new pair since this one was written down, and use its .pub file",
        )
    if "\n" in line:
        return "has several lines", "make each key an item of its own"
    match = None if line.startswith("#") else KEY.search(line)
    if match and _is_whole(match[1], match[2]):
        return None
    return (
        "is no public key in OpenSSH's format",
        "use the one line of your .pub file, like ssh-ed25519 AAAA... name",
    )


def _is_whole(kind: str, encoded: str) -> bool:
    """Whether these are whole RFC 4251 strings (length in 4 bytes, content), the type being the first."""
    try:
        blob = b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    fields = []
    while blob:
        end = 4 + int.from_bytes(blob[:4], "big")
        if len(blob) < end:
            return False
        fields.append(blob[4:end])
        blob = blob[end:]
    return len(fields) > 1 and fields[0] == kind.encode()
