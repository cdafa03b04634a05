"""What to do when a host that has answered stops answering: give it a few seconds to come back, a bounded number of times, then take it as down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from wizard.net.pace import Clock
from wizard.net.types import Fault, Reply

SILENCES_MOST = 2
PAUSES = (2.0, 5.0)
"""Seconds before the first and the second try to find it back, each time it falls."""
FALLS_MOST = 3
"""How often a run waits for one host; a run must end."""
_SLICE = 0.25

Place = tuple[str, int, str]
"""Host, port and fixed address."""


@dataclass(slots=True)
class _Host:
    """`answered`: at least once in this run. `silences`: in a row. `tries`: pauses used since it fell."""

    answered: bool = False
    silences: int = 0
    tries: int = 0
    falls: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Outages:
    """The standing of each place in this run. A host that never answered is not waited for."""

    def __init__(self, clock: Clock, stopped: Callable[[], bool]) -> None:
        self._clock = clock
        self._stopped = stopped
        self._hosts: dict[Place, _Host] = {}

    def note(self, place: Place, reply: Reply) -> None:
        """Take one reply into account; a server's answer of any kind shows that it is there."""
        host = self._hosts.setdefault(place, _Host())
        if reply.status:
            host.answered, host.silences, host.tries = True, 0, 0
            return
        host.silences = host.silences + 1 if reply.fault is Fault.TIMEOUT else 0
        if reply.fault is Fault.RESET and host.tries:  # it was back to take the connection, and fell again
            host.tries = 0

    async def ready(self, place: Place) -> bool:
        """Whether to send: not to a host that was silent twice in a row, unless it is time to look whether it is back."""
        host = self._hosts.setdefault(place, _Host())
        if host.silences < SILENCES_MOST:
            return True
        async with host.lock:
            return host.silences < SILENCES_MOST or await self._pause(host)

    async def again(self, place: Place, reply: Reply) -> bool:
        """Whether to send the same once more, after a pause: nobody took the connection, so nothing was sent."""
        host = self._hosts.setdefault(place, _Host())
        if reply.fault is not Fault.REFUSED:
            return False
        tries = host.tries
        async with host.lock:
            return host.tries < tries or await self._pause(host)

    async def _pause(self, host: _Host) -> bool:
        if not host.answered or host.tries >= len(PAUSES) or (host.tries == 0 and host.falls >= FALLS_MOST):
            return False
        host.falls += host.tries == 0
        seconds = PAUSES[host.tries]
        host.tries += 1
        while seconds > 0 and not self._stopped():
            await self._clock.sleep(min(_SLICE, seconds))
            seconds -= _SLICE
        return not self._stopped()
