"""Handshakes, judged against the bundled roots with fixed flags. A bad certificate is read over a second, unverified one on which nothing is sent."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import certifi

from wizard.net.certificates import Certificate, as_issuer, read
from wizard.net.dial import Place, Places, Unreachable, why
from wizard.net.types import Access, Fault, TlsFacts

SECONDS = 8.0
WIDTH = 16
ISSUERS_MOST = 3
NO_CHECK_TIME = 0x200000
SOUND_CHAIN = frozenset({0, 9, 10, 62})
"""Codes that OpenSSL gives only after it has built a chain to a root: sound, not yet, expired, wrong name."""


@dataclass(frozen=True, slots=True)
class Try:
    """One handshake. `code` is OpenSSL's verify code; `fault` is set when there was none to judge."""

    code: int = 0
    fault: Fault = Fault.NONE
    detail: str = ""
    der: bytes = b""
    version: str = ""
    alpn: str = ""
    address: str = ""


class Shaker:
    """`shake` gives the facts of one host. `fetch` reads an issuer certificate from the address that a leaf names (AIA)."""

    def __init__(self, access: Access, places: Places, fetch: Callable[[str], Awaitable[bytes]]) -> None:
        self._places = places
        self._fetch = fetch
        self._gate = asyncio.Semaphore(WIDTH)
        self._ca_file = access.ca_file
        self.count = 0

    async def shake(self, host: str, port: int, address: str = "") -> TlsFacts:
        """Judge the certificate that `host` shows at the first of its places that can be dialled."""
        async with self._gate:
            first = await self._try(host, port, address, self._context("trust"))
            facts = TlsFacts(
                host,
                port,
                first.address or address,
                first.fault,
                first.detail,
                first.code,
                first.code,
                first.version,
                first.alpn,
            )
            if first.fault in {Fault.TLS, Fault.RESET}:
                return await self._client_certificate(facts, address)
            if first.fault is not Fault.NONE:
                return facts
            if first.code == 0:
                return _with(facts, read(first.der))
            return await self._bad(facts, host, port, address)

    async def _bad(self, facts: TlsFacts, host: str, port: int, address: str) -> TlsFacts:
        bare = await self._try(host, port, address, self._context("bare"))
        leaf = read(bare.der)
        facts = replace(_with(facts, leaf), version=bare.version, alpn=bare.alpn)
        if facts.code in {9, 10}:
            timeless = await self._try(host, port, address, self._context("timeless"))
            facts = replace(facts, chain_code=facts.code if timeless.fault else timeless.code)
        if facts.code == 20 and leaf is not None and await self._fetched_issuer_helps(leaf, host, port, address):
            return replace(facts, issuer_sent=False)
        if 18 in {facts.code, facts.chain_code}:  # the leaf signed itself: no network that inspects does that
            return replace(facts, issuer_trusted=False)
        if {facts.code, facts.chain_code} & {19, 20}:
            system = await self._try(host, port, address, self._context("system"))
            return replace(facts, issuer_trusted=False, system_trusts=not system.fault and system.code in SOUND_CHAIN)
        return facts

    async def _fetched_issuer_helps(self, leaf: Certificate, host: str, port: int, address: str) -> bool:
        """Whether the chain reaches a root once the issuers that the certificates name are fetched (at most three)."""
        context, place = None, leaf.issuer_place
        for _ in range(ISSUERS_MOST):
            issuer = as_issuer(await self._fetch(place)) if place else None
            if issuer is None:
                return False
            context = context or self._new("trust")  # one of its own, for it is added to
            context.load_verify_locations(cadata=issuer.der)
            found = await self._try(host, port, address, context)
            if not found.fault and found.code in SOUND_CHAIN:
                return True
            place = issuer.issuer_place
        return False

    async def _client_certificate(self, facts: TlsFacts, address: str) -> TlsFacts:
        """After an alert or a close: did the server, whose chain verified, ask for a certificate of ours? Then its own is good (TLS 1.2; 1.3 tells later)."""
        context, asked = self._new("trust"), []

        def heard(_conn: object, direction: str, _version: object, content: object, kind: Any, _data: bytes) -> None:
            if direction == "read" and int(content) == 22 and int(kind) == 13:  # type: ignore[call-overload]
                asked.append(kind)

        setattr(context, "_msg_callback", heard)  # noqa: B010  no public door to the messages; without it the answer is only less exact
        again = await self._try(facts.host, facts.port, address, context)
        if asked and again.code == 0:
            return replace(facts, fault=Fault.NONE, client_certificate=True)
        return facts

    async def _try(self, host: str, port: int, address: str, context: ssl.SSLContext) -> Try:
        last = Try(fault=Fault.DNS, detail="no-address")
        for found, place in await self._places.of(host, port, address):
            last = replace(await self._handshake(place, host, context), address=found)
            if last.fault not in {Fault.REFUSED, Fault.TIMEOUT}:
                break
        return last

    async def _handshake(self, place: Place, host: str, context: ssl.SSLContext) -> Try:
        self.count += 1
        try:
            async with asyncio.timeout(SECONDS):
                _, writer = await asyncio.open_connection(
                    *place, ssl=context, server_hostname=host, ssl_handshake_timeout=SECONDS * 4
                )
        except ssl.SSLCertVerificationError as error:
            return Try(code=error.verify_code)
        except (
            OSError,
            ValueError,
        ) as error:  # TimeoutError and SSLError are OSErrors; ValueError: a name that cannot be SNI
            reason = why(error) if isinstance(error, OSError) else Unreachable(Fault.TLS, "bad-name")
            return Try(fault=reason.fault, detail=reason.detail)
        try:
            line = writer.get_extra_info("ssl_object")
            version = {"TLSv1": "1.0"}.get(line.version(), str(line.version()).removeprefix("TLSv"))
            return Try(
                der=line.getpeercert(binary_form=True) or b"", version=version, alpn=line.selected_alpn_protocol() or ""
            )
        finally:
            writer.transport.abort()

    def _context(self, kind: str) -> ssl.SSLContext:
        """A shared one: nobody adds to it."""
        if kind == "system":
            stamp = _system_stamp()
            return _shared(kind, None, stamp) if stamp else self._new(kind)
        stamp = self._ca_file.stat().st_mtime_ns if self._ca_file is not None else 0
        return _shared(kind, self._ca_file, stamp)

    def _new(self, kind: str) -> ssl.SSLContext:
        return _context(kind, self._ca_file)


