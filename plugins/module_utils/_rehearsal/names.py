# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What belongs to an environment, and how it is recognised."""

from __future__ import annotations

ENVIRONMENT_LABEL = "slipway.environment"
SERVICE_LABEL = "slipway.service"


def full_name(environment: str, service: str = "") -> str:
    """Return the name of an environment's network, or of one of its services' containers."""
    return f"slipway-{environment}-{service}" if service else f"slipway-{environment}"


def labels(environment: str, service: str = "") -> dict[str, str]:
    """Return the labels by which everything of an environment is found again."""
    service_label = {SERVICE_LABEL: service} if service else {}
    return {ENVIRONMENT_LABEL: environment, **service_label}
