"""cors: which websites may call the API from a visitor's browser (Fetch standard; OWASP API8:2023; row 6 of the scorecard)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from wizard.model import Consent, Reason, Route, Unobserved
from wizard.net import Call, Fault, Net, Reply
from wizard.probe import Probe, Target
from wizard.probes.api.cors_read import CHECKS, Answered, Place, Seen, read
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Around, Marks, classify, is_cached
from wizard.probes.api.origins import Sent, is_provider, origin_of, strange
from wizard.probes.api.routes import address, private

PREFLIGHTED = ("approved-origin", "any-origin", "null", "suffix", "prefix")
SHORT = ("any-origin", "null")
MOST_SCRIPTS = 6
_CALLED = re.compile(
    r"""["'`]((?:https?://[\w.:-]{3,80})?/(?:api|v\d|rest|functions|trpc|graphql)[\w./-]{0,80})["'`]"""
)
_SCRIPT = re.compile(r"""<script[^>]{0,300}\bsrc\s*=\s*["']?([^"'\s>]{1,300})""", re.I)


@dataclass(frozen=True, slots=True)
class _Where:
    """A route to ask, and as whom."""

    route: Route
    url: str
    actor: str
    private: bool


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Ask two private routes and a public one as pages on other sites would. At most 50 requests."""
    approved = target.origins[0] if target.origins else origin_of(target.site)
    places = await _places(target, net)
    if not places:
        return await _nothing(target, net)
    if all(is_provider(place.url) for place in places):
        return Seen(approved=approved, provider=urlsplit(places[0].url).netloc)
    if not approved:
        return Unobserved("no-site")
    refused = net.refuses(Consent.LOOK, places[0].url)
    if refused:
        return Unobserved(refused)
    answers: list[Answered] = []
    kept: list[Place] = []
    for at, where in enumerate(places):
        kept.append(_place(where, approved, net))
        sent = (Sent("approved-origin", approved), *strange(approved, target.run_id))
        for one in sent if at == 0 else [s for s in sent if s.check in ("approved-origin", *SHORT)]:
            answer, fault = await _ask(where, one, net)
            if fault is Fault.TLS:
                return _no_safe_line(where.url)
            answers.append(answer)
            if where.private and one.check in PREFLIGHTED and (at == 0 or one.check == "any-origin"):
                answers.append(await _preflight(where, one, net))
    return Seen(approved=approved, places=tuple(kept), answers=tuple(answers))


def _no_safe_line(url: str) -> Unobserved:
    return Unobserved("no-safe-line", (("host", urlsplit(url).netloc),), Reason.INCONCLUSIVE)


async def _nothing(target: Target, net: Net) -> Unobserved:
    """No address to ask: because nobody names one, or because the page that would name them could not be had safely."""
    page = await net.send(Call("GET", target.site, why="cors.page")) if target.site else Reply()
    return _no_safe_line(target.site) if page.fault is Fault.TLS else Unobserved("no-api")


async def _places(target: Target, net: Net) -> list[_Where]:
    """Two private routes as account a (as nobody without consent), one public one."""
    may_touch = "a" in target.accounts and not net.refuses(Consent.TOUCH, target.base_url)
    actor = "a" if may_touch else "nobody"
    found = [_Where(r, url, actor, True) for r in private(target) if r.method == "GET" and (url := address(target, r))]
    public = [r for r in target.routes if (str(r) in target.public or r.kind == "public") and r.method == "GET"]
    open_ = [_Where(r, url, "nobody", False) for r in public if (url := address(target, r))]
    called = [] if found or open_ else await _called(target, net)
    return [*found[:2], *open_[:1], *called[:2]]


async def _called(target: Target, net: Net) -> list[_Where]:
    """API addresses that the page itself names: all that a look at a public site has."""
    if not target.site:
        return []
    page = (await net.send(Call("GET", target.site, why="cors.page"))).head.decode("utf-8", "replace")
    texts = [page]
    for source in _SCRIPT.findall(page)[:MOST_SCRIPTS]:
        url = urljoin(target.site, source)
        if urlsplit(url).netloc == urlsplit(target.site).netloc:
            texts.append(
                (await net.send(Call("GET", url, why="cors.page", cap=2_000_000))).head.decode("utf-8", "replace")
            )
    urls = [urljoin(target.site, path) for text in texts for path in _CALLED.findall(text)]
    usable = [url for url in dict.fromkeys(urls) if not net.refuses(Consent.LOOK, url) or is_provider(url)]
    return [_Where(Route("GET", urlsplit(url).path, source="page"), url, "nobody", False) for url in usable]


def _place(where: _Where, approved: str, net: Net) -> Place:
    token = net.token(where.actor) if where.actor != "nobody" else None
    return Place(
        route=shown(net.reveals(str(where.route))),
        actor=where.actor,
        private=where.private,
        cookie=token is not None and token.kind == "cookie",
        same_origin=origin_of(where.url) == approved,
    )


async def _ask(where: _Where, sent: Sent, net: Net) -> tuple[Answered, Fault]:
    consent = Consent.LOOK if where.actor == "nobody" else Consent.TOUCH
    call = Call(
        "GET", where.url, where.actor, (("Origin", sent.origin),), consent=consent, why=f"cors.{sent.check}", fresh=True
    )
    reply = await net.send(call)
    return _answered(where, sent, "GET", reply, net), reply.fault


async def _preflight(where: _Where, sent: Sent, net: Net) -> Answered:
    """What a browser asks before a PUT with a bearer header; a preflight itself carries no credential."""
    asked = (
        ("Origin", sent.origin),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    )
    call = Call("OPTIONS", where.url, headers=asked, why=f"cors.preflight.{sent.check}", fresh=True)
    return _answered(where, sent, "OPTIONS", await net.send(call), net)


def _answered(where: _Where, sent: Sent, method: str, reply: Reply, net: Net) -> Answered:
    face = classify(reply, Marks(), Around())
    return Answered(
        check=sent.check,
        origin=sent.origin,
        route=shown(net.reveals(str(where.route))),
        actor=where.actor,
        method=method,
        status=reply.status,
        kind=str(face.kind),
        allow=tuple(shown(value) for value in reply.all("access-control-allow-origin")[:4]),
        credentials=shown(reply.header("access-control-allow-credentials")),
        methods=shown(reply.header("access-control-allow-methods")),
        vary=shown(", ".join(reply.all("vary"))),
        cached=is_cached(reply),
    )


PROBE = Probe(
    id="cors",
    item="cors",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
    quick=True,
    lane="api",
)
