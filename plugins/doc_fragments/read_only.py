# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What modules that only look say of themselves alike."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of a module that changes nothing anywhere."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Changes nothing, so check mode makes no difference.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
  idempotent:
    description: Running it again gives the same result.
    support: full
"""
