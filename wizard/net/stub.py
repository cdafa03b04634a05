"""One DNS question on the wire (RFC 1035, EDNS of RFC 6891): a fresh socket and number for each, the servers in turn, TCP where an answer was cut.

A library's resolver does the same at three times the work a question; what comes back is still read by the library, for it is a stranger's.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

PAYLOAD = 1232
"""The largest answer over UDP that crosses networks in one piece (DNS flag day 2020)."""
_OPT = b"\0" + struct.pack(">HHIH", 41, PAYLOAD, 0, 0)
_ANSWERS = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN})
_OLD = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP})
_IS_ANSWER, _CUT = 0x80, 0x02

Server = tuple[str, int]


class Silent(Exception):
    """No server said anything in time."""


class Refused(Exception):
    """A server answered, and it is no answer; `str` is a short raw fact, such as ``servfail``."""


@dataclass(frozen=True, slots=True)
class Said:
    """NOERROR, or `missing` (NXDOMAIN), and the whole message; None where it holds no record, which needs no reading."""

    missing: bool
    message: dns.message.QueryMessage | None = None


class Unsent(Exception):
    """The question could not be put, or reached nobody; `str` is a short raw fact."""


class Stub:
    """Puts questions to `servers`, the one that answered last first."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = list(servers)

    async def ask(self, name: str, kind: str, each: float, whole: float) -> Said:
        """The answer to one question: NOERROR or NXDOMAIN. A server gets `each` seconds, all tries together `whole`.

        Raises Silent, Refused, Unsent, and dnspython's own error for a name or a kind that cannot be one.
        """
        question = dns.name.from_text(name).to_wire() or b""
        question += struct.pack(">HH", dns.rdatatype.from_text(kind), 1)
        end, plain = time.monotonic() + whole, False
        last: Exception = Unsent("no-resolver")
        left = list(self._servers)
        turn = 0
        while left and (seconds := min(each, end - time.monotonic())) > 0.01:
            server = left[turn % len(left)]
            try:
                answer = await _one(server, question, seconds, edns=not plain)
                self._prefer(server)
                return answer
            except TimeoutError:
                last = last if isinstance(last, Refused) else Silent()
                plain = turn + 1 >= len(left)  # some walls drop what they do not know
                turn += 1
            except Refused as error:
                last = error
                left.remove(server)
            except (OSError, EOFError) as error:
                last = Unsent(type(error).__name__)
                left.remove(server)
        raise last

    def _prefer(self, server: Server) -> None:
        if self._servers[0] != server:
            self._servers.remove(server)
            self._servers.insert(0, server)


async def _one(server: Server, question: bytes, seconds: float, *, edns: bool) -> Said:
    """One server's answer; `seconds` for each of its ways."""
    wire = await _over_udp(server, question, seconds, edns=edns)
    if edns and wire[3] & 0x0F in _OLD:  # an old server: the same once more, without EDNS
        wire = await _over_udp(server, question, seconds, edns=False)
    if wire[2] & _CUT:
        wire = await _over_tcp(server, question, seconds)
    if wire[3] & 0x0F not in _ANSWERS:
        raise Refused(dns.rcode.to_text(dns.rcode.Rcode(wire[3] & 0x0F)).lower())
    missing = wire[3] & 0x0F == dns.rcode.NXDOMAIN
    if wire[6:8] == b"\0\0":  # most guesses end here
        return Said(missing)
    try:
        answer = dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise Refused(type(error).__name__.lower()) from error
    if not isinstance(answer, dns.message.QueryMessage):
        raise Refused("no-query")
    return Said(missing, answer)


def _query(question: bytes, *, edns: bool) -> bytes:
    return (
        secrets.token_bytes(2) + struct.pack(">HHHHH", 0x0100, 1, 0, 0, int(edns)) + question + (_OPT if edns else b"")
    )


def _fits(wire: bytes, sent: bytes, question: bytes) -> bool:
    """Whether a packet answers what was sent: the number, the answer bit, the question (names in any case). A refusal may leave the question out."""
    if len(wire) < 12 or wire[:2] != sent[:2] or not wire[2] & _IS_ANSWER:
        return False
    bare = wire[4:6] == b"\0\0" and wire[3] & 0x0F not in _ANSWERS
    return bare or wire[12 : 12 + len(question)].lower() == question.lower()


async def _over_udp(server: Server, question: bytes, seconds: float, *, edns: bool) -> bytes:
    """What does not fit is passed over: anybody may send to an open port."""
    loop, sent = asyncio.get_running_loop(), _query(question, edns=edns)
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_DGRAM)) as line:
        line.setblocking(False)
        line.connect(server)  # takes packets of this server alone, and hears when nobody listens there
        async with asyncio.timeout(seconds):
            await loop.sock_sendall(line, sent)
            while True:
                wire = await loop.sock_recv(line, 65_535)
                if _fits(wire, sent, question):
                    return wire


async def _over_tcp(server: Server, question: bytes, seconds: float) -> bytes:
    sent = _query(question, edns=False)
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(*server)
        try:
            writer.write(struct.pack(">H", len(sent)) + sent)
            size = int.from_bytes(await reader.readexactly(2), "big")
            wire = await reader.readexactly(size)
        finally:
            writer.transport.abort()
    if not _fits(wire, sent, question):
        raise Refused("other-question")
    return wire
