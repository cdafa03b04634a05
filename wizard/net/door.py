"""The door itself: every request of a run goes through `Door.send`, every DNS question through `Door.ask`."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from types import TracebackType

import httpcore

from wizard import __version__
from wizard.model import Consent
from wizard.net.dial import Dial, Places, pool, trust
from wizard.net.exchange import Request, exchange, parse, port_of, wire_headers
from wizard.net.names import Names
from wizard.net.types import Access, Call, DnsAnswer, Fault, Hello, Reply, Sent, Spent, TlsFacts, TokenFacts


class Door:
    """An async context manager that gives the `Net` of one run."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._key = secrets.token_bytes(32)
        self._silences: dict[tuple[str, int, str], int] = {}
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}
        self._agent = f"LaunchReady/{__version__} (+run {access.run_id})"

    async def __aenter__(self) -> Door:
        self._names = Names(self._access.resolver)
        self._places = Places(self._access, self._names)
        self._trust = trust(self._access)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for one in self._pools.values():
            await one.aclose()
        await self._names.close()
        self._key = b""

    async def send(self, call: Call) -> Reply:
        """Send one request as the named account."""
        url = parse(call.url)
        if url is None:
            return Reply(fault=Fault.UNFIT, detail="bad-url", url=call.url)
        if call.method.upper() == "DELETE":
            return Reply(fault=Fault.CONSENT, detail="delete", url=call.url)
        account = {} if call.actor == "nobody" else self._access.accounts.get(call.actor)
        if account is None:
            return Reply(fault=Fault.UNFIT, detail="no-account", url=call.url)
        names = {name.lower() for name in account}
        headers = tuple(pair for pair in call.headers if pair[0].lower() not in names)
        headers += tuple((name, value.reveal()) for name, value in account.items())
        request = Request(call.method.upper(), url, headers, call.body, call.target, call.cap, call.timeout)
        return await self._exchange(request, call.address)

    async def _exchange(self, request: Request, address: str) -> Reply:
        place = (request.url.host, port_of(request.url), address)
        if self._silences.get(place, 0) >= 2:
            return Reply(fault=Fault.DOWN, detail="silent", url=str(request.url))
        if address not in self._pools:
            self._pools[address] = pool(self._trust, Dial(self._places, address))
        reply = await exchange(self._pools[address], request, wire_headers(request, self._agent, self._access.run_id))
        self._silences[place] = self._silences.get(place, 0) + 1 if reply.fault is Fault.TIMEOUT and not reply.status else 0
        return reply

    async def ask(self, name: str, kind: str) -> DnsAnswer:
        """One DNS question, cached for the run."""
        return await self._names.ask(name, kind)

    async def shake(self, host: str, port: int = 443, address: str = "") -> TlsFacts:
        """A verified handshake."""
        return TlsFacts(host, port, address, fault=Fault.UNFIT, detail="not-built")

    async def hello(self, host: str, port: int, version: str, address: str = "") -> Hello:
        """A raw ClientHello of an old version."""
        raise NotImplementedError

    def refuses(self, consent: Consent, url: str = "") -> str:
        """Why a request of this class would not be sent."""
        allowed = {Consent.LOOK: True, Consent.TOUCH: self._access.touch, Consent.PUSH: self._access.push}[consent]
        return "" if allowed else f"needs-{consent}"

    def token(self, account: str) -> TokenFacts:
        """What is known of an account's credential."""
        return TokenFacts(present=account in self._access.accounts)

    def reveals(self, text: str) -> str:
        """The text with every known secret masked."""
        for account in self._access.accounts.values():
            for secret in account.values():
                text = text.replace(secret.reveal(), "***")
        return text

    def fingerprint(self, value: str) -> str:
        """12 hex digits of HMAC-SHA-256 under the run's key."""
        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:12]

    def log(self) -> tuple[Sent, ...]:
        """Every request in order."""
        return ()

    def spent(self) -> Spent:
        """What was sent so far."""
        return Spent(dns=self._names.asked)
