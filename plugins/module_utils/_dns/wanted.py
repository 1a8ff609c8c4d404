# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what a person declares to the wanted records, and everything that is wrong with it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .._errors import SlipwayError
from .._preflight.formats import is_address
from .names import is_name, is_zone, lies_in, normal
from .records import Record

# Of seconds. Providers refuse longer ones; with a day, a host that moves is not found for a day.
TTL_RANGE = range(1, 86401)


class Fault(NamedTuple):
    """One thing that is wrong: the field of the declaration, and the halves of a sentence."""

    field: str
    what: str
    mend: str


@dataclass(frozen=True)
class Declaration:
    """What is declared, unchecked: names that lead to addresses, and records that stand for themselves."""

    zone: str
    names: Sequence[str]
    addresses: Sequence[str]
    ttl: int
    records: Sequence[Mapping[str, Any]] = ()
    """Each with ``name``, ``type`` (one of ``TYPES``), ``values`` and, or the common one counts, ``ttl``."""


def wanted_records(declaration: Declaration) -> list[Record]:
    """Return the wanted records; raises SlipwayError for the first thing that is wrong."""
    records, faults = examine(declaration)
    for fault in faults:
        raise SlipwayError(f"{fault.field}: {fault.what}", fault.mend)
    if declaration.names and not declaration.addresses:
        raise SlipwayError(
            f"there is no address that {declaration.names[0]} could lead to",
            "run playbooks/provision.yml first, or set server_addresses for the host",
        )
    return records


def examine(declaration: Declaration) -> tuple[list[Record], list[Fault]]:
    """Return the wanted records and all faults; the records are whole only when there is no fault."""
    faults = list(_faults(declaration))
    if faults:
        return [], faults
    addresses = {ipaddress.ip_address(address) for address in declaration.addresses}
    by_type = {
        rdtype: tuple(sorted(str(address) for address in addresses if address.version == version))
        for rdtype, version in (("A", 4), ("AAAA", 6))
    }
    records = [
        Record(name, rdtype, values, declaration.ttl)
        for name in sorted({normal(name) for name in declaration.names})
        for rdtype, values in by_type.items()
        if values
    ]
    return records + [_record(entry, declaration.ttl) for entry in declaration.records], []


def _record(entry: Mapping[str, Any], ttl: int) -> Record:
    values = (_canonical(entry["type"], value) for value in entry["values"])
    return Record(normal(entry["name"]), entry["type"], tuple(sorted(values)), entry.get("ttl") or ttl)


def _canonical(rdtype: str, value: str) -> str:
    return normal(value) if rdtype == "CNAME" else str(ipaddress.ip_address(value))


def _faults(declaration: Declaration) -> Iterator[Fault]:
    if not is_zone(declaration.zone):
        mend = "write it in lower case and without a dot at its end, like example.org"
        yield Fault("zone", f"{declaration.zone!r} is no DNS zone", mend)
        return
    for index, name in enumerate(declaration.names):
        yield from _name_faults(f"names[{index}]", name, declaration.zone)
    for index, address in enumerate(declaration.addresses):
        if not is_address(address):
            mend = "write it like 203.0.113.7 or 2001:db8::7"
            yield Fault(f"addresses[{index}]", f"{address!r} is no address", mend)
    yield from _ttl_faults("ttl", declaration.ttl)
    for index, entry in enumerate(declaration.records):
        yield from _entry_faults(f"records[{index}]", entry, declaration.zone)
    yield from _clashes(declaration)


def _name_faults(field: str, name: str, zone: str) -> Iterator[Fault]:
    if not is_name(normal(name)):
        yield Fault(field, f"{name!r} is no name for a record", f"write the whole name, like www.{zone}")
    elif not lies_in(normal(name), zone):
        mend = f"take a name below {zone}, or let dns_zone be the zone that holds it"
        yield Fault(field, f"{name} is not in the zone {zone}", mend)


def _ttl_faults(field: str, ttl: int) -> Iterator[Fault]:
    if ttl not in TTL_RANGE:
        mend = f"write seconds between {TTL_RANGE[0]} and {TTL_RANGE[-1]}"
        yield Fault(field, f"{ttl} is no time to live", mend)


def _entry_faults(field: str, entry: Mapping[str, Any], zone: str) -> Iterator[Fault]:
    yield from _name_faults(f"{field}.name", entry["name"], zone)
    if entry.get("ttl") is not None:
        yield from _ttl_faults(f"{field}.ttl", entry["ttl"])
    rdtype, values = entry["type"], entry["values"]
    if not values:
        yield Fault(f"{field}.values", "there is no value", "add one, or remove the record")
    elif rdtype == "CNAME":
        yield from _alias_faults(field, entry, zone)
    else:
        yield from _address_faults(field, rdtype, values)


def _address_faults(field: str, rdtype: str, values: Sequence[str]) -> Iterator[Fault]:
    version, example = (4, "203.0.113.7") if rdtype == "A" else (6, "2001:db8::7")
    for index, value in enumerate(values):
        if not is_address(value) or ipaddress.ip_address(value).version != version:
            yield Fault(
                f"{field}.values[{index}]",
                f"{value!r} is no IPv{version} address",
                f"write it like {example}",
            )


def _alias_faults(field: str, entry: Mapping[str, Any], zone: str) -> Iterator[Fault]:
    name, values = normal(entry["name"]), [normal(value) for value in entry["values"]]
    if name == zone:
        mend = "give it A and AAAA records"
        yield Fault(field, "the zone's own name has other records and cannot be an alias", mend)
    if len(values) > 1:
        yield Fault(f"{field}.values", "an alias leads to one name", "leave one value")
    elif not is_name(values[0]) or values[0].startswith("*") or is_address(values[0]):
        yield Fault(f"{field}.values[0]", f"{values[0]!r} is no name to lead to", f"write it like www.{zone}")
    elif values[0] == name:
        yield Fault(f"{field}.values[0]", f"{name} would lead to itself", "name another host")


def _clashes(declaration: Declaration) -> Iterator[Fault]:
    """Find records that cannot stand beside what else is declared for their name."""
    routed = {normal(name) for name in declaration.names}
    types: dict[str, list[str]] = {}
    for index, entry in enumerate(declaration.records):
        name, others = normal(entry["name"]), types.setdefault(normal(entry["name"]), [])
        if name in routed:
            what = f"{name} leads to this host already, by its route"
            yield Fault(f"records[{index}].name", what, "remove the record, or the route")
        elif entry["type"] in others:
            mend = "put all values into one record"
            yield Fault(f"records[{index}]", f"{name} has {entry['type']} records twice", mend)
        elif others and "CNAME" in (entry["type"], *others):
            yield Fault(f"records[{index}]", f"{name} cannot be an alias and more", "leave one of the two")
        others.append(entry["type"])
