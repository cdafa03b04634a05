"""The door itself: every request of a run goes through `Door.send`, every question to DNS through `Door.ask`. It counts; the probes cannot."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
import ssl
import time
from dataclasses import replace
from types import TracebackType

import httpcore
import httpx

from wizard import __version__
from wizard.model import Consent
from wizard.net.actors import Actors
from wizard.net.budget import Budget
from wizard.net.cache import Cache, plain
from wizard.net.consent import METHODS, Hosts, class_of, deletes, split_actor
from wizard.net.dial import Dial, Places, pool, trust
from wizard.net.exchange import Request, exchange, host_of, parse, port_of, wire_headers
from wizard.net.hello import VERSIONS, hello
from wizard.net.names import Names
from wizard.net.outages import Outages, Place
from wizard.net.pace import Clock
from wizard.net.redact import Redactor
from wizard.net.standing import Standing
from wizard.net.tls import Shaker
from wizard.net.tokens import Unfit
from wizard.net.types import Access, Call, DnsAnswer, Fault, Hello, Reply, Sent, Spent, TlsFacts, TokenFacts

ISSUER_MOST = 65_536
HELLO_SECONDS = 6.0

for _name in ("httpcore", "hpack", "h2", "h11"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # at DEBUG these write headers, credentials and all


class Door:
    """An async context manager that gives the `Net` of one run."""

    def __init__(self, access: Access, clock: Clock | None = None) -> None:
        self._access = access
        self._agent = f"LaunchReady/{__version__} (+run {access.run_id})"
        self._clock = clock or Clock()
        self._outages = Outages(self._clock, self._stopped)
        self._pools: dict[tuple[str, str], httpcore.AsyncConnectionPool] = {}
        self._log: list[Sent] = []

    async def __aenter__(self) -> Door:
        access = self._access
        self._redactor = Redactor(access, secrets.token_bytes(32))
        self._names = Names(access.resolver)
        self._places = Places(access, self._names)
        self._trust: ssl.SSLContext | None = None
        self._actors = Actors(access, self._redactor)
        self._hosts = Hosts(access)
        self._budget = Budget(access, self._clock)
        self._cache = Cache()
        self._shaker = Shaker(access, self._places, self._issuer)
        self._standing = Standing(access, self._hosts, self._places, self._names.ask, self._get)
        try:
            await self._standing.prepare()
        except BaseException:  # a cancellation, too, must not leave connections open; it rises on
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()
        self._redactor.forget()
        self._access = Access()
        self._actors = Actors(self._access, self._redactor)
        self._hosts = Hosts(self._access)

    async def _close(self) -> None:
        await self._cache.close()
        for one in self._pools.values():
            await one.aclose()
        await self._names.close()

    async def send(self, call: Call) -> Reply:
        """Send one request as the named actor, or give a reply whose fault says why it was not sent."""
        if plain(call):
            return await self._cache.get(call, self._send)
        return await self._send(call)

    async def _send(self, call: Call) -> Reply:
        reply = await self._checked(call)
        self._note(call, reply)
        return reply

    def _note(self, call: Call, reply: Reply) -> None:
        self._log.append(
            Sent(
                at=time.time(),
                method=call.method.upper()[:20],
                url=self.reveals(call.url[:2000]),
                actor=self.reveals(call.actor[:80]),
                consent=class_of(call),
                why=self.reveals(call.why[:80]),
                status=reply.status,
                fault=reply.fault,
                detail=self.reveals(reply.detail),
                size=reply.size,
                t_total_ms=reply.t_total_ms,
                address=reply.address or call.address,
                reads=call.reads,
                body=len(call.body or b""),
                mark=self._mark(call),
            )
        )

    def _mark(self, call: Call) -> str:
        said = (call.body or b"")[:1_000_000] + b"\n" + call.url.encode("utf-8", "replace")
        whole = self._access.run_id
        short = whole[:8] if len(whole) > 8 and call.body else ""
        return next((word for word in (whole, short) if word and word.encode() in said), "")

    async def _checked(self, call: Call) -> Reply:
        url = parse(call.url)
        if url is None or call.method.upper() not in METHODS | {"DELETE"}:
            return Reply(fault=Fault.UNFIT, detail="bad-url" if url is None else "method", url=call.url)
        refused = self._refused(call, url)
        if refused is not None:
            return replace(refused, url=call.url)
        try:
            request = self._actors.request(call, url)
        except Unfit as error:
            return Reply(fault=Fault.UNFIT, detail=str(error), url=call.url)
        return await self._paced(call, request)

    def _refused(self, call: Call, url: httpx.URL) -> Reply | None:
        """Consent, host, ownership: a reply that says no, or None."""
        consent = class_of(call)
        if deletes(call):
            return Reply(fault=Fault.CONSENT, detail="delete")
        family, kind, _ = split_actor(call.actor)
        if family == "provider":
            if not self._hosts.has_provider(kind, url, port_of(url)) or call.address:
                return Reply(fault=Fault.HOST, detail="other-host")
            return None if call.method.upper() in {"GET", "HEAD"} else Reply(fault=Fault.CONSENT, detail="read-only")
        if (
            call.address and consent is not Consent.LOOK
        ):  # a credential goes to the names that were consented to, never to a bare address
            return Reply(fault=Fault.CONSENT, detail="address")
        reason = self._reason(consent, url, ladder=call.ladder)
        fault = {"": Fault.NONE, "other-host": Fault.HOST, "stopped": Fault.STOPPED, "budget-spent": Fault.BUDGET}.get(
            reason, Fault.CONSENT
        )
        return Reply(fault=fault, detail=reason) if reason else None

    def _reason(self, consent: Consent, url: httpx.URL | None, *, ladder: bool = False) -> str:
        if self._stopped():
            return "stopped"
        allowed = {Consent.LOOK: True, Consent.TOUCH: self._access.touch, Consent.PUSH: self._access.push}
        if not allowed[consent]:
            return f"needs-{consent.value}"
        if url is not None and not (self._hosts.has(url, port_of(url)) and self._standing.consented(url)):
            return "other-host"
        if consent is not Consent.LOOK and not self._standing.owned(url):
            return "not-owned"
        return "" if self._budget.room(consent, ladder=ladder) else "budget-spent"

    async def _paced(self, call: Call, request: Request) -> Reply:
        place = (host_of(request.url), port_of(request.url), call.address)
        reply = await self._once(call, request, place)
        while await self._outages.again(place, reply):
            self._note(call, reply)
            reply = await self._once(call, request, place)
        return reply

    async def _once(self, call: Call, request: Request, place: Place) -> Reply:
        consent = class_of(call)
        loopback = await self._places.loopback(*place)
        async with self._budget.lane(consent, ladder=call.ladder, loopback=loopback):
            up = await self._outages.ready(place)
            if self._stopped():
                return Reply(fault=Fault.STOPPED, detail="stopped", url=call.url)
            if not up:
                return Reply(fault=Fault.DOWN, detail="silent", url=call.url)
            if not self._budget.room(consent, ladder=call.ladder):
                return Reply(fault=Fault.BUDGET, detail="budget-spent", url=call.url)
            self._budget.count(consent, ladder=call.ladder)
            try:
                reply = await exchange(
                    self._pool(request.url.scheme, call.address),
                    request,
                    wire_headers(request, self._agent, self._access.run_id),
                )
            except asyncio.CancelledError:  # it may have arrived, and what it left must be found again
                self._note(call, Reply(fault=Fault.RESET, detail="cancelled", url=call.url))
                raise
        self._outages.note(place, reply)
        return reply

    def _pool(self, scheme: str, address: str) -> httpcore.AsyncConnectionPool:
        """One pool per scheme and fixed address. The roots take a while to load: only https does, and an http pool trusts nobody."""
        if (scheme, address) not in self._pools:
            if scheme == "https" and self._trust is None:
                self._trust = trust(self._access)
            context = self._trust if scheme == "https" and self._trust else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._pools[scheme, address] = pool(context, Dial(self._places, address))
        return self._pools[scheme, address]

    def _stopped(self) -> bool:
        return self._access.stop is not None and self._access.stop.is_set()

    async def _get(self, url: str, cap: int) -> Reply:
        return await self.send(Call("GET", url, why="ownership", cap=cap))

    async def _issuer(self, url: str) -> bytes:
        """An issuer's certificate from the address that a leaf names: plain http on port 80, a public address, 64 kB, nobody's credential."""
        where = parse(url)
        if where is None or where.scheme != "http" or self._stopped() or not self._budget.room(Consent.LOOK):
            return b""
        found = await self._places.of(host_of(where), port_of(where))
        public = port_of(where) == 80 and all(ipaddress.ip_address(place[0]).is_global for _, place in found)
        if not found or not (public or port_of(where) in self._places.mapped_ports(host_of(where))):
            return b""
        self._budget.count(Consent.LOOK, ladder=False)
        request = Request("GET", where, (), None, cap=ISSUER_MOST)
        reply = await exchange(self._pool("http", ""), request, wire_headers(request, self._agent, self._access.run_id))
        self._log.append(
            Sent(
                time.time(),
                "GET",
                self.reveals(url[:2000]),
                "nobody",
                Consent.LOOK,
                "tls.issuer",
                reply.status,
                reply.fault,
            )
        )
        return reply.head if reply.status == 200 and not reply.cut else b""

    async def ask(self, name: str, kind: str) -> DnsAnswer:
        """One DNS question, cached for the run."""
        return await self._names.ask(name, kind)

    async def shake(self, host: str, port: int = 443, address: str = "") -> TlsFacts:
        """A verified handshake with a consented host, or another of the same registrable domain."""
        if self._stopped() or not self._hosts.near(host, port):
            return TlsFacts(host, port, address, fault=Fault.STOPPED if self._stopped() else Fault.HOST)
        return await self._shaker.shake(host, port, address)

    async def hello(self, host: str, port: int, version: str, address: str = "") -> Hello:
        """A raw ClientHello that offers at most `version`, "1.0" or "1.1"; silent where nothing may be or can be dialled."""
        if version not in VERSIONS:
            raise ValueError(version)
        if self._stopped() or not self._hosts.near(host, port):
            return Hello.SILENT
        for _, place in (await self._places.of(host, port, address))[:1]:
            self._shaker.count += 1
            return await hello(place, host, version, HELLO_SECONDS)
        return Hello.SILENT

    def refuses(self, consent: Consent, url: str = "") -> str:
        """Why a request of this class would not be sent, as a key of the reasons; "" when it would."""
        where = parse(url) if url else None
        return "other-host" if url and where is None else self._reason(consent, where)

    def token(self, account: str) -> TokenFacts:
        """What is known of an account's credential, without showing it."""
        return self._actors.facts(account)

    def reveals(self, text: str) -> str:
        """`text` with every credential, marker, canary and person known to this run masked."""
        return self._redactor.reveals(text)

    def fingerprint(self, value: str) -> str:
        """12 hex digits that are the same for the same value within this run, and say nothing else."""
        return self._redactor.fingerprint(value)

    def log(self) -> tuple[Sent, ...]:
        """Every request in order, sent or refused."""
        return tuple(self._log)

    def spent(self) -> Spent:
        """What was sent so far."""
        return replace(self._budget.spent, dns=self._names.asked, tls=self._shaker.count)
