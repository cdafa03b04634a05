"""A session after log-out (A11): at the very end of a run, because whoever is logged out can show nothing more.

Only where nothing else can show that a session ends: it is no JWT and no ended one was handed over; or where the founder asked for it,
by naming the route or by an answer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from wizard.intake import routes as intake
from wizard.model import Consent, Finding, Outcome, Reason
from wizard.net import Call, Net
from wizard.probe import Probe, Target
from wizard.probes.api.auth_finding import finding as row
from wizard.probes.api.auth_read_tokens import opened
from wizard.probes.api.auth_routes import Own, own_calls, stranger
from wizard.probes.api.auth_seen import Seen, Try
from wizard.probes.api.auth_tries import Desk, Visitor
from wizard.probes.api.crosses import SAFE, Told
from wizard.probes.api.evidence import Exchange, shown
from wizard.probes.api.faces import Kind, is_shut
from wizard.probes.api.unproven import why_nothing

QUARTER = 900.0
MOST_ROUTES = 3
WANTED = ("log-out", "yes")


@dataclass(frozen=True, slots=True)
class LogoutSeen:
    """`needed`: a's session has no end time and no ended twin, so its end must show here. `left`: seconds until a JWT ends by itself. `skipped`: a key of the checklist."""

    kind: str = ""
    needed: bool = False
    skipped: str = ""
    route: str = ""
    before: Exchange | None = None
    out: Exchange | None = None
    after: Try | None = None
    left: float | None = None
    host: str = ""
    aftercare: tuple[str, ...] = ()


async def observe(target: Target, net: Net) -> LogoutSeen:
    """At most nine requests: an own call that works, the log-out, the same call again."""
    token = net.token("a")
    answer = target.answers.get("auth.logout")
    needed = bool(token.kind) and token.kind != "jwt" and "expired" not in target.accounts
    seen = LogoutSeen(token.kind, needed)
    wanted = bool(target.logout) if answer is None else answer.value in WANTED
    route = intake.parse(target.logout, target.base_url) if target.logout else None
    if not (needed or wanted) or not token.kind:
        return seen
    if route is None or route.method not in {"GET", "POST"}:
        return replace(seen, skipped="unknown")
    url = intake.join(target.base_url, route.template)
    if refused := net.refuses(Consent.PUSH, url):
        return replace(seen, skipped=f"reasons.{refused}")
    desk = Desk(Visitor(target, net, limit=9), Visitor(target, net, limit=9))
    found = await _working(own_calls(target, net), desk)
    if found is None:
        return replace(seen, skipped="reasons.session-ended")
    own, before = found
    call = Call(route.method, url, "a", body=b"" if route.method == "POST" else None, consent=Consent.PUSH)
    name = shown(net.reveals(str(route)))
    reply, _ = await desk.send(call, "logout", name)
    seen = replace(seen, route=own.route, before=before, out=desk.asker.exchanges[-1], aftercare=(f"{name} as a",))
    if reply.status // 100 not in {2, 3}:
        return seen
    after = await desk.attempt(replace(own.call, fresh=True), "logout", own.route, how="logout")
    return replace(seen, after=after, left=None if token.exp is None else token.exp - time.time())


async def _working(owns: list[Own], desk: Desk) -> tuple[Own, Exchange] | None:
    """A read that gives to a and refuses nobody."""
    for own in [one for one in owns if not (one.writes or one.made_up or one.verb)][:MOST_ROUTES]:
        reply, face = await desk.send(own.call, "control", own.route)
        if face.kind is Kind.GIVES:
            desk.controls[own.route] = reply
            before = desk.asker.exchanges[-1]
            _, nobody = await desk.send(stranger(own, desk.asker.target), "control", own.route, looked=True)
            if is_shut(nobody.kind):
                return own, before
    return None


def read(seen: LogoutSeen) -> tuple[Finding, ...]:
    """The log-out, and what stands in for the ended token where the session is no JWT."""
    if not seen.kind or not (seen.needed or seen.skipped or seen.out):
        return ()
    told = _told(seen)
    shown_rows = [one for one in (seen.before, seen.out, seen.after.exchange if seen.after else None) if one]
    minutes = f"{seen.left / 60:.0f}" if seen.left is not None else ""
    found = row(
        "logout",
        told,
        Seen(host=seen.host),
        routes=(seen.route,) if seen.route else (),
        shown=shown_rows,
        slots=(("kind", seen.kind), ("minutes", minutes)),
    )
    if not seen.needed:
        return (found,)
    stands = told.outcome is Outcome.PASS
    twin = (
        Told(Outcome.NOT_APPLICABLE, "logout-instead")
        if stands
        else Told(Outcome.UNKNOWN, "unknown", Reason.NOT_TESTED)
    )
    return found, row("expired-token", twin, Seen(host=seen.host))


def _told(seen: LogoutSeen) -> Told:
    if seen.skipped or seen.out is None:
        return Told(Outcome.UNKNOWN, seen.skipped or "unknown", Reason.NOT_TESTED)
    if seen.after is None:
        if is_shut(seen.out.kind) or seen.out.kind is Kind.LEAKS:
            return Told(Outcome.UNKNOWN, "not-ended", Reason.INCONCLUSIVE)
        reason, say = why_nothing(seen.out)
        return Told(Outcome.UNKNOWN, say, reason)
    told = opened(seen.after)
    if told.outcome is not Outcome.FAIL:
        return SAFE if told.outcome is Outcome.PASS else told
    soon = seen.kind == "jwt" and seen.left is not None and seen.left <= QUARTER
    return Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if soon else told


PROBE = Probe(
    id="auth-logout",
    item="auth",
    consent=Consent.LOOK,
    seen=LogoutSeen,
    observe=observe,
    read=read,
    checks=("auth.logout", "auth.expired-token"),
    late=True,
    lane="api",
)
