"""How long a probe waits for a limit to end: by the server's own word, bounded, and on a clock that tests may bring."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wizard.net import Call, Reply
from wizard.probes.api.ask import Asker
from wizard.probes.api.faces import Face, Kind

MOST, MOST_ON_LOOPBACK, UNTOLD = 60.0, 5.0, 5.0

sleep: ContextVar[Callable[[float], Awaitable[None]]] = ContextVar("sleep", default=asyncio.sleep)
"""How waiting is done; tests set one that only moves their clock."""


async def wait(seconds: float) -> None:
    """Wait."""
    if seconds > 0:
        await sleep.get()(seconds)


def told(reply: Reply) -> float | None:
    """Seconds that ``retry-after`` asks for, as a number or as a date (RFC 9110 section 10.2.3); None when it does not say."""
    text = reply.header("retry-after").strip()[:64]
    if text.isascii() and text.isdigit():
        return float(text[:6])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.fromtimestamp(time.time(), UTC)).total_seconds())


def bounded(reply: Reply) -> float:
    """How long to wait after a refusal: what the server says, at most a minute, at most five seconds on loopback."""
    asked = told(reply)
    return min(UNTOLD if asked is None else asked, MOST_ON_LOOPBACK if on_loopback(reply) else MOST)


def on_loopback(reply: Reply) -> bool:
    """Whether this computer itself answered."""
    try:
        return ipaddress.ip_address(reply.address).is_loopback
    except ValueError:
        return False


async def patiently(asker: Asker, call: Call, check: str, route: str) -> tuple[Reply, Face]:
    """Send; where the server says that it is too much, wait as long as it asks (at most a minute) and send once more."""
    reply, face = await asker.send(call, check, route)
    if face.kind is Kind.THROTTLES:
        await wait(bounded(reply))
        return await asker.send(call, check, route)
    return reply, face
