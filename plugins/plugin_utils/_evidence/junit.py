# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``junit.xml``: phases and gates as tests, for the CI that shows such files.

Elements and attributes are those of the Jenkins schema ``junit-10.xsd``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from .record import INTERRUPTED, SKIPPED
from .words import heading, title

# What XML 1.0 has no way to write, of what is left after control characters are gone.
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def junit(evidence: Mapping[str, Any]) -> bytes:
    """Return the evidence as JUnit's XML."""
    suites = ElementTree.Element("testsuites", name=_xml(title(evidence)), time=str(evidence["seconds"]))
    for phase in evidence["phases"]:
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=_xml(phase["name"]),
            time=str(phase["seconds"]),
            timestamp=evidence["started"].removesuffix("Z"),
        )
        _phase(suite, phase)
        for gate in phase["gates"]:
            _gate(suite, phase, gate)
        _count(suite, "skipped")
    _count(suites)
    document: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document


def _phase(suite: ElementTree.Element, phase: Mapping[str, Any]) -> None:
    case = _case(suite, phase, "phase", phase["seconds"])
    if phase["outcome"] == SKIPPED:
        ElementTree.SubElement(case, "skipped", message=_xml(phase["summary"]))
    if phase["outcome"] == INTERRUPTED:
        ElementTree.SubElement(case, "error", message=_xml(phase["summary"]))
    for failure in phase["failures"]:
        element = ElementTree.SubElement(case, "failure", message=_xml(heading(failure)))
        element.text = _xml(failure["message"])


def _gate(suite: ElementTree.Element, phase: Mapping[str, Any], gate: Mapping[str, Any]) -> None:
    case = _case(suite, phase, f"{gate['gate']} ({gate['host']})", 0)
    if gate["passed"]:
        ElementTree.SubElement(case, "system-out").text = _xml(gate["observed"])
    else:
        ElementTree.SubElement(case, "failure", message=_xml(gate["observed"]))


def _case(
    suite: ElementTree.Element, phase: Mapping[str, Any], name: str, seconds: float
) -> ElementTree.Element:
    attributes = {"classname": _xml(phase["name"]), "name": _xml(name), "time": str(seconds)}
    return ElementTree.SubElement(suite, "testcase", attributes)


def _count(element: ElementTree.Element, *more: str) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, child in (("failures", "failure"), ("errors", "error"), *((name, name) for name in more)):
        element.set(attribute, str(sum(case.find(child) is not None for case in cases)))


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
