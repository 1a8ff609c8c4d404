# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The application's routes for the templates of the role proxy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.slipway.deploy.plugins.module_utils._app.routes import size
from ansible_collections.slipway.deploy.plugins.module_utils._errors import SlipwayError
from ansible_collections.slipway.deploy.plugins.module_utils._proxy.sites import read_routes, sites


def proxy_sites(routes: Sequence[Mapping[str, Any]], max_body: int | str) -> list[dict[str, Any]]:
    """Return the routes by host, the most specific path first."""
    try:
        return sites(read_routes(routes), size(max_body))
    except SlipwayError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Names the filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"proxy_sites": proxy_sites}
