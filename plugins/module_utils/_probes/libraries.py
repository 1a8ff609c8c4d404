# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The libraries that probes need on the controller, which the module says are missing before it uses them."""

from __future__ import annotations

import traceback

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.nameserver
    import dns.query
    import dns.rcode
    import dns.resolver
    import websockets.exceptions
    import websockets.sync.client
except ImportError:
    dns = websockets = None  # type: ignore[assignment]  # the module says so before anything uses them
    IMPORT_ERROR: str | None = traceback.format_exc()
else:
    IMPORT_ERROR = None

__all__ = ["IMPORT_ERROR", "dns", "websockets"]
