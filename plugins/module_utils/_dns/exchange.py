# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One name server: questions and updates, signed when there is a key, with every failure in words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._errors import SlipwayError
from .keys import TsigKey
from .library import dns

if TYPE_CHECKING:
    from dns.message import Message
    from dns.update import UpdateMessage

PORT = 53
QUESTION_SECONDS = 3.0
_TRIES = 2  # a datagram may get lost
_UPDATE_SECONDS = 20.0
# What fits through every path without fragments (DNS flag day 2020).
_PAYLOAD = 1232


@dataclass(frozen=True)
class Values:
    """The values of one name and type, sorted, and their TTL; false when there are none."""

    texts: tuple[str, ...] = ()
    ttl: int = 0

    def __bool__(self) -> bool:
        return bool(self.texts)


class Server:
    """A name server at an address. Every method raises ``SlipwayError`` when it has no sound answer."""

    def __init__(self, address: str, port: int = PORT, key: TsigKey | None = None) -> None:
        self._address, self._port, self._key = address, port, key
        self._name = f"name server {address}"

    def ask(self, name: str, rdtype: str, seconds: float = QUESTION_SECONDS) -> Message:
        """Return the authoritative answer to a question, ``NXDOMAIN`` included.

        :param seconds: how long each of two tries may take.
        """
        question = dns.message.make_query(name, rdtype, use_edns=0, payload=_PAYLOAD)
        question.flags &= ~dns.flags.RD
        self._sign(question)
        for last in range(1, _TRIES + 1):
            try:
                with self._errors(seconds * last):
                    answer, _tcp = dns.query.udp_with_fallback(
                        question, self._address, timeout=seconds, port=self._port
                    )
                break
            except _SilentError:
                if last == _TRIES:
                    raise
            except _UnsignedError:
                Server(self._address, self._port).ask(name, rdtype, seconds)
                raise
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise self._refusal(answer, f"the question for {name}")
        if not answer.flags & dns.flags.AA:
            raise SlipwayError(
                f"{self._name} is not authoritative for {name}",
                "let dns_server be the zone's primary server, and dns_zone the zone that holds the name",
            )
        return answer

    def values(self, name: str, rdtype: str, seconds: float = QUESTION_SECONDS) -> Values:
        """Return what the name itself has of a type, aliases not followed."""
        return values_in(self.ask(name, rdtype, seconds), name, rdtype)

    def update(self, message: UpdateMessage) -> int:
        """Send an update and return ``NOERROR``, or the response code of a prerequisite that did not hold."""
        self._sign(message)
        with self._errors(_UPDATE_SECONDS):
            answer = dns.query.tcp(message, self._address, timeout=_UPDATE_SECONDS, port=self._port)
        prerequisites = (dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN)
        if answer.rcode() not in (dns.rcode.NOERROR, *prerequisites):
            raise self._refusal(answer, "the update")
        return int(answer.rcode())

    def _sign(self, message: Message) -> None:
        if self._key:
            message.use_tsig(dns.tsig.Key(self._key.name, self._key.secret, self._key.algorithm))

    def _refusal(self, answer: Message, what: str) -> SlipwayError:
        code = answer.rcode()
        mend = "look into the server's log"
        if code == dns.rcode.REFUSED:
            mend = f"allow {self._key} in its rules for the zone" if self._key else "let it serve the zone"
        elif code in (dns.rcode.NOTAUTH, dns.rcode.NOTZONE):
            mend = f"let dns_server be the zone's primary, and allow {self._key} there to change the zone"
        elif code == dns.rcode.NOTIMP:
            mend = "allow dynamic updates there, or name the primary server in dns_server"
        return SlipwayError(f"{self._name} answered {dns.rcode.to_text(code)} to {what}", mend)

    @contextmanager
    def _errors(self, waited: float) -> Iterator[None]:
        """Turn what goes wrong on the way into one sentence.

        :raises SlipwayError: for every error of the network, of the signature and of the answer's form.
        """
        try:
            yield
        except dns.exception.Timeout:
            raise _SilentError(
                f"{self._name} did not answer within {waited:.0f} s",
                f"see whether it runs and port {self._port} is open from here, UDP and TCP",
            ) from None
        except OSError as error:
            refused = error.errno == errno.ECONNREFUSED
            what = f"nothing listens on port {self._port}, TCP" if refused else f"{error.strerror or error}"
            raise SlipwayError(
                f"{self._name} cannot be reached ({what})", "check the address, and the way to it"
            ) from error
        except (dns.tsig.PeerBadKey, dns.tsig.BadKey, dns.tsig.BadAlgorithm) as error:
            raise SlipwayError(
                f"{self._name} does not accept {self._key} (BADKEY)", "give the server this key, by this name"
            ) from error
        except (dns.tsig.PeerBadSignature, dns.tsig.BadSignature) as error:
            raise SlipwayError(
                f"{self._name} has another secret for {self._key} (BADSIG)", "have the same on both sides"
            ) from error
        except (dns.tsig.PeerBadTime, dns.tsig.BadTime) as error:
            raise SlipwayError(
                f"{self._name} and this machine disagree about the time by more than five minutes (BADTIME)",
                "let both set their clocks by the network, with timedatectl set-ntp true",
            ) from error
        except dns.exception.DNSException as error:
            if self._key and error.__class__ is dns.exception.FormError:
                raise _UnsignedError(
                    f"{self._name} signs no answer with {self._key}", "let it know this key, by this name"
                ) from error
            raise SlipwayError(
                f"{self._name} gave an answer that is not sound ({error})",
                "let dns_server be the address of the zone's primary server",
            ) from error


class _SilentError(SlipwayError):
    """Nothing came back; it may be worth another try."""


class _UnsignedError(SlipwayError):
    """What came back lacks the signature, and was not read for that; without a key the server may say why."""


def values_in(answer: Message, name: str, rdtype: str) -> Values:
    """Return what the answer says that the name itself has of a type."""
    for rrset in answer.answer:
        if rrset.name == dns.name.from_text(name) and rrset.rdtype == dns.rdatatype.from_text(rdtype):
            return Values(tuple(sorted(_text(rdata) for rdata in rrset)), rrset.ttl)
    return Values()


def _text(rdata: object) -> str:
    """Return a value as records hold it: a name without the dot at its end, a text without quotes."""
    strings = getattr(rdata, "strings", None)
    if strings is not None:
        return " ".join(string.decode(errors="replace") for string in strings)
    return str(rdata).lower().removesuffix(".")
