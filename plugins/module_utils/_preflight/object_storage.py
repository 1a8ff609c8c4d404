# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the object_storage role's variables must be beyond their types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from .backing import check_data_directory, check_image, check_memory, check_secret
from .formats import is_address
from .given import Given
from .problem import Problem
from .supported import MIB

LEAST_MEMORY = 128 * MIB
OWN_ENDPOINT = "http://object-storage:7070"
ROOT_ACCOUNT = "slipway-root"
_SHORTEST_KEY_ID = 3


def check(given: Given) -> Iterator[Problem]:
    """Yield what is wrong with the role's variables beyond their types."""
    yield from _endpoint(given)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", given.str("object_storage_region")):
        what = f"{given.str('object_storage_region')!r} is no name of a region"
        yield Problem("object_storage_region", what, "write it like us-east-1")
    yield from _access_key(given)
    yield from check_secret(given, "object_storage_secret_key")
    yield from _buckets(given)
    if given.str("object_storage_kind") == "self_hosted":
        yield from check_image(given, "object_storage_image")
        yield from check_data_directory(given, "object_storage_data_directory")
        yield from check_memory(given, "object_storage_memory", LEAST_MEMORY)


def _endpoint(given: Given) -> Iterator[Problem]:
    name, endpoint = "object_storage_endpoint", given.str("object_storage_endpoint")
    if given.str("object_storage_kind") == "self_hosted":
        if endpoint != OWN_ENDPOINT:
            what = "is given, and object_storage_kind self_hosted has its own"
            yield Problem(name, what, "remove it, or write object_storage_kind: external")
    elif endpoint == OWN_ENDPOINT:
        what = "is missing, and object_storage_kind is external"
        yield Problem(name, what, "write the provider's address, like https://s3.example.org")
    elif not _is_root_of_site(endpoint, ("https",)):
        # Not shown, because it may hold a password.
        what = "is no address of an endpoint that begins with https://"
        yield Problem(name, what, "write only scheme, host and port, like https://s3.example.org")


def _access_key(given: Given) -> Iterator[Problem]:
    name = "object_storage_access_key_id"
    yield from check_secret(given, name, _SHORTEST_KEY_ID)
    if given.str(name) == ROOT_ACCOUNT:
        yield Problem(name, f"{ROOT_ACCOUNT} is the storage's own account", "choose another")
    elif re.search(r"[/,=]", given.str(name)):
        yield Problem(name, "has one of / , = in it, which part a signature", "choose another")


def _buckets(given: Given) -> Iterator[Problem]:
    names: set[str] = set()
    for index, bucket in enumerate(given.list("object_storage_buckets")):
        path, name = f"object_storage_buckets[{index}]", bucket["name"]
        # Amazon's "General purpose bucket naming rules", without the dots that break TLS.
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name) or is_address(name):
            mend = "use 3 to 63 small letters, digits and -, none of these first or last"
            yield Problem(f"{path}.name", f"{name!r} is no name of a bucket", mend)
        elif name in names:
            yield Problem(f"{path}.name", f"{name} is there twice", "keep one of them")
        names.add(name)
        for number, origin in enumerate(bucket["cors_origins"] or []):
            place = f"{path}.cors_origins[{number}]"
            if "*" in origin:
                yield Problem(
                    place, f"{origin} lets strangers' pages in", "name each of the app's own origins"
                )
            elif not _is_root_of_site(origin, ("https", "http")) or origin.endswith("/"):
                what = f"{origin!r} is no origin"
                yield Problem(place, what, "write only scheme, host and port, like https://app.example.org")


def _is_root_of_site(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        url = urlsplit(text)
        plain = url.port != 0 and not (url.query or url.fragment or "@" in url.netloc)
    except ValueError:  # a port that is no number
        return False
    return plain and url.scheme in schemes and bool(url.hostname) and url.path in ("", "/")
