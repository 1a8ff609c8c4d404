# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference application: small, but of the parts that real ones have."""

from pathlib import Path

RELEASE = (Path(__file__).parents[1] / "RELEASE").read_text().strip()
