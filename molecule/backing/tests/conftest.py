# SPDX-License-Identifier: GPL-3.0-or-later
"""The containers from which an app would ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.backing import clients


@pytest.fixture(scope="module", autouse=True)
def _clients(host: Any) -> Iterator[None]:
    with clients(host):
        yield
