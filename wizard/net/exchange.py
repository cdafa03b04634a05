"""One HTTP exchange: a prepared request goes out, a bounded `Reply` comes back. No cookie jar, no redirect, no proxy from the environment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import httpcore
import httpx
from h2.exceptions import H2Error

from wizard.net.body import Body, Undecodable, Undo, read
from wizard.net.dial import Unreachable, why
from wizard.net.types import Fault, Reply

READ_SECONDS = 10.0
TOTAL_SECONDS = 30.0
STALE_MOST = 2
_OURS = frozenset(
    b"host user-agent accept-encoding content-length transfer-encoding connection keep-alive te trailer upgrade proxy-connection "
    b"proxy-authorization expect x-launch-ready-run http2-settings".split()
)


@dataclass(frozen=True, slots=True)
class Request:
    """What goes on the wire, credentials and all; made just before sending, never kept, never shown."""

    method: str
    url: httpx.URL
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    target: bytes | None = None
    cap: int = 262_144
    timeout: float | None = None


def parse(url: str) -> httpx.URL | None:
    """An absolute http(s) URL with a host, fragment and user part dropped; None when it is not one."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        return None
    if found.scheme not in {"http", "https"} or not found.host or not 0 < port_of(found) < 65_536:
        return None
    if "#" not in url and "@" not in url:
        return found
    return found.copy_with(fragment=None, username=None, password=None)


def host_of(url: httpx.URL) -> str:
    """The host as it stands in the consent and in DNS: ASCII, lower case, IPv6 without brackets."""
    return url.raw_host.decode("ascii").strip("[]").lower()


def port_of(url: httpx.URL) -> int:
    """The port dialled for a URL."""
    return url.port if url.port is not None else (443 if url.scheme == "https" else 80)


def wire_headers(request: Request, agent: str, run_id: str) -> list[tuple[bytes, bytes]]:
    """The header lines in order: Host first, our honest name, then the caller's; what belongs to the connection is ours alone."""
    lines = [
        (b"Host", request.url.netloc),
        (b"User-Agent", agent.encode()),
        (b"X-Launch-Ready-Run", run_id.encode("ascii", "replace")),
        (b"Accept-Encoding", b"identity"),
    ]
    given = [(name.encode("ascii", "replace"), _value(value)) for name, value in request.headers]
    given = [(name, value) for name, value in given if name.lower() not in _OURS and not name.startswith(b":")]
    if not any(name.lower() == b"accept" for name, _ in given):
        lines.append((b"Accept", b"*/*"))
    lines += given
    if request.body is not None or request.method in {"POST", "PUT", "PATCH"}:
        lines.append((b"Content-Length", str(len(request.body or b"")).encode()))
    return lines


def _value(text: str) -> bytes:
    try:
        return text.strip().encode("latin-1")
    except UnicodeEncodeError:
        return text.strip().encode()


async def exchange(pool: httpcore.AsyncConnectionPool, request: Request, headers: list[tuple[bytes, bytes]]) -> Reply:
    """Send and read. Every failure of the network is a `Reply` with a fault; `timeout` of the request replaces both time limits (seconds)."""
    took = _Took(time.perf_counter())
    kept = Body(request.cap, bytearray())
    limit = TOTAL_SECONDS if request.timeout is None else request.timeout
    try:
        async with asyncio.timeout(limit):
            await _converse(pool, request, headers, took, kept)
    except (TimeoutError, httpcore.TimeoutException) as error:
        took.late("total" if isinstance(error, TimeoutError) else "read", kept)
    except Unreachable as error:
        took.fault, took.detail = error.fault, error.detail
    except Undecodable as error:
        took.fault, took.detail = Fault.ENCODING, str(error)
    except httpcore.LocalProtocolError:
        took.fault, took.detail = Fault.UNFIT, "not-http"
    except ValueError:  # a host that cannot be a server name in TLS
        took.fault, took.detail = Fault.UNFIT, "bad-name"
    except (httpcore.NetworkError, httpcore.ProtocolError, H2Error, OSError) as error:
        reason = why(error)
        took.fault, took.detail = reason.fault, reason.detail
    return took.reply(request, kept)


async def _converse(
    pool: httpcore.AsyncConnectionPool, request: Request, headers: list[tuple[bytes, bytes]], took: _Took, kept: Body
) -> None:
    url = request.url
    seconds = READ_SECONDS if request.timeout is None else request.timeout
    place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=request.target or url.raw_path)
    wanted = httpcore.Request(
        request.method.encode("ascii", "replace"),
        place,
        headers=headers,
        content=request.body or b"",
        extensions={"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": TOTAL_SECONDS}},
    )
    response = await _answered(pool, wanted)
    took.first(response)
    try:
        if request.method != "HEAD":
            await read(response.aiter_stream(), Undo(took.header("content-encoding")), kept)
    finally:
        await response.aclose()


async def _answered(pool: httpcore.AsyncConnectionPool, wanted: httpcore.Request) -> httpcore.Response:
    """The answer's head; sent again where it went out on a kept connection that the server had closed meanwhile (RFC 9112 section 9.3.1).

    Some servers close after an error without saying so. A new connection that ends without an answer is the server's own doing, and not tried again.
    """
    opened = False

    async def watch(event: str, _info: object) -> None:
        nonlocal opened
        opened = opened or event.startswith("connection.connect_")

    wanted.extensions["trace"] = watch
    for _ in range(STALE_MOST):
        try:
            return await pool.handle_async_request(wanted)
        except H2Error:
            pass  # httpcore closed, as idle, the connection that it had just given to this request; nothing was sent yet
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            if opened:
                raise
    return await pool.handle_async_request(wanted)


class _Took:
    """What an exchange has come to so far."""

    def __init__(self, begun: float) -> None:
        self._begun = begun
        self._first = 0.0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._status = 0
        self._address = ""
        self.fault = Fault.NONE
        self.detail = ""

    def first(self, response: httpcore.Response) -> None:
        self._first = time.perf_counter()
        self._status = response.status
        self._headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
        stream = response.extensions.get("network_stream")
        self._address = str(stream.get_extra_info("address") or "") if stream is not None else ""

    def header(self, name: str) -> str:
        return next((value for key, value in self._headers if key.lower() == name), "")

    def late(self, which: str, kept: Body) -> None:
        """Time ran out. With a part of the body in hand (a stream that stays open) that part is the answer, marked as cut."""
        self.detail = which
        if self._status and kept.kept:
            kept.cut = True
        else:
            self.fault = Fault.TIMEOUT

    def reply(self, request: Request, kept: Body) -> Reply:
        now = time.perf_counter()
        size = kept.size
        length = self.header("content-length")
        if kept.cut and length.isdigit() and not self.header("content-encoding"):
            size = max(size, int(length[:15]))
        return Reply(
            status=self._status,
            headers=self._headers,
            head=bytes(kept.kept),
            size=size,
            cut=kept.cut,
            media=self.header("content-type").partition(";")[0].strip().lower(),
            t_first_ms=round(((self._first or now) - self._begun) * 1000, 2),
            t_total_ms=round((now - self._begun) * 1000, 2),
            fault=self.fault,
            detail=self.detail,
            url=str(request.url),
            address=self._address,
        )
