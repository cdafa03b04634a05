"""Pass 1: every listed route with a's own session, with nothing at all, and with random text in the credential's place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call
from wizard.probe import progress
from wizard.probes.api import patience
from wizard.probes.api.alike import alike
from wizard.probes.api.auth_routes import EMPTY, TEXT, Own, plain_address, stranger
from wizard.probes.api.auth_seen import Tried, Try
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import Exchange, shown
from wizard.probes.api.faces import Kind, is_open

MOST_PUBLIC = 5
COME_BACK = 3.0
"""Seconds that a server which fell silent over a body gets to start again."""
_FIRST_PASS = frozenset({"control", "missing-token", "any-token"})


async def knock(owns: list[Own], desk: Desk, *, touch: bool) -> list[Tried]:
    """The first pass on these routes, in order."""
    found = []
    for at, own in enumerate(owns, 1):
        progress.get()(f"{at}/{len(owns)} {own.route}")
        found.append(await _route(own, desk, touch=touch))
    return found


async def _route(own: Own, desk: Desk, *, touch: bool) -> Tried:
    tried = Tried(own.route, writes=own.writes, admin=own.admin, made_up=own.made_up)
    if own.writes and not touch:
        return tried
    if own.verb:
        first = await _nobody(own, desk)
        if first.exchange.status // 100 == 2:
            return replace(tried, verb=True, nobody=first)
    if not touch:
        return replace(tried, nobody=await _nobody(own, desk))
    control, nobody = await _control(own, desk), await _nobody(own, desk)
    if nobody.exchange.kind is Kind.REJECTS:
        nobody = await _with_other_bodies(nobody, _nobody, own, desk)
    nowhere = control.kind is Kind.HIDES and await _nowhere(own, desk)
    random = await _random(own, desk) if nobody.refuses else None
    if random and random.like and random.exchange.kind is Kind.REJECTS:
        random = await _with_other_bodies(random, _random, own, desk)
    return replace(tried, control=control, nowhere=nowhere, nobody=nobody, any_token=random)


async def _with_other_bodies(first: Try, send: Callable[[Own, Desk], Awaitable[Try]], own: Own, desk: Desk) -> Try:
    """Where the broken body was turned away before anybody asked who sends it, as several frameworks do: JSON that is no object, then an empty one.

    A server that asks at last says who is missing; what it says otherwise is no news. Account a sends none of this, so a sound product acts on nothing.
    """
    for body in _bodies(own, desk):
        one = await send(replace(own, call=replace(own.call, body=body)), desk)
        if (
            one.exchange.kind is Kind.SILENT
        ):  # it may have fallen over: give it time to come back, and do not ask like this again
            desk.fell = True
            await patience.wait(COME_BACK)
            break
        if one.exchange.kind in {Kind.DENIES, Kind.EMPTIES} or is_open(one.exchange.kind):
            return one
    return first


def _bodies(own: Own, desk: Desk) -> tuple[bytes, ...]:
    if not own.writes or own.pasted or desk.fell:
        return ()
    return (TEXT,) if desk.asker.net.refuses(Consent.PUSH, own.call.url) else (TEXT, EMPTY)


def taken(routes: list[Tried], desk: Desk) -> tuple[str, ...]:
    """Writes that answered 2xx to a body without content, by whomever: something may have been made there."""
    writes = {tried.route for tried in routes if tried.writes}
    sent = (*desk.asker.exchanges, *desk.looks.exchanges)
    found = [one for one in sent if one.route in writes and one.check in _FIRST_PASS and one.status // 100 == 2]
    return tuple(dict.fromkeys(f"{one.route} as {one.actor}: {one.status}, empty body" for one in found))


async def _control(own: Own, desk: Desk) -> Exchange:
    """The own call of a. The first that gives data is the one that is repeated to see that the session still works."""
    reply, face = await desk.send(own.call, "control", own.route)
    desk.controls[own.route] = reply
    asker = desk.asker
    if asker.control is None and face.kind is Kind.GIVES and not own.writes:
        asker.control, asker.control_route = own.call, own.route
    return asker.exchanges[-1]


async def _nobody(own: Own, desk: Desk) -> Try:
    """As nobody. A pasted write whose own answer shows the marker is a read in a POST's clothes: refused as broken, it is asked once as it stands."""
    looked = not own.writes
    first = await desk.attempt(stranger(own, desk.asker.target), "missing-token", own.route, looked=looked)
    if own.pasted and own.writes and first.exchange.kind is Kind.REJECTS and _reads(own, desk):
        return await desk.attempt(stranger(own, desk.asker.target, exact=True), "missing-token", own.route)
    return first


def _reads(own: Own, desk: Desk) -> bool:
    shown_own = [one for one in desk.asker.exchanges if one.route == own.route and one.check == "control"]
    return any(one.kind is Kind.GIVES and one.why == "own" for one in shown_own)


async def _random(own: Own, desk: Desk) -> Try:
    """With random text of the same length where the credential stands."""
    call = replace(plain_address(own.call), actor="forged:random:a", fresh=True)
    if own.pasted and own.writes and not _reads(own, desk):
        call = replace(call, body=stranger(own, desk.asker.target).body)
    return await desk.attempt(call, "any-token", own.route, how="random")


async def _nowhere(own: Own, desk: Desk) -> bool:
    """Whether a gets the same answer for a path that cannot exist: then this route may not exist either."""
    parts = urlsplit(own.call.url)
    base = intake.base_path(desk.asker.target.base_url)
    url = parts._replace(path=f"{base}/lr-{desk.asker.net.fingerprint(own.route)}", query="").geturl()
    call = Call(own.call.method, url, "a", own.call.headers, own.call.body, Consent.TOUCH)
    reply, _ = await desk.send(call, "control", own.route)
    return alike(reply, desk.controls[own.route], ids=(parts.path, urlsplit(url).path))


async def open_to_all(desk: Desk) -> tuple[Tried, ...]:
    """The routes that are meant for anyone, as nobody: even there no test client's words may stand."""
    target = desk.asker.target
    found = []
    for text in target.public[:MOST_PUBLIC]:
        route = intake.parse(text, target.base_url)
        if route is None or route.method != "GET" or route.params or route.kind == "dangerous":
            continue
        name = shown(desk.looks.net.reveals(str(route)))
        call = Call("GET", intake.join(target.base_url, route.template), fresh=True)
        found.append(Tried(name, nobody=await desk.attempt(call, "missing-token", name, looked=True)))
    return tuple(found)
