# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that starts, answers, and never becomes healthy."""

from __future__ import annotations

from reference.health import CHECKS


async def _mailer() -> None:
    raise ConnectionError


CHECKS["mailer"] = _mailer
