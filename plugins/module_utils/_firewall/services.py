# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The services that the firewall knows by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from .._errors import SlipwayError

# The ports that no variable moves; ssh has its port, turn and turns their relay range, livekit its media
# range from variables. Numbers: IANA's registry; RFC 9000 (QUIC on 443/udp); RFC 8656 (3478, 5349); LiveKit's
# documentation, "Ports and firewall" (7880 signalling, 7881 ICE over TCP).
FIXED_PORTS: dict[str, tuple[tuple[str, int], ...]] = {
    "ssh": (),
    "http": (("tcp", 80),),
    "https": (("tcp", 443), ("udp", 443)),
    "turn": (("tcp", 3478), ("udp", 3478)),
    "turns": (("tcp", 5349), ("udp", 5349)),
    "livekit": (("tcp", 7880), ("tcp", 7881)),
}


def check_service(name: Any) -> str:
    """Return the name of a known service; raises SlipwayError with the nearest known name."""
    if name in FIXED_PORTS:
        return str(name)
    near = get_close_matches(str(name), FIXED_PORTS, n=1)
    known = f"write {near[0]}" if near else f"known are {', '.join(FIXED_PORTS)}"
    raise SlipwayError(
        f"{name!r} is no known service", f"{known}, or declare its port in firewall_extra_ports"
    )
