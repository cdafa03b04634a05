"""A small HTTP/1.1 server on loopback: h11 on asyncio, keep-alive, streams, bounded bodies, optional TLS, and bad manners on request.

Framing is RFC 9112. A client that vanishes, sends garbage or never ends its request costs one connection and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import h11

MOST_BODY = 32 * 1024 * 1024
"""Bytes of a request body that are kept; a longer one is answered 413 and the connection closed."""
MOST_HEAD = 512 * 1024
IDLE_SECONDS = 60.0

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `target` is raw; `path` is its path, percent-decoded; `query` raw, without the mark. Header names are lower case."""

    method: str
    target: str
    path: str
    query: str
    headers: Headers = ()
    body: bytes = b""
    peer: str = ""
    secure: bool = False

    def header(self, name: str) -> str:
        """The first header of this name, or ""."""
        name = name.lower()
        return next((value for key, value in self.headers if key == name), "")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError (also for bytes that are no UTF-8) and RecursionError."""
        return json.loads(self.body.decode("utf-8"))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. Bytes get a content-length, an iterator is sent in chunks. A header that is given is never replaced or doubled."""

    status: int = 200
    headers: Headers = ()
    body: bytes | AsyncIterator[bytes] = b""
    close: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes written as they are, then an abrupt close: garbage, half an answer, a bad header."""

    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answers; ends when the client goes away or the server closes."""


Answer = Response | Raw | Hang
Handler = Callable[[Request], Awaitable[Answer] | Answer]


def reply(obj: Any, status: int = 200, headers: Headers = ()) -> Response:
    """A JSON answer, never framed twice: `headers` may bring their own content-type."""
    return Response(status, _with_type(headers, "application/json"), json.dumps(obj, ensure_ascii=False).encode())


def page(html: str, status: int = 200, headers: Headers = ()) -> Response:
    """An HTML answer."""
    return Response(status, _with_type(headers, "text/html; charset=utf-8"), html.encode())


def _with_type(headers: Headers, media: str) -> Headers:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return (("content-type", media), *headers)


@dataclass(slots=True)
class Web:
    """A running server. `log` is every request in order of arrival; `errors` what handlers raised (they answered 500)."""

    port: int
    url: str
    log: list[Request] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


class _Gone(Exception):
    pass


class _TooLarge(Exception):
    pass


@contextlib.asynccontextmanager
async def serve(
    handler: Handler, *, tls: ssl.SSLContext | None = None, port: int = 0, host: str = "127.0.0.1"
) -> AsyncIterator[Web]:
    """Serve `handler` until the block ends; then every open connection is cut. Raises OSError when the port is taken."""
    web = Web(0, "")
    open_now: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            open_now.add(task)
        try:
            await _Line(web, handler, reader, writer, tls is not None).run()
        except asyncio.CancelledError:
            pass  # the server closes: swallowed, because asyncio would log a cancelled connection as an error
        finally:
            if task is not None:
                open_now.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(connected, host, port, ssl=tls, limit=1 << 20)
    web.port = server.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    web.url = f"{'https' if tls else 'http'}://{shown}:{web.port}"
    try:
        yield web
    finally:
        server.close()
        for task in tuple(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2)


class _Line:
    """One connection."""

    def __init__(
        self, web: Web, handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secure: bool
    ) -> None:
        self.web, self.handler, self.reader, self.writer, self.secure = web, handler, reader, writer, secure
        self.wire = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD)
        name = writer.get_extra_info("peername")
        self.peer = str(name[0]) if name else ""

    async def run(self) -> None:
        """Answer requests until one side has had enough."""
        try:
            while await self._one():
                self.wire.start_next_cycle()
        except (_Gone, OSError, TimeoutError, h11.LocalProtocolError):
            return
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint)
        except _TooLarge:
            await self._refuse(413)

    async def _one(self) -> bool:
        """One request and its answer; True when the connection may go on."""
        request = await self._read()
        if request is None:
            return False
        self.web.log.append(request)
        answer = await self._answer(request)
        if isinstance(answer, Hang):
            await self._wait_for_end()
            return False
        if isinstance(answer, Raw):
            self.writer.write(answer.data)
            await self.writer.drain()
            self.writer.close()
            await self.writer.wait_closed()
            return False
        await self._send(answer, request.method)
        return not answer.close and self.wire.our_state is h11.DONE and self.wire.their_state is h11.DONE

    async def _answer(self, request: Request) -> Answer:
        try:
            answer = self.handler(request)
            return await answer if inspect.isawaitable(answer) else answer
        except Exception as error:  # a handler's bug is a 500, as in any framework
            self.web.errors.append(error)
            return Response(500, (("content-type", "text/plain"),), b"Internal Server Error")

    async def _read(self) -> Request | None:
        head: h11.Request | None = None
        pieces: list[bytes] = []
        size = 0
        while True:
            event = await self._event()
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > MOST_BODY:
                    raise _TooLarge
                pieces.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return self._request(head, b"".join(pieces))
            else:
                return None

    def _request(self, head: h11.Request, body: bytes) -> Request:
        target = head.target.decode("latin-1")
        raw, _, query = target.partition("?")
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
        return Request(
            head.method.decode("latin-1"), target, unquote(raw), query, headers, body, self.peer, self.secure
        )

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while True:
            event = self.wire.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self.wire.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self.wire.receive_data(await asyncio.wait_for(self.reader.read(1 << 16), IDLE_SECONDS))

    async def _send(self, answer: Response, method: str) -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        names = {name.lower() for name, _ in headers}
        bodiless = method == "HEAD" or answer.status in {204, 304}
        if isinstance(answer.body, bytes) and answer.status not in {204, 304}:
            framed = names & {b"content-length", b"transfer-encoding"}
            headers += [] if framed else [(b"content-length", str(len(answer.body)).encode())]
        if answer.close and b"connection" not in names:
            headers.append((b"connection", b"close"))
        await self._write(h11.Response(status_code=answer.status, headers=headers))
        if isinstance(answer.body, bytes):
            if answer.body and not bodiless:
                await self._write(h11.Data(data=answer.body))
        elif not bodiless:
            async for piece in answer.body:
                if piece:
                    await self._write(h11.Data(data=piece))
        await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.Event) -> None:
        data = self.wire.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    async def _refuse(self, status: int) -> None:
        if self.wire.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        with contextlib.suppress(OSError, h11.LocalProtocolError, TimeoutError):
            await self._send(Response(status, (("content-type", "text/plain"),), b"Bad Request", close=True), "GET")
            self.writer.write_eof() if self.writer.can_write_eof() else None
            await asyncio.wait_for(self._drain_input(), 2)

    async def _drain_input(self) -> None:
        """Reading on for a moment lets the answer arrive: closing with unread input would reset the connection."""
        left = MOST_BODY * 2
        while left > 0 and (data := await self.reader.read(1 << 16)):
            left -= len(data)

    async def _wait_for_end(self) -> None:
        while await self.reader.read(1 << 16):
            pass
