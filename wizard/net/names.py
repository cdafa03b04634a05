"""DNS questions: one resolver, every answer a value, cached for the run.

States: found, no-data, no-name (NXDOMAIN), error (SERVFAIL, REFUSED, silence, loop). An error proves nothing and is never a fail.
"""

from __future__ import annotations

import asyncio
import ipaddress

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from wizard.net.types import Dns, DnsAnswer

WIDTH = 16
TRY_SECONDS = 1.2
LIFE_SECONDS = 2.4
SILENT_LIMIT = 3
SETTLE_SECONDS = 0.05
RECORDS_MAX = 64


class Names:
    """Asks DNS. Records come sorted: servers shuffle them (RFC 1034 section 3.6 gives them no order), and two runs must say the same.

    After three silent questions with no answer yet, the rest are `error` unasked (a dead resolver costs seconds, not minutes).
    """

    def __init__(self, resolver: str = "") -> None:
        self._resolver = _resolver(resolver)
        self._gate = asyncio.Semaphore(WIDTH)
        self._answers: dict[tuple[str, str], asyncio.Task[DnsAnswer]] = {}
        self._silent = 0
        self._heard = False
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
        for task in self._answers.values():
            task.cancel()
        await asyncio.gather(*self._answers.values(), return_exceptions=True)
        self._answers.clear()

    async def _look_up(self, name: str, kind: str) -> DnsAnswer:
        async with self._gate:
            if self._resolver is None:
                return DnsAnswer(name, kind, Dns.ERROR, detail="no-resolver")
            if (
                self._silent >= SILENT_LIMIT and not self._heard
            ):  # looked at inside the gate: before it, all were queued already
                return DnsAnswer(name, kind, Dns.ERROR, detail="breaker")
            self.asked += 1
            return await self._question(self._resolver, name, kind)

    async def _question(self, resolver: dns.asyncresolver.Resolver, name: str, kind: str) -> DnsAnswer:
        try:
            answer = await resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN as error:
            self._heard = True
            return DnsAnswer(name, kind, Dns.NO_NAME, chain=_chain_of_missing(error))
        except dns.resolver.NoNameservers as error:
            self._heard = True
            return DnsAnswer(name, kind, Dns.ERROR, detail=_rcode(error))
        except dns.exception.Timeout:
            self._silent += 1
            await asyncio.sleep(
                SETTLE_SECONDS
            )  # so that questions silent at the same moment are counted before the next in the queue looks
            return DnsAnswer(name, kind, Dns.ERROR, detail="timeout")
        except (dns.exception.DNSException, OSError, ValueError) as error:  # a bad label, a loop, no route
            return DnsAnswer(name, kind, Dns.ERROR, detail=type(error).__name__)
        self._heard = True
        chain = _chain(answer)
        if answer.rrset is None and answer.response.answer and not chain:  # it answers, but about other names
            return DnsAnswer(name, kind, Dns.ERROR, detail="other-name")
        if answer.rrset is None:
            return DnsAnswer(name, kind, Dns.NO_DATA, chain=chain)
        records = tuple(sorted(_text(record, kind) for record in list(answer.rrset)[:RECORDS_MAX]))
        return DnsAnswer(name, kind, Dns.FOUND, records=records, chain=chain, ttl=int(answer.rrset.ttl))


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


def _resolver(text: str) -> dns.asyncresolver.Resolver | None:
    if text:
        resolver = dns.asyncresolver.Resolver(configure=False)
        host, port = split_place(text)
        try:
            resolver.nameservers = ["127.0.0.1" if host == "localhost" else host]
        except ValueError:  # a name: a resolver is an address
            return None
        resolver.port = port
    else:
        try:
            resolver = dns.asyncresolver.Resolver()
        except dns.resolver.NoResolverConfiguration:
            return None
    resolver.timeout = TRY_SECONDS
    resolver.lifetime = LIFE_SECONDS
    resolver.cache = None
    return resolver


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _chain(answer: dns.resolver.Answer) -> tuple[str, ...]:
    return tuple(_plain(link[0].target) for link in answer.chaining_result.cnames)


def _chain_of_missing(error: dns.resolver.NXDOMAIN) -> tuple[str, ...]:
    try:
        responses = error.responses().values()  # type: ignore[no-untyped-call]
        return tuple(_plain(link[0].target) for response in responses for link in response.resolve_chaining().cnames)
    except (dns.exception.DNSException, AttributeError):
        return ()


def _rcode(error: dns.resolver.NoNameservers) -> str:
    tries = error.kwargs.get("errors") or []
    reason = str(tries[-1][3]) if tries and len(tries[-1]) > 3 else "no-nameservers"
    return reason.lower()[:60]


def _text(record: object, kind: str) -> str:
    if kind in {"TXT", "SPF"}:
        joined: bytes = b"".join(getattr(record, "strings", ()))
        return joined.decode("utf-8", "replace")
    if kind in {"CNAME", "NS", "PTR", "DNAME"}:
        return _plain(record.target)  # type: ignore[attr-defined]
    if kind == "MX":
        return f"{record.preference} {_plain(record.exchange)}"  # type: ignore[attr-defined]
    return str(record)
