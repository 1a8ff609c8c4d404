# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Changes of names as one update message (RFC 2136)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .library import dns
from .names import index_name, marker_name
from .records import TYPES, Change, Owner, Record

if TYPE_CHECKING:
    from dns.name import Name
    from dns.update import UpdateMessage

_OWN_TTL = 300  # seconds; of the TXT records, which nobody but slipway asks for


def update_of(zone: str, changes: Sequence[Change]) -> UpdateMessage:
    """Return the message that makes all changes, or none when a name is not as its change says it was.

    A server makes the changes in the order of the message, and ignores a CNAME that is added where other data
    is: what goes is in front of what comes.
    """
    message = dns.update.UpdateMessage(zone)
    for change in changes:
        _require(message, change)
    for change in changes:
        for record in change.before.records:
            message.delete(_absolute(record.name), record.type)
        if change.before.owner:
            message.delete(_absolute(marker_name(change.name)), "TXT")
            message.delete(_index(zone, change.before.owner), "TXT", _line(change.before.owner, change.name))
    for change in changes:
        for record in change.after.records:
            message.add(_absolute(record.name), record.ttl, record.type, *_texts(record))
        if change.after.owner:
            message.add(_absolute(marker_name(change.name)), _OWN_TTL, "TXT", _marker(change.after.owner))
            message.add(
                _index(zone, change.after.owner), _OWN_TTL, "TXT", _line(change.after.owner, change.name)
            )
    return message


def question_whether(zone: str, name: str, rdtype: str) -> UpdateMessage:
    """Return an update that changes nothing and succeeds only if the zone itself has the record."""
    message = dns.update.UpdateMessage(zone)
    message.present(_absolute(name), rdtype)
    return message


def _require(message: UpdateMessage, change: Change) -> None:
    for rdtype in TYPES:
        record = change.before.record(rdtype)
        if record:
            message.present(_absolute(change.name), rdtype, *_texts(record))
        else:
            message.absent(_absolute(change.name), rdtype)
    marker = _absolute(marker_name(change.name))
    if change.before.owner:
        message.present(marker, "TXT", _marker(change.before.owner))
    else:
        message.absent(marker, "TXT")


def _absolute(name: str) -> Name:
    return dns.name.from_text(name)


def _texts(record: Record) -> list[str]:
    return [f"{value}." for value in record.values] if record.type == "CNAME" else list(record.values)


def _marker(owner: Owner) -> str:
    return f'"{owner.marker}"'


def _index(zone: str, owner: Owner) -> Name:
    return _absolute(index_name(owner.environment, zone))


def _line(owner: Owner, name: str) -> str:
    return f'"{owner.host}" "{name}"'
