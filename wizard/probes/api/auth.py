"""auth: does every private route ask who is there, and does it check the answer? (OWASP API2:2023, API5:2023; row 1 of the scorecard).

Nothing is deleted, nothing is written as nobody: what is sent without a right has no body, or one that no server can read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from wizard.model import Consent, Outcome, Unobserved
from wizard.net import Net
from wizard.probe import Probe, Target, earlier
from wizard.probes.api.auth_cookies import set_cookies
from wizard.probes.api.auth_discovery import discover
from wizard.probes.api.auth_doors import knock_on_doors
from wizard.probes.api.auth_forms import foreign_form
from wizard.probes.api.auth_passes import dated, plan
from wizard.probes.api.auth_read import CHECKS, any_told, nobody_told, read
from wizard.probes.api.auth_roles import low_on_admin
from wizard.probes.api.auth_routes import Own, left_out, own_calls
from wizard.probes.api.auth_seen import Seen, Tried
from wizard.probes.api.auth_strangers import knock, open_to_all, taken
from wizard.probes.api.auth_tricks import tricks
from wizard.probes.api.auth_tries import Desk, Visitor
from wizard.probes.api.faces import Kind
from wizard.probes.api.tokens_battery import battery, published_key, spread
from wizard.probes.api.tokens_contents import clock_now, contents, in_addresses
from wizard.probes.api.tokens_expiry import after_its_end
from wizard.probes.api.webhooks import deliver

MOST = 110
"""Requests of this item that carry a credential or a body."""
MOST_LOOKS = 70
"""Requests as nobody, such as anybody's browser makes."""
MOST_HOOKS = 25
"""Deliveries to the webhook and looks at their effect."""


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Two passes over the listed routes, then what else may let a stranger in."""
    owns = own_calls(target, net)
    hooked = bool(target.webhook.route or target.webhook_route)
    if not owns and not hooked and not target.public:
        return Unobserved("no-api")
    base = owns[0].call.url if owns else target.base_url
    if refused := net.refuses(Consent.LOOK, base):
        return Unobserved(refused)
    desk = Desk(Visitor(target, net, limit=MOST), Visitor(target, net, limit=MOST_LOOKS))
    refused = net.refuses(Consent.TOUCH, base) if "a" in target.accounts else "no-accounts"
    today, host = datetime.now(UTC).date(), urlsplit(base).netloc
    this = plan(owns, earlier.get().get(PROBE.id), host, today)
    now = this.now
    routes = dated(await knock(now, desk, touch=not refused), today)
    pasted = {own.route for own in now if own.pasted}
    seen = Seen(
        routes=(*this.kept, *routes),
        later=this.later,
        kept=tuple(tried.route for tried in this.kept),
        left_out=left_out(target, net),
        public=await open_to_all(desk),
        named_public=target.public,
        refused=f"reasons.{refused}" if refused else "",
        admin_named=bool(target.admin),
        in_url=in_addresses(target, net),
        host=host,
    )
    if not refused:
        seen = await _with_session(seen, now, desk)
    seen = replace(seen, tricks=await tricks(_shut(now, seen), desk), **await knock_on_doors(desk, base))
    seen = replace(seen, discovery=await discover(desk))
    await desk.asker.check_control()
    post = Desk(Visitor(target, net, limit=MOST_HOOKS), desk.looks)
    seen = replace(seen, hooks=await deliver(post))
    return replace(
        seen,
        cookies=await set_cookies(desk),
        lost=desk.asker.lost,
        requests=desk.requests + post.asker.sent,
        aftercare=(
            *taken([tried for tried in routes if tried.route not in pasted], desk),
            *(left for part in (seen.form, seen.hooks) if part for left in part.aftercare),
        ),
    )


async def _with_session(seen: Seen, owns: list[Own], desk: Desk) -> Seen:
    """What takes a's own session: forged tokens, an ended one, a low one on routes for people with more rights, a form from elsewhere."""
    state, key = await published_key(desk)
    seen = replace(seen, token=contents(desk.asker.net, state, clock_now()))
    fit = _fit(owns, seen)
    seen = replace(seen, battery=await battery(fit, desk, key))
    seen = replace(seen, low=await low_on_admin(owns, seen.routes, desk), form=await foreign_form(desk))
    return replace(seen, expired=await after_its_end(spread(fit), desk))


def _fit(owns: list[Own], seen: Seen) -> list[Own]:
    """Routes that a forged token means something on: shut to nobody and to random text, open to a; with a's own word first."""
    by_route = {tried.route: tried for tried in seen.routes}
    found = [own for own in owns if _qualifies(own, by_route.get(own.route), seen)]
    return sorted(found, key=lambda own: 0 if _own_word(by_route[own.route]) else 1)


def _qualifies(own: Own, tried: Tried | None, seen: Seen) -> bool:
    if tried is None or tried.control is None or tried.control.kind is not Kind.GIVES:
        return False  # another's word in a's own answer would make every forged token look open
    readable = not own.writes or (own.pasted and _own_word(tried))
    return readable and all(told(tried, seen).outcome is Outcome.PASS for told in (nobody_told, any_told))


def _own_word(tried: Tried) -> bool:
    return tried.control is not None and tried.control.why == "own"


def _shut(owns: list[Own], seen: Seen) -> list[Own]:
    """Reads that refuse nobody and give to a: the ones on which tricks are tried."""
    shut = {tried.route for tried in seen.routes if nobody_told(tried, seen).outcome is Outcome.PASS}
    given = {t.route for t in seen.routes if t.control is not None and t.control.kind is Kind.GIVES}
    return [own for own in owns if own.route in shut & given and not own.writes and not own.pasted] or [
        own for own in owns if own.route in shut & given and not own.writes
    ]


PROBE = Probe(
    id="auth",
    item="auth",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
