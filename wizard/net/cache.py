"""The run's cache of plain look GETs: what one probe has read, the next need not ask for again. Askers at the same time share one request."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from wizard.model import Consent
from wizard.net.types import Call, Fault, Reply

BYTES_MOST = 96 * 1024 * 1024


def plain(call: Call) -> bool:
    """Whether a call may be served from the cache: a GET as nobody, look class, at the usual place."""
    return (
        call.method.upper() == "GET"
        and call.actor == "nobody"
        and call.consent is Consent.LOOK
        and call.body is None
        and not call.fresh
    )


class Cache:
    """Keeps replies by URL, headers, target, address and cap, within a bound in bytes; a failed one is not kept."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[object, asyncio.Task[Reply]] = OrderedDict()
        self._bytes = 0

    async def get(self, call: Call, send: Callable[[Call], Awaitable[Reply]]) -> Reply:
        """The kept reply, or the one that `send` brings."""
        key = (call.url, call.headers, call.target, call.address, call.cap)
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(self._fill(key, call, send))
        return await asyncio.shield(task)

    async def _fill(self, key: object, call: Call, send: Callable[[Call], Awaitable[Reply]]) -> Reply:
        reply = await send(call)
        if reply.fault is not Fault.NONE:
            self._tasks.pop(key, None)
            return reply
        if key in self._tasks:
            self._bytes += len(reply.head)
        while self._bytes > BYTES_MOST and self._tasks:
            _, old = self._tasks.popitem(last=False)
            self._bytes -= len(old.result().head) if old.done() and not old.cancelled() and not old.exception() else 0
        return reply

    async def close(self) -> None:
        """Stop what is still on its way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
