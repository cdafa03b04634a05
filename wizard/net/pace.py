"""How fast and how much: one lane per class of request. Loopback is not paced, except for the rate ladder, whose pace is the test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LOOK_PER_SECOND, LOOK_WIDTH, LOOK_MOST = 10.0, 4, 1_500
PUSH_PER_SECOND, PUSH_WIDTH = 2.0, 1
LADDER_PER_SECOND, LADDER_WIDTH, LADDER_MOST = 10.0, 10, 150


class Clock:
    """The time that pacing goes by; tests bring their own."""

    def now(self) -> float:
        """Seconds, never going back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class Lane:
    """At most `width` requests at a time, begun at least ``1 / per_second`` apart (0: not paced)."""

    clock: Clock
    per_second: float
    width: int
    _gate: asyncio.Semaphore = field(init=False)
    _next: float = 0.0

    def __post_init__(self) -> None:
        self._gate = asyncio.Semaphore(self.width)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it."""
        async with self._gate:
            if self.per_second:
                now = self.clock.now()
                begin = max(now, self._next)
                self._next = begin + 1 / self.per_second
                if begin > now:
                    await self.clock.sleep(begin - now)
            yield
