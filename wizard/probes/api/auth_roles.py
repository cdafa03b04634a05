"""An account with few rights on the routes for people with more (OWASP API5:2023)."""

from __future__ import annotations

from dataclasses import replace

from wizard.probes.api.auth_routes import Own
from wizard.probes.api.auth_seen import Low, Tried, Try
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind, is_open, is_shut

MOST = 5


async def low_on_admin(owns: list[Own], routes: tuple[Tried, ...], desk: Desk) -> tuple[Low, ...]:
    """As ``limited``; where that account is not given, a's own answers of the first pass are taken, for a is an ordinary client."""
    by_route = {tried.route: tried for tried in routes}
    admin = [own for own in owns if own.admin and not own.writes and not own.made_up][:MOST]
    kept = [own for own in admin if (nobody := by_route[own.route].nobody) and not is_open(nobody.exchange.kind)]
    if "limited" not in desk.asker.target.accounts:
        return tuple(_as_a(own.route, control) for own in kept if (control := by_route[own.route].control))
    found = []
    for own in kept:
        one = await desk.attempt(replace(own.call, actor="limited"), "lower-role", own.route, how="limited")
        nobody = by_route[own.route].nobody
        apart = nobody is not None and (one.exchange.kind, one.exchange.why) != (
            nobody.exchange.kind,
            nobody.exchange.why,
        )
        recognised = one.exchange.why == "403" and apart
        found.append(Low(own.route, "limited", one, recognised or await _works_elsewhere(owns, by_route, desk)))
    return tuple(found)


def _as_a(route: str, control: Exchange) -> Low:
    one = Try(control, how="a", refuses=None if control.weak else is_shut(control.kind))
    return Low(route, "a", one, recognised=True)


async def _works_elsewhere(owns: list[Own], by_route: dict[str, Tried], desk: Desk) -> bool:
    """Whether the account's session is good at all: a plain route that gives to a gives to it, too."""
    plain = [own for own in owns if not (own.admin or own.writes or own.pasted or "{" in own.route)]
    for own in plain[:1]:
        control = by_route[own.route].control
        if control is not None and control.kind is Kind.GIVES:
            one = await desk.attempt(replace(own.call, actor="limited"), "control", own.route, how="limited")
            return one.exchange.kind in {Kind.GIVES, Kind.EMPTIES} and not one.exchange.soft
    return False
