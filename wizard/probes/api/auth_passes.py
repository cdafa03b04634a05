"""Which routes this pass tries, where there are more than one pass has room for: an assessment that goes on takes up where the last pass ended. Pure.

First what did not hold the last time (it may be mended), then what was never tried, then what was tried longest ago. The rest keeps what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from wizard.model import Outcome
from wizard.probes.api.auth_read import any_told, nobody_told
from wizard.probes.api.auth_routes import Own
from wizard.probes.api.auth_seen import Seen, Tried

A_PASS = 25
LEAST_NEW = 10
"""So many places of a pass are for routes that were never tried, however many did not hold."""
MOST_DAYS = 30
"""What was seen longer ago is tried again like a route that never was."""


@dataclass(frozen=True, slots=True)
class Pass:
    """`now`: tried in this pass; `later`: never tried; `kept`: what an earlier pass of this assessment saw of the others, oldest first."""

    now: list[Own]
    later: tuple[str, ...] = ()
    kept: tuple[Tried, ...] = ()


def plan(owns: list[Own], before: object, host: str, today: date) -> Pass:
    """The next pass. `before`: what this probe saw the last time in this assessment, whatever it was."""
    if len(owns) <= A_PASS or not isinstance(before, Seen) or before.host != host:
        return Pass(owns[:A_PASS], tuple(own.route for own in owns[A_PASS:]))
    by_route = {own.route: own for own in owns}
    least = (today - timedelta(days=MOST_DAYS)).isoformat()
    seen = {tried.route: tried for tried in before.routes if tried.route in by_route and tried.at >= least}
    again = [by_route[route] for route in seen if _again(seen[route], before)]
    never = [own for own in owns if own.route not in seen]
    old = [by_route[route] for route in seen if by_route[route] not in again]
    room = A_PASS - min(LEAST_NEW, len(never))
    now = [*again[:room], *never, *again[room:], *old][:A_PASS]
    names = {own.route for own in now}
    return Pass(
        now,
        tuple(own.route for own in never if own.route not in names),
        tuple(tried for route, tried in seen.items() if route not in names),
    )


def dated(routes: list[Tried], today: date) -> list[Tried]:
    """The same, with the day on which they were tried."""
    return [replace(tried, at=today.isoformat()) for tried in routes]


def _again(tried: Tried, before: Seen) -> bool:
    """Whether something did not hold there, or stood on its session alone: forged tokens, tricks, roles are tried anew in each pass."""
    told = (nobody_told(tried, before), any_told(tried, before))
    held = all(one.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE} for one in told)
    apart = (*(b.route for b in before.battery), *(t.route for t in before.tricks), *(low.route for low in before.low))
    return not held or tried.route in apart
