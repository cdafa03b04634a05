"""A DNS server on loopback, UDP and TCP on one port: wildcards and empty names (RFC 4592), CNAME chains, cut answers, broken names.

A zone is a plain dict: ``{("example.test", "A"): ["127.0.0.1"], ("x.test", "ANY"): SERVFAIL}``. Names that it does not hold do not exist.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

MOST_LINKS = 16
"""CNAMEs followed in one answer; a loop ends here, as a server that gives up."""


class Broken(Enum):
    """How a name misbehaves, as the value of ``(name, kind)`` or, for all kinds, of ``(name, "ANY")``."""

    SERVFAIL = "servfail"
    REFUSED = "refused"
    SILENT = "silent"
    CUT = "cut"
    """Always truncated over UDP; TCP answers nothing."""


SERVFAIL, REFUSED, SILENT = Broken.SERVFAIL, Broken.REFUSED, Broken.SILENT
Zone = Mapping[tuple[str, str], Sequence[str] | Broken]


@dataclass(slots=True)
class Names:
    """A running server. `asked` is every question in order, names lower case and without the last dot."""

    zone: Zone
    port: int = 0
    delay: float = 0.0
    ttl: int = 300
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def resolver(self) -> str:
        """What a profile's ``network.resolver`` takes: ``address:port``."""
        return f"127.0.0.1:{self.port}"

    async def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """The answer to one packet, or None for silence (garbage, a silent name)."""
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        name, kind = _plain(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.delay:
            await asyncio.sleep(self.delay)
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AA
        broken = self._fill(response, name, kind)
        if broken is Broken.SILENT or (broken is Broken.CUT and tcp):
            return None
        if broken is Broken.CUT:
            return _cut(query)
        try:
            return response.to_wire(max_size=65535 if tcp else max(512, query.payload or 512))
        except dns.exception.TooBig:
            return _cut(query)

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> Broken | None:
        zone = {(_plain(owner), sort): value for (owner, sort), value in self.zone.items()}
        held = {owner for owner, _ in zone}
        for _ in range(MOST_LINKS):
            owner = _owner(name, held)
            value = zone.get((owner, "ANY"), zone.get((owner, kind), ())) if owner else ()
            if isinstance(value, Broken):
                code = {Broken.SERVFAIL: dns.rcode.SERVFAIL, Broken.REFUSED: dns.rcode.REFUSED}.get(value)
                response.answer.clear()
                response.set_rcode(code if code is not None else dns.rcode.NOERROR)
                return value
            if owner is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
                return None
            if value:
                response.answer.append(_records(name, kind, value, self.ttl))
                return None
            alias = zone.get((owner, "CNAME"), ())
            if isinstance(alias, Broken) or not alias:
                return None
            response.answer.append(_records(name, "CNAME", alias, self.ttl))
            name = _plain(alias[0])
        return None


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _owner(name: str, held: set[str]) -> str | None:
    """The zone's entry for `name`: itself, the wildcard at its closest existing ancestor, "" for an empty name, None: no such name."""
    if name in held:
        return name
    if any(other.endswith("." + name) for other in held):
        return ""
    labels = name.split(".")
    for start in range(1, len(labels)):
        above = ".".join(labels[start:])
        if f"*.{above}" in held:
            return f"*.{above}"
        if above in held or any(other.endswith("." + above) for other in held):
            return None
    return None


def _records(name: str, kind: str, values: Sequence[str], ttl: int) -> dns.rrset.RRset:
    sort = dns.rdatatype.from_text(kind)
    owner = dns.name.from_text(name)
    rdatas = [dns.rdata.from_text(dns.rdataclass.IN, sort, _text(kind, value)) for value in values]
    return dns.rrset.from_rdata_list(owner, ttl, rdatas)


def _text(kind: str, value: str) -> str:
    """A zone's value in presentation form (RFC 1035, section 5): plain TXT text is cut into strings of 255 bytes."""
    if kind not in {"TXT", "SPF"} or value.startswith('"'):
        names = {"CNAME", "NS", "MX", "PTR", "SOA", "SRV"}
        return _rooted(value) if kind in names else value
    data = value.encode()
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)] or [b""]
    return " ".join('"' + "".join(_escaped(byte) for byte in piece) + '"' for piece in pieces)


def _rooted(value: str) -> str:
    return " ".join(word if word.endswith(".") or word.isdigit() else f"{word}." for word in value.split())


def _escaped(byte: int) -> str:
    plain = 0x20 <= byte < 0x7F and byte not in b'"\\'
    return chr(byte) if plain else f"\\{byte:03d}"


def _cut(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query, recursion_available=True)
    response.flags |= dns.flags.TC
    return response.to_wire()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, names: Names) -> None:
        self.names = names
        self.tasks: set[asyncio.Task[None]] = set()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        task = asyncio.ensure_future(self._reply(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _reply(self, data: bytes, addr: Any) -> None:
        answer = await self.names.answer(data, tcp=False)
        if answer is not None and self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(answer, addr)


@contextlib.asynccontextmanager
async def serve_dns(zone: Zone, delay: float = 0.0, *, port: int = 0, ttl: int = 300) -> AsyncIterator[Names]:
    """Answer for `zone` (a live dict: changes show at once) until the block ends. `delay` in seconds, `ttl` in seconds."""
    names = Names(zone, delay=delay, ttl=ttl)
    lines: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            lines.add(task)
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                answer = await names.answer(await reader.readexactly(size), tcp=True)
                if answer is not None:
                    writer.write(len(answer).to_bytes(2, "big") + answer)
                    await writer.drain()
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            if task is not None:
                lines.discard(task)
            writer.transport.abort()

    transport, protocol, server = await _bind(names, connected, port)
    try:
        yield names
    finally:
        transport.close()
        server.close()
        tasks = (*protocol.tasks, *lines)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _bind(names: Names, connected: Any, port: int) -> tuple[asyncio.BaseTransport, _Udp, asyncio.Server]:
    """One port for both: the system picks it for TCP, and another is tried when UDP has it taken already."""
    loop = asyncio.get_running_loop()
    for attempt in range(20):
        server = await asyncio.start_server(connected, "127.0.0.1", port)
        names.port = server.sockets[0].getsockname()[1]
        try:
            transport, protocol = await loop.create_datagram_endpoint(
                lambda: _Udp(names), local_addr=("127.0.0.1", names.port)
            )
        except OSError:
            server.close()
            if port or attempt == 19:
                raise
            continue
        return transport, protocol, server
    raise OSError("no free port")
