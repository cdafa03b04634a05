"""Item ``edge``, signed in: whether a cache keeps a private answer and hands it to a stranger. Account `a`, its marker seen first.

Cache deception: CWE-524; the tricks are those of public research on caches that decide by the look of a path.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from wizard.intake.routes import join, parse
from wizard.model import Consent, Finding, Outcome, Reason, Severity, Tag, Unobserved
from wizard.net import Call, Fault, Net, Reply, Secret
from wizard.probe import Account, Probe, Target
from wizard.probes.api.routes import template_of
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.finding import finding

MOST_ROUTES = 2
_HEADERS = ("cache-control", "cf-cache-status", "age", "x-cache", "x-vercel-cache", "cdn-cache-control", "vary")
TRICKS = ("/{word}.css", ";{word}.css", "%2f{word}.css", "?{word}.css")


@dataclass(frozen=True, slots=True)
class Kept:
    """One address, as A and then a stranger got it.

    `own`: A's answer held A's marker. `stranger`: a stranger's did, asked after A. `open`: a stranger's did at an address that no cache can know,
    so the product itself gives it away. `headers` are A's caching headers.
    """

    trick: str = ""
    own: bool = False
    stranger: bool = False
    open: bool = False
    status: int = 0
    fault: Fault = Fault.NONE
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """A caching header of A's answer, lower case, or ""."""
        return dict(self.headers).get(name, "").lower()


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """A private route: its plain address, then each trick."""

    route: str
    plain: Kept
    tricks: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """The routes of account a; none when it was not given."""

    routes: tuple[RouteSeen, ...] = ()


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """At most 12 requests a route, two routes. Without account a there is nothing private to look for."""
    account = target.accounts.get("a")
    if account is None or account.marker is None:
        return Seen()
    places = own_places(target, account)
    if not places:
        return Seen()
    refused = net.refuses(Consent.TOUCH, places[0][1])
    if refused:
        return Unobserved(refused, (("host", urlsplit(places[0][1]).netloc),))
    word = account.marker[1] or account.marker[0]
    return Seen(tuple([await _route(net, route, url, word) for route, url in places[:MOST_ROUTES]]))


def own_places(target: Target, account: Account) -> list[tuple[str, str]]:
    """(route, address) of what the account reads of its own: listed entries, else the pasted request."""
    found = []
    for entry in account.own:
        one = parse(entry, target.base_url)
        if one is not None and one.method == "GET" and target.base_url:
            found.append((template_of(target, "GET", one.template), join(target.base_url, one.template)))
    if not found and account.pasted is not None and account.pasted.method.upper() == "GET":
        path = urlsplit(account.pasted.url).path
        found.append((template_of(target, "GET", path), account.pasted.url))
    return found


async def _route(net: Net, route: str, url: str, word: Secret) -> RouteSeen:
    """A twice (the second answer may come from a cache), a stranger at an address no cache knows, then a stranger at A's."""
    first = await _get(net, url, "a")
    if not holds(first, word):
        return RouteSeen(route, _kept("", first, own=False))
    again = await _get(net, url, "a")
    kept = again if holds(again, word) else first
    joint = "&" if "?" in url else "?"
    fresh = await _get(net, f"{url}{joint}lr={secrets.token_hex(6)}", "nobody")
    if holds(fresh, word):
        return RouteSeen(route, _kept("", kept, own=True, open=True))
    bare = await _get(net, url, "nobody")
    plain = _kept("", kept, own=True, stranger=holds(bare, word))
    return RouteSeen(route, plain, tuple([await _trick(net, url, trick, word) for trick in TRICKS]))


async def _trick(net: Net, url: str, trick: str, word: Secret) -> Kept:
    """The route with a tail that makes it look like a public file: as A, then as a stranger."""
    head, _, query = url.partition("?")
    place = head + trick.format(word=f"lr{secrets.token_hex(4)}")
    place += ("&" if "?" in place else "?") + query if query else ""
    mine = await _get(net, place, "a")
    if not holds(mine, word):
        return _kept(trick.format(word="x"), mine, own=False)
    theirs = await _get(net, place, "nobody")
    return _kept(trick.format(word="x"), mine, own=True, stranger=holds(theirs, word))


async def _get(net: Net, url: str, actor: str) -> Reply:
    path = url[len("https://" if url.startswith("https:") else "http://") :]
    target = "/" + path.partition("/")[2]
    call = Call(
        "GET",
        url,
        actor=actor,
        consent=Consent.TOUCH,
        fresh=True,
        why="edge.cache-private",
        target=target.encode("ascii", "replace"),
    )
    return await net.send(call)


