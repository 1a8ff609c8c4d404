# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's process."""

from __future__ import annotations

import uvicorn

from .environment import number, require

# Open requests get this long after SIGTERM; live connections are closed at once and come back by themselves.
GRACE_SECONDS = 5

if __name__ == "__main__":
    require(
        "DATABASE_URL",
        "REDIS_URL",
        "S3_ENDPOINT",
        "S3_REGION",
        "S3_BUCKET",
        "S3_ACCESS_KEY_ID",
        "S3_SECRET_ACCESS_KEY",
        "JWT_SECRET",
        "CORS_ORIGIN",
    )
    uvicorn.run(
        "reference.application:application",
        host="0.0.0.0",  # noqa: S104  # inside its container
        port=number("PORT", 4000),
        # It is never reached but through a proxy.
        proxy_headers=True,
        forwarded_allow_ips="*",
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
    )