def _context(kind: str, ca_file: Path | None) -> ssl.SSLContext:
    """Fixed flags in every context: Python 3.13 adds STRICT and PARTIAL_CHAIN, and with the latter a fetched issuer would be an anchor."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["h2", "http/1.1"])
    if kind == "bare":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if kind == "system":
        context.load_default_certs()
    else:
        context.load_verify_locations(certifi.where())
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    context.verify_flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    if kind == "timeless":
        context.verify_flags |= NO_CHECK_TIME
    return context


def _system_stamp() -> int:
    """When the computer's own store was last changed: it may be, between two runs. 0 where that cannot be told (Windows keeps it elsewhere)."""
    paths = ssl.get_default_verify_paths()
    kept = [Path(one) for one in (paths.cafile, paths.capath) if one]
    return max((one.stat().st_mtime_ns for one in kept if one.exists()), default=0) if sys.platform != "win32" else 0


@lru_cache(maxsize=8)
def _shared(kind: str, ca_file: Path | None, _stamp: int) -> ssl.SSLContext:
    """Reading the roots takes most of a handshake's time: once a process is enough."""
    return _context(kind, ca_file)


def _with(facts: TlsFacts, leaf: Certificate | None) -> TlsFacts:
    if leaf is None:
        return replace(facts, detail="unreadable-certificate")
    return replace(
        facts,
        names=leaf.names,
        subject=leaf.subject,
        issuer=leaf.issuer,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        fingerprint=leaf.fingerprint,
    )