def holds(reply: Reply, word: Secret) -> bool:
    """Whether the account's secret word stands in a whole answer."""
    return reply.status == 200 and bool(word) and word.reveal().encode() in reply.head


def _kept(trick: str, reply: Reply, *, own: bool, stranger: bool = False, open: bool = False) -> Kept:
    told = tuple((name, clip(reply.header(name), 120)) for name in _HEADERS if reply.header(name))
    return Kept(trick, own, stranger, open, reply.status, reply.fault, told)


def read(seen: Seen) -> tuple[Finding, ...]:
    """Both checks of every route. Pure."""
    return tuple(one for route in seen.routes for one in (_private(route), _deception(route)))


def _unknown(check: str, route: RouteSeen, say: str, reason: Reason = Reason.INCONCLUSIVE) -> Finding:
    evidence = f"{route.route} {route.plain.status or route.plain.fault.value}"
    return finding(
        f"edge.{check}",
        Outcome.UNKNOWN,
        route.route,
        say,
        evidence=evidence,
        reason=reason,
        slots={"route": route.route},
    )


def _told(kept: Kept) -> str:
    return "; ".join([str(kept.status), *(f"{name}: {value}" for name, value in kept.headers)])


def from_cache(kept: Kept) -> bool:
    """Whether a cache says that it had this answer already."""
    age = kept.header("age")
    hit = kept.header("cf-cache-status") in {"hit", "stale", "updating", "revalidated"}
    return (
        hit
        or (age.isdigit() and int(age[:9]) > 0)
        or "hit" in kept.header("x-cache")
        or kept.header("x-vercel-cache") == "hit"
    )


def _private(route: RouteSeen) -> Finding:
    """What keeps, or may keep, the plain route."""
    plain, slots = route.plain, {"route": route.route}
    if plain.fault in {Fault.BUDGET, Fault.STOPPED}:
        say = "reasons.budget-spent" if plain.fault is Fault.BUDGET else "reasons.stopped"
        return _unknown("cache-private", route, say, Reason.NOT_TESTED)
    if not plain.own:
        return _unknown("cache-private", route, "reasons.control-failed")
    if plain.open:
        return _unknown("cache-private", route, "open")
    if plain.stranger:
        return _leaked("cache-private", route, plain)
    if from_cache(plain):
        return finding(
            "edge.cache-private",
            Outcome.FAIL,
            route.route,
            "hit",
            evidence=_told(plain),
            severity=Severity.HIGH,
            slots=slots,
        )
    control = plain.header("cache-control")
    shared = ("public" in control or "s-maxage" in control) and "no-store" not in control and "private" not in control
    if shared:
        return finding(
            "edge.cache-private",
            Outcome.FAIL,
            route.route,
            "allowed",
            evidence=_told(plain),
            severity=Severity.MEDIUM,
            slots=slots,
        )
    return finding("edge.cache-private", Outcome.PASS, route.route, evidence=_told(plain), slots=slots)


def _leaked(check: str, route: RouteSeen, kept: Kept) -> Finding:
    slots = {"route": route.route, "trick": kept.trick}
    severity = Severity.CRITICAL
    one = finding(
        f"edge.{check}",
        Outcome.FAIL,
        route.route,
        evidence=f"{kept.trick} {_told(kept)}".strip(),
        severity=severity,
        slots=slots,
    )
    return replace(one, tags=(Tag.OTHER_SECRET_SEEN,))


def _deception(route: RouteSeen) -> Finding:
    if not route.plain.own or route.plain.open or route.plain.stranger:
        say = "open" if route.plain.open else "told" if route.plain.stranger else "reasons.control-failed"
        return _unknown("cache-deception", route, say)
    leak = next((one for one in route.tricks if one.stranger), None)
    if leak is not None:
        return _leaked("cache-deception", route, leak)
    stopped = next((one for one in route.tricks if one.fault in {Fault.BUDGET, Fault.STOPPED}), None)
    if stopped is not None:
        say = "reasons.budget-spent" if stopped.fault is Fault.BUDGET else "reasons.stopped"
        return _unknown("cache-deception", route, say, Reason.NOT_TESTED)
    told = "; ".join(f"{one.trick} {one.status or one.fault.value}" for one in route.tricks)
    return finding("edge.cache-deception", Outcome.PASS, route.route, evidence=told, slots={"route": route.route})


PROBE = Probe(
    id="edge-cache",
    item="edge",
    consent=Consent.TOUCH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=("edge.cache-private", "edge.cache-deception"),
    lane="api",
)
