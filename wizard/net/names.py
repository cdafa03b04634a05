"""DNS questions: one resolver, every answer a value, cached for the run.

States: found, no-data, no-name (NXDOMAIN), error (SERVFAIL, REFUSED, silence, loop). An error proves nothing and is never a fail.
"""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.resolver

from wizard.net.registrable import registrable
from wizard.net.stub import Refused, Server, Silent, Stub, Unsent
from wizard.net.types import Dns, DnsAnswer

WIDTH = 32
TRY_SECONDS = 1.2
LIFE_SECONDS = 2.4
SILENT_LIMIT = 3
ROOT_SECONDS, DOMAIN_SECONDS = 0.6, 0.9
_CONTROLS = ("SOA", "NS", "A")
"""What the root and every domain can answer: asked along when the first questions stay without an answer."""
SETTLE_SECONDS = 0.05
RECORDS_MAX = 64


class Names:
    """Asks DNS. Records come sorted: servers shuffle them (RFC 1034 section 3.6 gives them no order), and two runs must say the same.

    After three silent questions with no answer yet, the rest are `error` unasked: of a domain, whose own servers may be dead, and of all
    (a dead resolver costs seconds, not minutes). Where fewer are under way, others are asked along, at least one.
    """

    def __init__(self, resolver: str = "") -> None:
        self._stub = Stub(_servers(resolver))
        self._gate = asyncio.Semaphore(WIDTH)
        self._answers: dict[tuple[str, str], asyncio.Task[DnsAnswer]] = {}
        self._pulses: dict[str, _Pulse] = {}
        self.asked = 0

    async def ask(self, name: str, kind: str) -> DnsAnswer:
        """The answer to one question; the same question is sent once a run. Never raises for the network or a bad name."""
        key = (name.rstrip(".").lower(), kind.upper())
        task = self._answers.get(key)
        if task is None:
            task = self._answers[key] = asyncio.create_task(self._look_up(*key))
        return await asyncio.shield(task)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """IPv4 then IPv6 addresses of a host; a literal address is its own answer; ``localhost`` needs no question (RFC 6761)."""
        literal = is_address(host)
        if literal:
            return (literal,)
        if host == "localhost" or host.endswith(".localhost"):
            return ("127.0.0.1",)
        four, six = await asyncio.gather(self.ask(host, "A"), self.ask(host, "AAAA"))
        return four.records + six.records

    async def close(self) -> None:
        """Drop questions still in flight."""
        controls = [pulse.control for pulse in self._pulses.values() if pulse.control is not None]
        tasks = [*self._answers.values(), *controls]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._answers.clear()

    async def _look_up(self, name: str, kind: str) -> DnsAnswer:
        async with self._gate:
            pulses = {key: self._pulses.setdefault(key, _Pulse()) for key in dict.fromkeys(("", registrable(name)))}
            if any(pulse.dead for pulse in pulses.values()):  # inside the gate: before it, all were queued already
                return DnsAnswer(name, kind, Dns.ERROR, detail="breaker")
            for key, pulse in pulses.items():
                pulse.control = pulse.control or asyncio.create_task(self._control(key, pulse))
            return await self._question(name, kind, LIFE_SECONDS, tuple(pulses.values()))

    async def _control(self, name: str, pulse: _Pulse) -> None:
        """Ask the root first: it tells whether anybody is there. Only then is it worth while to ask more of a domain that says nothing."""
        wait = DOMAIN_SECONDS if name else ROOT_SECONDS
        await asyncio.sleep(wait)
        if pulse.heard or (name and not self._pulses[""].heard):
            return
        missing = _CONTROLS[: max(1, SILENT_LIMIT - pulse.under_way - pulse.silent)]
        rest = LIFE_SECONDS - wait  # so that they end together with the first ones
        await asyncio.gather(*(self._question(name or ".", kind, rest, (pulse,)) for kind in missing))

    async def _question(self, name: str, kind: str, seconds: float, pulses: tuple[_Pulse, ...]) -> DnsAnswer:
        self.asked += 1
        for pulse in pulses:
            pulse.under_way += 1
        heard = silent = False
        try:
            said = await self._stub.ask(name, kind, TRY_SECONDS, seconds)
            heard = True
            return _answer(name, kind, said)
        except Refused as error:
            heard = True
            return DnsAnswer(name, kind, Dns.ERROR, detail=str(error)[:60])
        except Silent:
            silent = True
            return DnsAnswer(name, kind, Dns.ERROR, detail="timeout")
        except Unsent as error:
            return DnsAnswer(name, kind, Dns.ERROR, detail=str(error))
        except (dns.exception.DNSException, ValueError) as error:  # a bad label, an unknown kind
            return DnsAnswer(name, kind, Dns.ERROR, detail=type(error).__name__)
        finally:
            for pulse in pulses:
                pulse.under_way -= 1
                pulse.silent += silent
                pulse.heard = pulse.heard or heard
            if silent:  # so that questions silent at the same moment are counted before the next in the queue looks
                await asyncio.sleep(SETTLE_SECONDS)


