"""``check_host``: what a receiver would say of one client address today (RFC 7208 section 4). Asks through the caller's `Ask` only."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from wizard.net import Dns, DnsAnswer
from wizard.probes.edge.email.macros import expand, fit, needs
from wizard.probes.edge.email.spf import QUALIFIERS, Record, SpfSyntax, Term, is_spf, parse

Ask = Callable[[str, str], Awaitable[DnsAnswer]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LOOKUPS = 10
MAX_VOID = 2
MAX_HOSTS = 10


class _TempError(Exception):
    """DNS did not answer: the result is temperror, never a fail."""


class _PermError(Exception):
    """The published records cannot be evaluated."""


@dataclass(slots=True)
class _Session:
    """One evaluation: who connects, and what the limits have left (section 4.6.4)."""

    ask: Ask
    address: Address
    sender: str
    helo: str
    receiver: str
    lookups: int = 0
    void: int = 0
    explain: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return "A" if self.address.version == 4 else "AAAA"

    def spend(self) -> None:
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise _PermError("look-ups")

    async def look(self, name: str, kind: str, *, counts: bool = True) -> tuple[str, ...]:
        """The records, () when there are none; a void answer counts where the RFC says so."""
        if not _askable(name):
            return ()
        answer = await self.ask(name, kind)
        if answer.state is Dns.ERROR:
            raise _TempError(name)
        if answer.state is not Dns.FOUND and counts:
            self.void += 1
            if self.void > MAX_VOID:
                raise _PermError("void")
        return answer.records if answer.state is Dns.FOUND else ()


@dataclass(frozen=True, slots=True)
class Spf:
    """The result (pass, fail, softfail, neutral, none, temperror, permerror) and the domain's own explanation, if any."""

    result: str
    explanation: str = ""


async def check_host(ask: Ask, address: str, sender: str, helo: str, receiver: str = "unknown") -> Spf:
    """Evaluate SPF for a client `address` and the return path `sender` ("" falls back to the HELO name, section 2.4)."""
    sender = sender or f"postmaster@{helo}"
    local, _, domain = sender.rpartition("@")
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    session = _Session(ask, found, f"{local or 'postmaster'}@{domain}", helo, receiver)
    if not _is_domain(domain):
        return Spf("none")
    try:
        result = await _check(session, domain)
    except _TempError:
        result = "temperror"
    except _PermError:
        result = "permerror"
    return Spf(result, session.explain if result == "fail" else "")


def _is_domain(name: str) -> bool:
    labels = name.removesuffix(".").split(".")
    return len(labels) > 1 and all(0 < len(label.encode()) < 64 for label in labels)


def _askable(name: str) -> bool:
    labels = name.removesuffix(".").split(".")
    return len(name) <= 253 and all(0 < len(label.encode()) < 64 for label in labels)


async def _record(session: _Session, domain: str) -> Record | None:
    if not _askable(domain):
        return None
    found = [text for text in await session.look(domain, "TXT", counts=False) if is_spf(text)]
    if len(found) > 1:
        raise _PermError("records")
    if not found:
        return None
    try:
        return parse(found[0])
    except SpfSyntax as error:
        raise _PermError(str(error)) from error


async def _check(session: _Session, domain: str, *, outer: bool = True) -> str:
    record = await _record(session, domain)
    if record is None:
        return "none"
    for term in record.terms:
        if await _matches(session, domain, term):
            result = QUALIFIERS[term.qualifier]
            if outer and result == "fail" and record.exp:
                session.explain = await _explanation(session, domain, record.exp)
            return result
    if record.redirect:
        session.spend()
        onward = await _name(session, domain, record.redirect)
        result = await _check(session, onward, outer=outer)
        if result == "none":
            raise _PermError("redirect")
        return result
    return "neutral"


async def _matches(session: _Session, domain: str, term: Term) -> bool:
    if term.name == "all":
        return True
    if term.name in ("ip4", "ip6"):
        return _within(session.address, term.target, term)
    session.spend()
    target = await _name(session, domain, term.target) if term.target else domain
    if term.name == "include":
        return await _include(session, target)
    if term.name == "a":
        return any(_within(session.address, each, term) for each in await session.look(target, session.kind))
    if term.name == "mx":
        return await _mx(session, target, term)
    if term.name == "exists":
        return bool(await session.look(target, "A"))
    low = target.lower().removesuffix(".")
    return any(n == low or n.endswith("." + low) for n in await _validated(session))


async def _include(session: _Session, target: str) -> bool:
    result = await _check(session, target, outer=False)
    if result == "none":
        raise _PermError("include")
    return result == "pass"


async def _mx(session: _Session, target: str, term: Term) -> bool:
    hosts = await session.look(target, "MX")
    if len(hosts) > MAX_HOSTS:
        raise _PermError("mx")
    for entry in hosts:
        host = entry.split()[-1].removesuffix(".")
        if host and any(_within(session.address, each, term) for each in await session.look(host, session.kind)):
            return True
    return False


async def _validated(session: _Session) -> list[str]:
    """The client's names that point back to it (section 5.5); at most ten are looked at, errors make a name unproven."""
    try:
        names = await session.look(session.address.reverse_pointer, "PTR")
    except _TempError:
        return []
    proven: list[str] = []
    for entry in names[:MAX_HOSTS]:
        name = entry.lower().removesuffix(".")
        try:
            back = await session.look(name, session.kind, counts=False)
        except _TempError:
            continue
        if any(ipaddress.ip_address(each) == session.address for each in back):
            proven.append(name)
    return proven


async def _name(session: _Session, domain: str, spec: str) -> str:
    return fit(expand(spec, await _values(session, domain, needs(spec))))


async def _values(session: _Session, domain: str, letters: frozenset[str]) -> dict[str, str]:
    local, _, sender_domain = session.sender.rpartition("@")
    address = session.address
    nibbles = str(address) if address.version == 4 else ".".join(address.exploded.replace(":", "").upper())
    values = {
        "s": session.sender,
        "l": local,
        "o": sender_domain,
        "d": domain,
        "i": nibbles,
        "h": session.helo,
        "v": "in-addr" if address.version == 4 else "ip6",
        "c": str(address),
        "r": session.receiver,
        "t": str(int(time.time())),
    }
    if "p" in letters:
        low = domain.lower().removesuffix(".")
        names = await _validated(session)
        below = [n for n in names if n.endswith("." + low)]
        values["p"] = ([n for n in names if n == low] + below + names + ["unknown"])[0]
    return values


async def _explanation(session: _Session, domain: str, spec: str) -> str:
    """The domain's own words for a refusal, or "" when they cannot be had (section 6.2): nothing here may change the result."""
    try:
        found = await session.look(await _name(session, domain, spec), "TXT", counts=False)
        if len(found) != 1 or not found[0].isascii():
            return ""
        words = found[0].split(" ")
        return " ".join([expand(word, await _values(session, domain, needs(word))) for word in words])
    except (_TempError, _PermError, KeyError):
        return ""


def _within(address: Address, other: str, term: Term) -> bool:
    try:
        base = ipaddress.ip_address(other)
    except ValueError:
        return False
    if base.version != address.version:
        return False
    bits = term.cidr4 if base.version == 4 else term.cidr6
    return address in ipaddress.ip_network((base, bits), strict=False)
