"""Probe ``logging-canary``: sends a handful of marked requests, once, so that the log can be asked later what it kept of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from wizard.intake import routes as intake
from wizard.model import Consent, Finding, Unobserved
from wizard.net import Call, Fault, Net
from wizard.probe import Probe, Target
from wizard.probes.api.routes import address, private
from wizard.probes.code.logs.canary import Canary

WHY = "logging.canary"


@dataclass(frozen=True, slots=True)
class Marked:
    """One marked request: which part, where, when (UTC ISO 8601), what came, and the fingerprints of the words it carried. No word itself."""

    part: str
    route: str
    at: str
    status: int
    fault: str = ""
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was sent. `refused` tells why nothing, or not all, went out."""

    sent: tuple[Marked, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    part: str
    route: str
    call: Call
    words: tuple[tuple[str, str], ...]


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Send each marked request once, on routes that the profile names; nothing without logs to read afterwards."""
    if not target.logs:
        return Unobserved("no-logs")
    canary = Canary(target.run_id)
    sent: list[Marked] = []
    refused = ""
    for plan in _plans(target, canary):
        refusal = net.refuses(plan.call.consent, plan.call.url)
        if refusal:
            refused = refused or refusal
            continue
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        reply = await net.send(plan.call)
        marks = tuple((name, net.fingerprint(text)) for name, text in plan.words)
        fault = reply.fault.value if reply.fault is not Fault.NONE else ""
        sent.append(Marked(plan.part, net.reveals(plan.route)[:200], at, reply.status, fault, marks))
    return Seen(tuple(sent), refused)


def _plans(target: Target, canary: Canary) -> Iterator[_Plan]:
    texts = dict(canary.texts())

    def plan(part: str, route: str, call: Call, *names: str) -> _Plan:
        headers = (("x-request-id", canary.request_id(part)), *call.headers)
        call = replace(call, headers=headers, consent=Consent.TOUCH, why=f"{WHY}.{part}", fresh=True)
        return _Plan(part, route, call, tuple((name, texts[name]) for name in names))

    for route in private(target):
        url = address(target, route) if route.method == "GET" else None
        if url is not None:
            bearer = (("authorization", f"Bearer {canary.bearer}"),)
            yield plan("bearer", str(route), Call("GET", url, headers=bearer), "bearer")
            break
    open_to_all = _open(target)
    if open_to_all:
        yield plan("query", f"GET {open_to_all}", Call("GET", f"{open_to_all}?token={canary.query}"), "query")
        forged = f"{open_to_all}?note=x%0d%0a{canary.line}%20GET%20/forged%20200%0d%0a%1b%5b31m{canary.line}"
        yield plan("line", f"GET {open_to_all}", Call("GET", forged))
    json_ = (("content-type", "application/json"),)
    login = intake.parse(target.login) if target.login else None
    if login is not None and login.method == "POST":
        body = json.dumps({"email": canary.email, "password": canary.request_id("login")}).encode()
        url = intake.join(target.base_url, login.template)
        yield plan("login", target.login, Call("POST", url, headers=json_, body=body), "e-mail")
    chat = intake.parse(target.chat.request) if target.chat.request and "a" in target.accounts else None
    if chat is not None and "{{message}}" in target.chat.body:
        said = f"Hello, please note {canary.message} and the number {canary.phone}. Thank you."
        text = target.chat.body.replace("{{message}}", json.dumps(said)[1:-1]).replace("{{uuid}}", _uuid(canary))
        url = intake.join(target.base_url, chat.template)
        yield plan("chat", target.chat.request, Call(chat.method, url, "a", json_, text.encode()), "message", "phone")


def _uuid(canary: Canary) -> str:
    return f"{canary.eight}-0000-4000-8000-{canary.eight}0000"


def _open(target: Target) -> str:
    """An address that answers anyone: a route that the profile calls public, else the site's first page."""
    for entry in target.public:
        route = intake.parse(entry)
        if route is not None and route.method == "GET" and not route.params and target.base_url:
            return intake.join(target.base_url, route.template)
    return urljoin(target.site, "/") if target.site else ""


def read(_seen: Seen) -> tuple[Finding, ...]:
    """Nothing is judged here: the reader of the logs does that."""
    return ()


PROBE = Probe(
    id="logging-canary",
    item="logging",
    consent=Consent.TOUCH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=(),
    lane="api",
)
