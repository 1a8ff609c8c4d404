# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""DNS names: which are sound, which lie in a zone, and which carry what slipway remembers."""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# RFC 1035, section 2.3.1, with digits in front as RFC 1123 allows.
_ZONE = re.compile(rf"({_LABEL}\.)+{_LABEL}")
# An underscore begins labels that name no host (RFC 8552); a wildcard is the leftmost label (RFC 4592).
_NAME = re.compile(rf"(\*\.)?(_?{_LABEL}\.)+{_LABEL}")
# RFC 1035, section 2.3.4: 255 octets with a length before each label and an empty one at the end.
_LONGEST = 253
# Part of a name.
_ENVIRONMENT = re.compile(_LABEL)


def is_zone(text: str) -> bool:
    """Whether the text is a zone's name, in lower case and without a dot at its end."""
    return bool(_ZONE.fullmatch(text)) and len(text) <= _LONGEST


def is_name(text: str) -> bool:
    """Whether a record may have this name and a marker beside it; a wildcard is ``*.example.org``."""
    return bool(_NAME.fullmatch(text)) and len(marker_name(text)) <= _LONGEST


def is_environment(text: str) -> bool:
    """Whether the text can be one label of a name."""
    return bool(_ENVIRONMENT.fullmatch(text))


def normal(name: str) -> str:
    """Return the name as this package compares names: in lower case, without a dot at its end."""
    return name.lower().removesuffix(".")


def lies_in(name: str, zone: str) -> bool:
    """Whether a name is the zone's own or one below it."""
    return name == zone or name.endswith(f".{zone}")


def marker_name(name: str) -> str:
    """Return the name whose TXT record tells who made the records of ``name``.

    It lies below, where it may stand beside a CNAME; a star is written out, since few know it in the middle.
    """
    return f"_slipway.{name.replace('*', '_wildcard')}"


def index_name(environment: str, zone: str) -> str:
    """Return the name whose TXT records list the names that an environment has in a zone."""
    return f"{environment}._slipway.{zone}"
