# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the routes of the app promise by themselves, without a word in ``app_probes``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .answer import Wanted
from .kinds.dns import Dns
from .kinds.tls import Tls
from .kinds.url import Url
from .specification import Probe

_HSTS = "Strict-Transport-Security"


def derive(
    routes: Sequence[Mapping[str, Any]], addresses: Sequence[str], certificate_days: float, hsts: bool
) -> Iterator[Probe]:
    """Yield the probes of each host: its names in the DNS, its certificate, the way from HTTP, HSTS.

    :param addresses: the server's; without any, the DNS is not compared with them.
    """
    for host in dict.fromkeys(str(route["host"]) for route in routes):
        if addresses:
            yield Probe(f"{host} leads to the server", Dns(host, tuple(addresses)))
        yield Probe(f"{host} has a certificate", Tls(host, days=certificate_days))
        redirect = Wanted(status=(301, 308), redirect=f"https://{host}/")
        yield Probe(f"{host} leads from HTTP to HTTPS", Url(f"http://{host}/", redirect))
        if hsts:
            strict = Wanted(status=None, headers={_HSTS: "max-age="})
            yield Probe(f"{host} insists on HTTPS", Url(f"https://{host}/", strict))
