"""A token after its end: another one that ended long ago, or a's own, waited out. Servers may allow five minutes of grace, so nothing younger counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace

from wizard.model import Consent
from wizard.probe import progress, stop
from wizard.probes.api.auth_routes import Own, plain_address
from wizard.probes.api.auth_seen import Expired
from wizard.probes.api.auth_tries import Desk

GRACE = 330.0
"""Seconds after its end from which a token must be refused: one large framework family allows 300 by default."""
LONGEST_WAIT = 900.0
QUESTION = "auth.expired-token"
STEP = 0.5
TOLD_EVERY = 20


@dataclass(frozen=True, slots=True)
class Clock:
    """Epoch seconds and a way to wait: replaced in tests."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


clock: ContextVar[Clock] = ContextVar("auth_clock", default=Clock())  # noqa: B039  frozen


async def after_its_end(owns: list[Own], desk: Desk) -> Expired | None:
    """The ended token on the routes that qualify; None when there is none to try."""
    if "expired" in desk.asker.target.accounts:
        return await _handed_over(owns, desk)
    answer = desk.asker.target.answers.get(QUESTION)
    token, now = desk.asker.net.token("a"), clock.get().now()
    if token.kind != "jwt" or token.exp is None or answer is None or answer.value != "wait":
        return None
    if not now < token.exp <= now + LONGEST_WAIT or not owns or not await desk.asker.check_control():
        return None
    return await _waited(owns, desk, token.exp)


async def _handed_over(owns: list[Own], desk: Desk) -> Expired:
    live, old = desk.asker.net.token("a"), desk.asker.net.token("expired")
    now = clock.get().now()
    ago = None if old.exp is None else now - old.exp
    same = bool(live.stable and live.stable == old.stable)
    if old.kind == "jwt" and (ago is None or ago < GRACE):
        return Expired(old.kind, ago, same)
    tries = []
    for own in owns:
        call = replace(plain_address(own.call), actor="expired", consent=Consent.TOUCH, fresh=True)
        tries.append(await desk.attempt(call, "expired-token", own.route, how="expired"))
    return Expired(old.kind, ago, same, tries=tuple(tries))


async def _waited(owns: list[Own], desk: Desk, end: float) -> Expired | None:
    """The own token of a, which worked a moment ago, GRACE seconds after its end; None when the person stops. From then on a is signed out."""
    here, halt, steps = clock.get(), stop.get(), 0
    while (left := end + GRACE - here.now()) > 0:
        if halt is not None and halt.is_set():
            return None
        if steps % TOLD_EVERY == 0:
            progress.get()(f"{left:.0f} s")
        steps += 1
        await here.sleep(min(left, STEP))
    desk.asker.control = None
    calls = [replace(own.call, fresh=True) for own in owns[:1]]
    tries = [await desk.attempt(call, "expired-token", owns[0].route, how="waited") for call in calls]
    return Expired("jwt", here.now() - end, True, waited=True, tries=tuple(tries))
