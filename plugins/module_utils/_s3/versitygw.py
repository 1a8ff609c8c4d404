# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An account in a Versity S3 Gateway that owns some buckets and may do nothing else.

After the gateway's own client for its admin API, ``versitygw admin``, v1.8.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from xml.etree import ElementTree

from .._errors import SlipwayError
from .._step import Step
from .buckets import Bucket, Buckets, cors_change, creation
from .client import Answer, Client

# S3's names for a request that is signed wrongly, and what that tells of the account.
UNKNOWN = {"InvalidAccessKeyId": "", "SignatureDoesNotMatch": "another secret key\n"}


def first_steps(account: str, wanted: Sequence[Bucket]) -> Iterator[Step]:
    """Yield what there will be to do once the gateway runs for the first time."""
    yield _account_step(account, "", _too_early)
    for bucket in wanted:
        yield creation(bucket, _too_early)
        yield from cors_change(bucket, [], lambda _rules: _too_early())


class Gateway:
    """A gateway that we know the root account of."""

    def __init__(self, root: Client, app: Client) -> None:
        self._root = root
        self._app = app

    def steps(self, wanted: Sequence[Bucket]) -> Iterator[Step]:
        """Yield what is to be changed for the account, the owners of its buckets and their rules."""
        account = self._app.keys.access_key_id
        answer = self._app.ask("GET", "/")
        if answer.code in UNKNOWN:
            yield _account_step(account, UNKNOWN[answer.code], self._have_account)
        else:
            _require("list buckets", answer)
        owners = self._owners()
        for bucket in wanted:
            owner = owners.get(bucket.name)
            if owner is None:
                yield creation(bucket, partial(self._create, bucket.name))
            elif owner != account:
                name = f"owner of bucket {bucket.name}"
                yield Step(name, f"{owner}\n", f"{account}\n", partial(self._own, bucket.name))
            yield from Buckets(self._root).cors_steps(bucket, missing=owner is None)

    def _owners(self) -> dict[str, str]:
        answer = self._root.ask("PATCH", "/list-buckets")
        _require("list all buckets", answer)
        return {
            bucket.findtext("{*}Name") or "": bucket.findtext("{*}Owner") or ""
            for bucket in ElementTree.fromstring(answer.body).iterfind("{*}Buckets")  # noqa: S314  our own server's
        }

    def _have_account(self) -> None:
        keys = self._app.keys
        account = _xml("Account", Access=keys.access_key_id, Secret=keys.secret_key, Role="user")
        answer = self._root.ask("PATCH", "/create-user", body=account)
        if answer.status == 409:
            props = _xml("MutableProps", Secret=keys.secret_key, Role="user")
            answer = self._root.ask("PATCH", "/update-user", {"access": keys.access_key_id}, props)
        _require(f"create the account {keys.access_key_id}", answer)

    def _create(self, name: str) -> None:
        owner = {"x-vgw-owner": self._app.keys.access_key_id}
        _require(f"create the bucket {name}", self._root.ask("PATCH", f"/{name}/create", headers=owner))

    def _own(self, name: str) -> None:
        query = {"bucket": name, "owner": self._app.keys.access_key_id}
        _require(f"change the owner of {name}", self._root.ask("PATCH", "/change-bucket-owner", query))


def _account_step(account: str, before: str, act: Callable[[], None]) -> Step:
    return Step(f"account {account}", before, "the secret key\n", act)


def _too_early() -> None:
    raise SlipwayError("the object storage does not run yet")


def _xml(name: str, **elements: str) -> bytes:
    root = ElementTree.Element(name)
    for key, value in elements.items():
        ElementTree.SubElement(root, key).text = value
    return ElementTree.tostring(root)


def _require(what: str, answer: Answer) -> None:
    if answer.status >= 300:
        raise _refusal(what, answer)


def _refusal(what: str, answer: Answer) -> SlipwayError:
    return SlipwayError(
        f"the object storage does not let us {what}: {answer}",
        "read its log with `docker logs slipway-object-storage`",
    )
