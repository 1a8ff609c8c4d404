# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""dnspython, guarded: the module says that it is missing before anything uses it."""

from __future__ import annotations

import traceback

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
    import dns.resolver
    import dns.tsig
    import dns.update
except ImportError:
    dns = None  # type: ignore[assignment]
    DNSPYTHON_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    DNSPYTHON_IMPORT_ERROR = None

__all__ = ["DNSPYTHON_IMPORT_ERROR", "dns"]
