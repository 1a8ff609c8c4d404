# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket in the object storage; any that speaks S3."""

from __future__ import annotations

import os

import boto3
from botocore.config import Config

BUCKET = os.environ["S3_BUCKET"]

client = boto3.client(
    "s3",
    endpoint_url=os.environ["S3_ENDPOINT"],
    region_name=os.environ["S3_REGION"],
    aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"],
    config=Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=3,
        read_timeout=20,
        retries={"max_attempts": 2},
        max_pool_connections=40,
        # The newer checksums are not understood by every storage.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    ),
)