@dataclass(slots=True)
class _Pulse:
    """Whether a domain, or anybody at all, has answered yet."""

    silent: int = 0
    heard: bool = False
    under_way: int = 0
    control: asyncio.Task[None] | None = None

    @property
    def dead(self) -> bool:
        return self.silent >= SILENT_LIMIT and not self.heard


def _answer(name: str, kind: str, said: dns.message.Message) -> DnsAnswer:
    missing = said.rcode() == dns.rcode.NXDOMAIN
    if not said.answer or not isinstance(said, dns.message.QueryMessage):  # most guesses end here
        return DnsAnswer(name, kind, Dns.NO_NAME if missing else Dns.NO_DATA)
    try:
        found = said.resolve_chaining()
    except dns.exception.DNSException as error:  # a loop, an answer to another question
        return DnsAnswer(name, kind, Dns.ERROR, detail=type(error).__name__)
    chain = tuple(_plain(link[0].target) for link in found.cnames)
    if missing:
        return DnsAnswer(name, kind, Dns.NO_NAME, chain=chain)
    if found.answer is None and not chain:  # it answers, but about other names
        return DnsAnswer(name, kind, Dns.ERROR, detail="other-name")
    if found.answer is None:
        return DnsAnswer(name, kind, Dns.NO_DATA, chain=chain)
    records = tuple(sorted(_text(record, kind) for record in list(found.answer)[:RECORDS_MAX]))
    return DnsAnswer(name, kind, Dns.FOUND, records=records, chain=chain, ttl=int(found.answer.ttl))


def is_address(host: str) -> str:
    """The host in canonical form when it is a literal IP address (brackets allowed), else ""."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return ""


def is_loopback(address: str) -> bool:
    """Whether an IP address is this computer's own."""
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return address == "localhost"
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


def split_place(text: str, port: int = 53) -> tuple[str, int]:
    """``host:port``, ``[v6]:port`` or a bare address into (host, port)."""
    if is_address(text):
        return is_address(text), port
    host, colon, tail = text.rpartition(":")
    if not colon or not tail.isdigit():
        return text.strip("[]").lower(), port
    return host.strip("[]").lower(), int(tail)


def _servers(text: str) -> list[Server]:
    """Who is asked: the place named in the profile, else what this computer is set to. An empty list answers nothing."""
    if text:
        host, port = split_place(text)
        host = "127.0.0.1" if host == "localhost" else host
        return [(host, port)] if is_address(host) else []  # a resolver is an address, not a name
    try:
        usual = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return []
    return [(str(one), usual.port) for one in usual.nameservers]


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _text(record: object, kind: str) -> str:
    if kind in {"TXT", "SPF"}:
        joined: bytes = b"".join(getattr(record, "strings", ()))
        return joined.decode("utf-8", "replace")
    if kind in {"CNAME", "NS", "PTR", "DNAME"}:
        return _plain(record.target)  # type: ignore[attr-defined]
    if kind == "MX":
        return f"{record.preference} {_plain(record.exchange)}"  # type: ignore[attr-defined]
    return str(record)
