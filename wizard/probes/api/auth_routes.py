"""Every listed route as account a's own call, and the same call with everything taken off that says who is asking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from wizard.intake import routes as intake
from wizard.intake.request import in_address, is_credential, words_in
from wizard.model import Consent, Route
from wizard.net import Call, Net
from wizard.probe import Target
from wizard.probes.api.auth_words import known
from wizard.probes.api.evidence import shown
from wizard.probes.api.graphql import asks_only
from wizard.probes.api.nonesuch import made_up
from wizard.probes.api.objects import pasted_pair
from wizard.probes.api.routes import SESSION_FREE, filled, known_values, private, template_of

BROKEN = b'{"lr":'
"""A body that no reader of JSON takes: sent where nothing may be written."""
TEXT = b'"lr"'
"""JSON that is no object, so no field can be taken from it: sent where a server reads the body before it asks who is there."""
EMPTY = b"{}"
"""A body without any field: sent after `TEXT`, with push consent alone, for a server that asks for nothing may act on it."""
MADE_UP = "00000000-0000-4000-8000-00000000000f"
_JSON = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Own:
    """A route as account a calls it. `writes`: it is no GET; `pasted`: the founder gave this very call, body and all."""

    route: str
    call: Call
    writes: bool = False
    admin: bool = False
    verb: bool = False
    pasted: bool = False
    made_up: bool = False


def own_calls(target: Target, net: Net) -> list[Own]:
    """Every private route once: the pasted call first, then those with an own entry, then the rest, private-looking first."""
    found: dict[str, Own] = {}
    for own in (*_pasted(target), *(_listed(route, target) for route in _routes(target))):
        found.setdefault(own.route, own)
    return [replace(own, route=shown(net.reveals(own.route))) for own in found.values()]


def left_out(target: Target, net: Net) -> tuple[str, ...]:
    """Listed routes whose name or method says that they do harm: never called."""
    named = {target.login, target.reset, target.webhook_route, target.webhook.route, target.logout, *target.public}
    dangerous = [route for route in target.routes if route.kind == "dangerous" and str(route) not in named]
    acting = [route for route in private(target) if _acts(route)]
    return tuple(shown(net.reveals(str(route))) for route in (*dangerous, *acting))


def _acts(route: Route) -> bool:
    """A write whose last word is a deed (``POST /import``, ``POST /bookings/{id}/confirm``): a broken body may not stop it."""
    last = "/" + route.template.partition("?")[0].rstrip("/").rpartition("/")[2]
    return route.method != "GET" and route.kind in {"", "admin", "private"} and intake.is_verb(last)


def _routes(target: Target) -> list[Route]:
    a, b = target.accounts.get("a"), target.accounts.get("b")
    entries = intake.pair(a.own, b.own if b else (), target.routes) if a else ()
    owned = [pair.route for pair in entries if pair.a and pair.route.method == "GET"]
    owned = [r for r in owned if r.kind not in SESSION_FREE | {"dangerous"} and str(r) not in target.public]
    named = {str(route) for route in owned}
    return [*owned, *(route for route in private(target) if not _acts(route) and str(route) not in named)]


def _listed(route: Route, target: Target) -> Own:
    values = known_values(target.accounts.get("a"), target.routes)
    a = target.accounts.get("a")
    path = filled(route.template, values) or next((p for e in (a.own if a else ()) if (p := _entry(e, route))), None)
    reads = route.method in {"GET", "HEAD"}
    nobodys = bool(intake.gaps(route.template)) if not reads else path is None
    if nobodys:
        path = filled(route.template, dict.fromkeys(intake.gaps(route.template), MADE_UP) | _fit(values, reads=reads))
    url = intake.join(target.base_url, path or route.template)
    call = Call(
        route.method if not reads else "GET",
        url,
        "a",
        headers=() if reads else _JSON,
        body=None if reads else BROKEN,
        consent=Consent.TOUCH,
    )
    return Own(
        str(route),
        call,
        writes=not reads,
        admin=str(route) in _marked(target),
        verb=reads and intake.is_verb(route.template),
        made_up=nobodys,
    )


def _fit(values: dict[str, str], *, reads: bool) -> dict[str, str]:
    """Ids for a path: a's own to read, like ones that belong to nobody to write, for a route that needs no body acts on whatever is named."""
    return values if reads else {name: made_up(value) for name, value in values.items()}


def _marked(target: Target) -> set[str]:
    """The routes that the founder calls for people with more rights; a name alone (``/staff``) marks none."""
    parsed = (intake.parse(text, target.base_url) for text in target.admin)
    return {*target.admin, *(str(route) for route in parsed if route)}


def _entry(entry: str, route: Route) -> str | None:
    """The path of an own entry that belongs to a route which the two accounts' entries alone describe."""
    given = intake.parse(entry)
    fits = given and given.method == route.method and intake.match(route.template, given.template) is not None
    return given.template if given and fits else None


def _pasted(target: Target) -> list[Own]:
    a, b = target.accounts.get("a"), target.accounts.get("b")
    if a is None or a.pasted is None:
        return []
    call = replace(a.pasted, actor="a", consent=Consent.TOUCH, reads=asks_only(a.pasted))
    parts = urlsplit(call.url)
    if b is not None and b.pasted is not None:
        name = pasted_pair(target, a.pasted, b.pasted).route
    else:
        name = template_of(target, call.method, intake.within(parts.path, target.base_url))
    if intake.kind_of(call.method, parts.path) == "dangerous":
        return []
    return [Own(name, call, writes=call.method not in {"GET", "HEAD"}, pasted=True)]


def stranger(own: Own, target: Target, *, exact: bool = False) -> Call:
    """The same call as nobody: no credential, no cookie, no header or parameter that names a person; a pasted write gets a broken body unless `exact`.

    On the hosted backend nobody still shows the project's public key, as its own library does.
    """
    call = bare(own.call)
    hosted = target.hosted.url and urlsplit(call.url).netloc == urlsplit(target.hosted.url).netloc
    body = BROKEN if own.pasted and own.writes and not exact else call.body
    consent = Consent.TOUCH if own.writes else Consent.LOOK
    return replace(call, actor="hosted" if hosted else "nobody", body=body, consent=consent, fresh=True)


def bare(call: Call) -> Call:
    """The call without headers and query parameters that prove or say who is asking."""
    kept = tuple((name, value) for name, value in call.headers if not _says_who(name, value))
    return replace(plain_address(call), headers=kept)


def plain_address(call: Call) -> Call:
    """The call without a credential in its query: beside a bent one in the headers it would open what the bent one should not."""
    secret = {name for name, _ in in_address(call.url)}
    if not secret:
        return call
    parts = urlsplit(call.url)
    pairs = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=1_000) if pair[0] not in secret
    ]
    return replace(call, url=urlunsplit(parts._replace(query=urlencode(pairs, quote_via=quote))))


def _says_who(name: str, value: str) -> bool:
    words = words_in(name)
    if name.lower() == "cookie" or is_credential(name, value):
        return True
    return name.lower().startswith("x-") and not known("who", "headers").isdisjoint({*words, "".join(words[1:])})
