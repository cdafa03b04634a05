"""Where a connection really goes: own resolver, connect map, a fixed address. URL, SNI and Host stay true."""

from __future__ import annotations

import errno
import ssl
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import certifi
import httpcore

from wizard.net.names import Names, is_address, is_loopback, split_place
from wizard.net.types import Access, Fault

if (
    find_spec("sniffio") is None
):  # httpcore looks for it anew for each lock that it makes, through every folder of the path
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

CONNECT_SECONDS = 5.0
ADDRESSES_MAX = 3


class Unreachable(Exception):
    """No connection: `fault` for the reply, `detail` a short raw fact."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


Place = tuple[str, int]


class Places:
    """Turns (host, port) into what to dial: [(address for judging, (dialled host, port)), …]."""

    def __init__(self, access: Access, names: Names) -> None:
        self._names = names
        self._map: dict[Place, Place] = {split_place(k, 443): split_place(v, 443) for k, v in access.connect.items()}
        self._own_resolver = bool(access.resolver)

    async def of(self, host: str, port: int, address: str = "") -> list[tuple[str, Place]]:
        """The places to try in order. A mapped name's address, for judging, still comes from a resolver that was named."""
        host = host.lower().strip("[]")
        if address:
            return [(address, self._mapped(address, port))]
        if place := self._map.get((host, port)):
            known = await self._names.addresses(host) if self._own_resolver else ()
            return [(known[0] if known else place[0], place)]
        return [(found, self._mapped(found, port)) for found in (await self._names.addresses(host))[:ADDRESSES_MAX]]

    def mapped_ports(self, name: str) -> list[int]:
        """The ports of a name that the connect map sends elsewhere."""
        return [port for host, port in self._map if host == name]

    async def loopback(self, host: str, port: int, address: str = "") -> bool:
        """Whether everything that would be dialled is this computer. The resolver's answers are kept for the run, so this stays true."""
        found = await self.of(host, port, address)
        return bool(found) and all(is_loopback(place[0]) for _, place in found)

    def _mapped(self, address: str, port: int) -> Place:
        address = is_address(address) or address
        return self._map.get((address, port), (address, port))


class Dial(httpcore.AsyncNetworkBackend):
    """The network back end of a connection pool: the only place where a socket to a product is opened."""

    def __init__(self, places: Places, address: str = "") -> None:
        self._places = places
        self._address = address
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Dial the first place that answers; raise `Unreachable` with the last reason when none does."""
        last = Unreachable(Fault.DNS, "no-address")
        for address, place in await self._places.of(host, port, self._address):
            try:
                inner = await self._inner.connect_tcp(
                    *place,
                    timeout=min(timeout or CONNECT_SECONDS, CONNECT_SECONDS),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
                last = why(error)
            else:
                return Line(inner, address)
        raise last

    async def sleep(self, seconds: float) -> None:
        """Wait, for the pool's retries."""
        await self._inner.sleep(seconds)


class Line(httpcore.AsyncNetworkStream):
    """A connection that remembers the address it was judged by and tells a TLS failure from a network one."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, address: str) -> None:
        self._inner = inner
        self._address = address

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """As the inner stream."""
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """As the inner stream."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """As the inner stream."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Handshake; a failure is `Unreachable` with the TLS library's own reason, unless nothing came back at all."""
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
            raised = why(error)
            if raised.fault is not Fault.TIMEOUT:
                raised = Unreachable(Fault.TLS, raised.detail)
            raise raised from None
        return Line(inner, self._address)

    def get_extra_info(self, info: str) -> Any:
        """``address`` is ours; the rest is the inner stream's."""
        return self._address if info == "address" else self._inner.get_extra_info(info)


def why(error: BaseException) -> Unreachable:
    """Sort a connection error by what lies at its bottom."""
    chain: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in chain and len(chain) < 8:
        chain.append(step)
        step = step.__cause__ or step.__context__
    for found in chain:
        if isinstance(found, ssl.SSLCertVerificationError):
            return Unreachable(Fault.TLS, f"verify {found.verify_code}")
        if isinstance(found, ssl.SSLError):
            return Unreachable(Fault.TLS, (found.reason or "handshake").lower().replace("_", "-"))
    for found in chain:
        if isinstance(found, ConnectionResetError | BrokenPipeError):
            return Unreachable(Fault.RESET, "reset")
        if isinstance(found, OSError) and found.errno in {
            errno.ECONNREFUSED,
            errno.ENETUNREACH,
            errno.EHOSTUNREACH,
            errno.EADDRNOTAVAIL,
        }:
            return Unreachable(Fault.REFUSED, errno.errorcode[found.errno])
    if any(isinstance(found, TimeoutError | httpcore.TimeoutException) for found in chain):
        return Unreachable(Fault.TIMEOUT, "connect")
    if any(
        "refused" in str(found).lower() or "all connection attempts failed" in str(found).lower() for found in chain
    ):
        return Unreachable(Fault.REFUSED, "refused")
    return Unreachable(Fault.RESET, type(chain[-1]).__name__)


def trust(access: Access) -> ssl.SSLContext:
    """The bundled roots plus `network.ca_file`, with flags fixed: Python 3.13 adds STRICT and PARTIAL_CHAIN, and verdicts must not differ by Python."""
    stamp = access.ca_file.stat().st_mtime_ns if access.ca_file is not None else 0
    return _trust(certifi.where(), access.ca_file, stamp)


@lru_cache(maxsize=8)
def _trust(bundle: str, ca_file: Path | None, _stamp: int) -> ssl.SSLContext:
    """Reading the roots takes longer than a handshake: once a process is enough, for nobody adds to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    context.verify_flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    return context


def pool(context: ssl.SSLContext, dial: Dial) -> httpcore.AsyncConnectionPool:
    """Connections over HTTP/1.1 or HTTP/2; no proxy from the environment, no retry.

    As many may stay open as there may be: to get below a lower number, httpcore also closes connections that a request was just given.
    """
    return Lines(
        ssl_context=context,
        network_backend=dial,
        http1=True,
        http2=True,
        max_connections=48,
        max_keepalive_connections=48,
        keepalive_expiry=1.5,
    )


class Lines(httpcore.AsyncConnectionPool):
    """One pool for each origin: httpcore looks through all connections of a pool before and after each request, which is felt at forty hosts."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._settings = settings
        self._own: dict[tuple[bytes, bytes, int], httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """As the pool of the request's origin does."""
        origin = (request.url.origin.scheme, request.url.origin.host, request.url.origin.port)
        if origin not in self._own:
            self._own[origin] = httpcore.AsyncConnectionPool(**self._settings)
        return await self._own[origin].handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection to every origin."""
        for one in self._own.values():
            await one.aclose()


__all__ = ["Dial", "Place", "Places", "Unreachable", "pool", "trust", "why"]
