# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bucket's CORS rules as values, to and from the XML of S3's API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True)
class Rule:
    """Which pages may do what; the order of names has no meaning."""

    origins: frozenset[str]
    methods: frozenset[str]
    headers: frozenset[str]
    exposed: frozenset[str]
    seconds: str

    def elements(self) -> list[tuple[str, str]]:
        """Return the rule's elements in an order that never changes."""
        named = (
            ("AllowedOrigin", self.origins),
            ("AllowedMethod", self.methods),
            ("AllowedHeader", self.headers),
            ("ExposeHeader", self.exposed),
        )
        elements = [(name, value) for name, values in named for value in sorted(values)]
        return [*elements, ("MaxAgeSeconds", self.seconds)]


def wanted_rules(origins: Sequence[str]) -> list[Rule]:
    """Return the rules that let pages of these origins upload and download; without any, nobody may."""
    if not origins:
        return []
    methods = frozenset({"DELETE", "GET", "HEAD", "POST", "PUT"})
    # ETag is what an upload in parts has to send back.
    return [Rule(frozenset(origins), methods, frozenset({"*"}), frozenset({"ETag"}), "3600")]


def write(rules: Sequence[Rule]) -> bytes:
    """Return the body of PutBucketCors."""
    root = ElementTree.Element("CORSConfiguration", xmlns=NAMESPACE)
    for rule in rules:
        element = ElementTree.SubElement(root, "CORSRule")
        for name, value in rule.elements():
            ElementTree.SubElement(element, name).text = value
    return ElementTree.tostring(root)


def read(body: bytes) -> list[Rule]:
    """Return the rules in the answer to GetBucketCors; raises ParseError when it is no XML."""
    rules = []
    for element in ElementTree.fromstring(body).iterfind("{*}CORSRule"):  # noqa: S314  from our own storage

        def texts(name: str, element: ElementTree.Element = element) -> frozenset[str]:
            return frozenset(found.text or "" for found in element.iterfind(f"{{*}}{name}"))

        rules.append(
            Rule(
                texts("AllowedOrigin"),
                texts("AllowedMethod"),
                texts("AllowedHeader"),
                texts("ExposeHeader"),
                element.findtext("{*}MaxAgeSeconds") or "",
            )
        )
    return rules
