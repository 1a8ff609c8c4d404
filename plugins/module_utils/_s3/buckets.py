# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is missing between the buckets that are wanted and those that an account has; step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from xml.etree import ElementTree

from .._errors import SlipwayError
from .._step import Step
from . import cors
from .client import Answer, Client

DEFAULT_REGION = "us-east-1"  # the one region that CreateBucket must not be told


@dataclass(frozen=True)
class Bucket:
    """A bucket as it should be; ``origins`` None leaves its CORS rules alone."""

    name: str
    origins: Sequence[str] | None = None


def creation(bucket: Bucket, act: Callable[[], None]) -> Step:
    """Return the step that creates a bucket."""
    return Step(f"bucket {bucket.name}", "", "present\n", act)


def cors_change(
    bucket: Bucket, rules: Sequence[cors.Rule], act: Callable[[Sequence[cors.Rule]], None]
) -> Iterator[Step]:
    """Yield the step from the rules that a bucket has to those that it should have, unless they are equal."""
    wanted = rules if bucket.origins is None else cors.wanted_rules(bucket.origins)
    if rules != wanted:
        name = f"CORS rules of bucket {bucket.name}"
        yield Step(name, _shown(rules), _shown(wanted), partial(act, wanted))


class Buckets:
    """The buckets of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def steps(self, wanted: Sequence[Bucket]) -> Iterator[Step]:
        """Yield what is to be changed; raises SlipwayError for a bucket that the account cannot have."""
        for bucket in wanted:
            missing = self._is_missing(bucket.name)
            if missing:
                yield creation(bucket, partial(self._create, bucket.name))
            yield from self.cors_steps(bucket, missing=missing)

    def cors_steps(self, bucket: Bucket, *, missing: bool) -> Iterator[Step]:
        """Yield the step to the CORS rules that the bucket should have, if it is not there yet."""
        if bucket.origins is not None:
            rules = [] if missing else self._rules(bucket.name)
            yield from cors_change(bucket, rules, partial(self._put_cors, bucket.name))

    def _is_missing(self, name: str) -> bool:
        # To ask for the first object needs the least of rights, and unlike HEAD a refusal has a name.
        answer = self._client.ask("GET", f"/{name}", {"list-type": "2", "max-keys": "1"})
        if answer.status not in (200, 404):
            raise self._refusal(f"look into the bucket {name}", answer)
        return answer.status == 404

    def _create(self, name: str) -> None:
        region, body = self._client.keys.region, b""
        if region != DEFAULT_REGION:
            root = ElementTree.Element("CreateBucketConfiguration", xmlns=cors.NAMESPACE)
            ElementTree.SubElement(root, "LocationConstraint").text = region
            body = ElementTree.tostring(root)
        answer = self._client.ask("PUT", f"/{name}", body=body)
        if answer.status != 200 and answer.code != "BucketAlreadyOwnedByYou":
            raise self._refusal(f"create the bucket {name}", answer)

    def _rules(self, name: str) -> list[cors.Rule]:
        answer = self._client.ask("GET", f"/{name}", {"cors": ""})
        if answer.status == 404:
            return []
        if answer.status != 200:
            raise self._refusal(f"read the CORS rules of {name}", answer)
        try:
            return cors.read(answer.body)
        except ElementTree.ParseError as error:
            what = f"{self._client.endpoint} answers no XML for the CORS rules of {name}"
            raise SlipwayError(what, "check that it is an S3 endpoint") from error

    def _put_cors(self, name: str, rules: Sequence[cors.Rule]) -> None:
        if rules:
            answer = self._client.ask("PUT", f"/{name}", {"cors": ""}, cors.write(rules))
        else:
            answer = self._client.ask("DELETE", f"/{name}", {"cors": ""})
        if answer.status not in (200, 204):
            raise self._refusal(f"write the CORS rules of {name}", answer)

    def _refusal(self, what: str, answer: Answer) -> SlipwayError:
        mend = {
            "InvalidAccessKeyId": "check object_storage_access_key_id",
            "SignatureDoesNotMatch": "check object_storage_secret_key",
            "AuthorizationHeaderMalformed": "check object_storage_region",
            "PermanentRedirect": "check object_storage_region and object_storage_endpoint",
            "RequestTimeTooSkewed": "set the host's clock",
        }.get(answer.code, "give the keys the right to, or choose another name if somebody else has this one")
        return SlipwayError(f"{self._client.endpoint} does not let us {what}: {answer}", mend)


def _shown(rules: Sequence[cors.Rule]) -> str:
    return "".join(f"{name}: {value}\n" for rule in rules for name, value in rule.elements())
