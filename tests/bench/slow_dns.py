"""A wire to a DNS server that takes its time: every packet is as long under way as over the internet."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection


class _Back(asyncio.DatagramProtocol):
    def __init__(self, heard, delay: float) -> None:  # type: ignore[no-untyped-def]
        self.heard, self.delay = heard, delay

    def datagram_received(self, data: bytes, addr: object) -> None:
        asyncio.get_running_loop().call_later(self.delay / 2, self.heard, data)


class _Front(asyncio.DatagramProtocol):
    def __init__(self, port: int, delay: float) -> None:
        self.port, self.delay = port, delay

    def connection_made(self, transport) -> None:  # type: ignore[no-untyped-def]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(self.delay / 2, lambda: loop.create_task(self._on(data, addr)))

    async def _on(self, data: bytes, addr: object) -> None:
        def heard(answer: bytes) -> None:
            self.transport.sendto(answer, addr)
            up.close()

        up, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Back(heard, self.delay), remote_addr=("127.0.0.1", self.port)
        )
        up.sendto(data)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    while data := await reader.read(65_536):
        await asyncio.sleep(delay / 2)
        writer.write(data)


def _run(pipe: Connection, port: int, delay: float) -> None:
    async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(delay)  # the handshake
        far, near = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(OSError):
            await asyncio.gather(_pump(reader, near, delay), _pump(far, writer, delay))

    async def run() -> None:
        loop = asyncio.get_running_loop()
        both = await asyncio.start_server(over_tcp, "127.0.0.1", 0)
        mine = both.sockets[0].getsockname()[1]
        await loop.create_datagram_endpoint(lambda: _Front(port, delay), local_addr=("127.0.0.1", mine))
        pipe.send(mine)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextlib.contextmanager
def slowed(resolver: str, delay: float) -> Iterator[str]:
    """``address:port`` of the slowed server, in a process of its own; without a delay, the server itself."""
    if not delay:
        yield resolver
        return
    here, there = multiprocessing.Pipe()
    port = int(resolver.rpartition(":")[2])
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(there, port, delay), daemon=True)
    process.start()
    try:
        yield f"127.0.0.1:{here.recv()}"
    finally:
        process.kill()
        process.join()
