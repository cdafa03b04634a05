"""Fixtures E101 to E116, E120: who answers, what lies behind, how it is set. Real range addresses, real servers, a Cloudflare API of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.probes.edge.edge_rig import (
    API,
    APP,
    BARE,
    EDGE6,
    LOVABLE,
    MAIL,
    OTHER,
    RAY,
    ROGUE,
    ROOT,
    Case,
    D,
    Door,
    check,
    doors,
    marked,
    moves,
    names,
    run,
    site,
    zone,
)
from wizard.demo.parts.http import Request, Response, page, reply
from wizard.probes.edge.front import PROBE
from wizard.probes.edge.tls import PROBE as TLS

STRICT = {"edge.mode": "strict"}
WHOLE = STRICT | {"edge.origin": "yes"}
VERCEL = (("server", "Vercel"), ("x-vercel-id", "fra1::abc"))
FLY = (("server", "Fly/4fba7c1"), ("fly-request-id", "01J"))


def trace(request: Request) -> Any:
    """The edge's own page, beside the site."""
    if request.path == "/cdn-cgi/trace":
        return Response(
            200, (("content-type", "text/plain"),), f"fl=1\nh={request.header('host')}\ncolo=AMS\n".encode()
        )
    return site(request)


def at(address: str, handler, plain=moves, context=None) -> dict[tuple[str, int], Door]:
    return {(address, 443): Door(handler, context or ROOT.context(names())), (address, 80): Door(plain)}


def elsewhere(marks: tuple[tuple[str, str], ...], handler=site) -> tuple[dict, dict]:
    """All hosts at an address outside the ranges, with these headers."""
    return zone(apex=BARE, www=BARE, app=BARE, api=BARE), doors() | at(BARE, marked(handler, marks))


def cloudflare(status: int = 200, rules: list[dict] | None = None, managed: list[dict] | None = None, **settings: str):
    """A Cloudflare API for the one zone. `status` is what settings answer."""
    given = {
        "ssl": "strict",
        "always_use_https": "on",
        "min_tls_version": "1.2",
        "security_level": "medium",
        "development_mode": "off",
    } | settings

    def handler(request: Request) -> Response:
        assert request.header("authorization") == "Bearer cf-read-token-for-tests"
        path = request.path.removeprefix("/client/v4")
        if path == "/zones":
            mine = request.query == f"name={D}"
            return reply({"success": True, "result": [{"id": "abc123", "name": D}] if mine else []})
        if path.startswith("/zones/abc123/settings/"):
            value = given.get(path.rpartition("/")[2], "")
            return reply({"result": {"value": value}} if status == 200 else {"errors": [{"code": 9109}]}, status)
        if path.endswith("/http_config_settings/entrypoint"):
            return reply({"result": {"rules": rules}} if rules is not None else {}, 200 if rules is not None else 404)
        if path.endswith("/http_request_firewall_managed/entrypoint"):
            return reply(
                {"result": {"rules": managed}} if managed is not None else {}, 200 if managed is not None else 404
            )
        if path.endswith("/dns_records"):
            return reply({"result": [{"name": MAIL, "type": "A", "proxied": False}]})
        return reply({}, 404)

    return handler


def api(id_: str, handler, want: str, *, item: str = "", more: dict[str, str] | None = None, **kept) -> Case:
    return Case(
        id_, {f"edge.mode@{D}": want} | (more or {}), api=handler, item=item, answers={"edge.origin": "yes"}, **kept
    )


def status(code: int):
    return lambda _: Response(code, (("content-type", "text/html"),), b"<title>down</title>")


def loop(request: Request) -> Response:
    return Response(301, (("location", f"https://{request.header('host')}{request.target}"),))


def webmail(_: Request) -> Response:
    return page("<title>Webmail</title><p>Sign in")


FLEXIBLE = [
    {
        "enabled": True,
        "expression": f'(http.host eq "{API}")',
        "action": "set_config",
        "action_parameters": {"ssl": "flexible"},
    }
]
OFF = [FLEXIBLE[0] | {"enabled": False}]
EXECUTE = [{"enabled": True, "action": "execute"}]
MAILHOST = {(MAIL, "A"): [OTHER]}
GOOGLE = {(D, "MX"): ["1 aspmx.l.google.com"], ("aspmx.l.google.com", "A"): [OTHER]}
V_ZONE, V_DOORS = elsewhere(VERCEL)
CHALLENGE = Response(403, (("cf-mitigated", "challenge"), *RAY))
ORIGIN_CERTIFICATE = ROGUE.context(names())

CASES = [
    Case("E101", {f"edge.front@{APP}": "pass", f"edge.front@{API}": "pass"}, item="pass", answers=WHOLE, trap=True),
    Case(
        "E101-cloudflare-named", {f"edge.front@{APP}": "pass"}, item="pass", edge="cloudflare", answers=WHOLE, trap=True
    ),
    Case(
        "E101-unanswered",
        {"edge.mode": "unknown:ask", "edge.origin": "unknown:no-candidates"},
        item="unknown",
        trap=True,
    ),
    Case(
        "E102",
        {f"edge.front@{APP}": "unknown:headers-only"},
        *elsewhere((("server", "cloudflare"),)),
        item="unknown",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "E102-ray",
        {f"edge.front@{APP}": "unknown:headers-only"},
        *elsewhere(RAY),
        item="unknown",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "E103",
        {f"edge.front@{APP}": "note:hosts-own"},
        zone(app=LOVABLE),
        doors() | at(LOVABLE, marked(trace)),
        item="pass",
        answers=WHOLE,
        trap=True,
    ),
    Case("E104", {f"edge.front@{API}": "fail", f"edge.front@{APP}": "pass"}, zone(api=BARE), item="fail"),
    Case(
        "E105",
        {f"edge.front@{API}": "fail:one-beside"},
        zone(more={(API, "AAAA"): ["2001:db8::9"]}),
        doors() | {("2001:db8::9", 443): Door(closed=True), ("2001:db8::9", 80): Door(closed=True)},
        item="fail",
    ),
    Case(
        "E105-inside",
        {f"edge.front@{API}": "pass"},
        zone(more={(API, "AAAA"): [EDGE6]}),
        doors() | at(EDGE6, marked(site)),
        item="pass",
        answers=WHOLE,
        trap=True,
    ),
    Case("E106", {"edge.origin": "fail"}, zone(more=MAILHOST), doors() | at(OTHER, site), item="fail"),
    Case(
        "E106-plain-only",
        {"edge.origin": "fail"},
        zone(more=MAILHOST),
        doors() | {(OTHER, 443): Door(closed=True), (OTHER, 80): Door(site)},
        item="fail",
    ),
    Case(
        "E106-spf",
        {"edge.origin": "fail"},
        zone(more={(D, "TXT"): [f"v=spf1 ip4:{OTHER} -all"]}),
        doors() | at(OTHER, site),
        item="fail",
    ),
    Case(
        "E106-own-mx",
        {"edge.origin": "fail"},
        zone(more={(D, "MX"): [f"10 mx.{D}"], (f"mx.{D}", "A"): [OTHER]}),
        doors() | at(OTHER, site),
        item="fail",
    ),
    Case(
        "E106-certificate",
        {"edge.origin": "unknown:certificate"},
        zone(more=MAILHOST),
        doors() | at(OTHER, site, context=ORIGIN_CERTIFICATE),
        item="unknown",
        answers=STRICT,
        trap=True,
    ),
    Case(
        "E107",
        {"edge.origin": "note:other"},
        zone(more=MAILHOST),
        doors() | at(OTHER, webmail, webmail),
        item="pass",
        answers=STRICT,
        trap=True,
    ),
    Case(
        "E107-closed",
        {"edge.origin": "pass"},
        zone(more=MAILHOST),
        doors() | {(OTHER, 443): Door(closed=True), (OTHER, 80): Door(closed=True)},
        item="pass",
        answers=STRICT,
        trap=True,
    ),
    Case(
        "E107-shared",
        {"edge.mail-leak": "note:shared"},
        zone(more=MAILHOST | {(D, "TXT"): [f"v=spf1 ip4:{OTHER} -all"]}),
        doors() | at(OTHER, webmail, webmail),
        item="pass",
        answers=STRICT,
        trap=True,
    ),
    Case(
        "E108",
        {"edge.origin": "unknown:no-candidates", "edge.mail-leak": "pass"},
        zone(more=GOOGLE),
        item="pass",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "E108-range",
        {"edge.origin": "unknown:no-candidates"},
        zone(more={(D, "TXT"): ["v=spf1 ip4:203.0.113.0/24 -all"]}),
        item="pass",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "E108-private",
        {"edge.origin": "unknown:no-candidates"},
        zone(more={(f"dev.{D}", "A"): ["10.0.0.7"], (f"vpn.{D}", "A"): ["127.0.0.1"]}),
        item="pass",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "E109",
        {f"edge.equivalent@{APP}": "pass", "edge.front": "not-applicable:other-named"},
        V_ZONE,
        V_DOORS,
        item="pass",
        edge="vercel",
        answers=WHOLE,
        trap=True,
    ),
    Case("E109-none", {f"edge.equivalent@{APP}": "fail"}, *elsewhere(()), item="fail", edge="vercel"),
    Case("E109-other", {f"edge.equivalent@{APP}": "fail:another"}, item="fail", edge="vercel"),
    Case(
        "E110", {f"edge.equivalent@{APP}": "unknown:unnamed"}, V_ZONE, V_DOORS, item="unknown", answers=WHOLE, trap=True
    ),
    Case(
        "E110-answered",
        {f"edge.equivalent@{APP}": "unknown:unnamed"},
        V_ZONE,
        V_DOORS,
        item="unknown",
        answers=WHOLE | {"edge.equivalent": "dont-know"},
        trap=True,
    ),
    Case(
        "E110-cloudflare-named",
        {f"edge.front@{APP}": "fail:other-edge"},
        V_ZONE,
        V_DOORS,
        item="fail",
        edge="cloudflare",
    ),
    Case(
        "E110-router",
        {f"edge.equivalent@{APP}": "unknown:router"},
        *elsewhere(FLY),
        item="unknown",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "E110-odd-name",
        {f"edge.equivalent@{APP}": "unknown:not-known"},
        *elsewhere(()),
        item="unknown",
        edge="shieldnet",
        answers=WHOLE,
        trap=True,
    ),
    api(
        "E111",
        cloudflare(managed=EXECUTE),
        "pass",
        item="pass",
        more={"edge.waf": "pass", "edge.https-always": "pass", "edge.min-tls": "pass", "edge.security-level": "pass"},
        trap=True,
    ),
    api(
        "E111-pull",
        cloudflare(ssl="origin_pull"),
        "pass",
        item="pass",
        more={"edge.waf": "unknown:not-deployed"},
        trap=True,
    ),
    api("E112", cloudflare(ssl="full"), "fail:full", item="fail"),
    api("E113", cloudflare(ssl="flexible"), "fail:flexible", item="fail"),
    api("E113-off", cloudflare(ssl="off"), "fail:off", item="fail"),
    api("E114", cloudflare(rules=FLEXIBLE), "fail:rule", item="fail"),
    api("E114-off", cloudflare(rules=OFF), "pass", item="pass", trap=True),
    api("E115", cloudflare(403), "unknown:denied", item="unknown", trap=True),
    api("E115-token", lambda _: reply({}, 403), "unknown:reasons.provider-refused", item="unknown", trap=True),
    api("E115-no-zone", lambda _: reply({"result": []}), "unknown:no-zone", item="unknown", trap=True),
    api("E115-broken", lambda _: Response(200, (), b"[" * 60_000), "unknown:api-down", item="unknown", trap=True),
    api(
        "E115-odd",
        lambda _: reply({"result": [{"id": {"a": 1}, "name": D}, 7]}),
        "unknown:no-zone",
        item="unknown",
        trap=True,
    ),
    api("min-tls", cloudflare(min_tls_version="1.0"), "pass", more={"edge.min-tls": "fail"}, item="fail"),
    api(
        "level", cloudflare(security_level="essentially_off"), "pass", more={"edge.security-level": "fail"}, item="fail"
    ),
    api(
        "developing",
        cloudflare(development_mode="on"),
        "pass",
        more={"edge.security-level": "note:development"},
        item="pass",
        trap=True,
    ),
    api(
        "always-off-but-moving",
        cloudflare(always_use_https="off"),
        "pass",
        more={"edge.https-always": "pass:by-server"},
        item="pass",
        trap=True,
    ),
    api(
        "always-off",
        cloudflare(always_use_https="off"),
        "pass",
        more={f"edge.https-always@{APP}": "fail"},
        doors=doors(plain=site),
        item="fail",
    ),
    Case("E116", {f"edge.mode@{APP}": "fail:loop"}, doors=doors(secure=loop), item="fail"),
    Case("E116-526", {f"edge.mode@{APP}": "note:bad-origin"}, doors=doors(secure=status(526)), trap=True),
    Case(
        "E116-522",
        {f"edge.mode@{APP}": "unknown:reasons.host-down"},
        doors=doors(secure=status(522)),
        item="unknown",
        trap=True,
    ),
    Case(
        "E120",
        {f"edge.challenged@{APP}": "note", f"edge.front@{APP}": "pass", "edge.origin": "unknown:reasons.challenged"},
        doors=doors(secure=lambda _: CHALLENGE, plain=lambda _: CHALLENGE),
        item="unknown",
        answers=STRICT,
        trap=True,
    ),
    Case(
        "full-answered", {"edge.mode": "unknown:ask"}, item="fail", answers={"edge.mode": "full", "edge.origin": "yes"}
    ),
    Case(
        "platform",
        {"edge.mode": "unknown:ask"},
        item="pass",
        answers={"edge.mode": "platform", "edge.origin": "yes"},
        trap=True,
    ),
    Case(
        "second-door",
        {"edge.second-door": "note", "edge.origin": "unknown:no-candidates"},
        zone(more={(f"blog.{D}", "CNAME"): ["bright.onrender.com"], ("bright.onrender.com", "A"): [OTHER]}),
        doors() | at(OTHER, site),
        item="pass",
        answers=WHOLE,
        trap=True,
    ),
    Case(
        "status-page",
        {f"edge.front@{APP}": "pass"},
        zone(more={(f"status.{D}", "A"): [OTHER]}),
        doors() | at(OTHER, webmail),
        domains=(D, APP, API, f"status.{D}"),
        target={"status_page": f"https://status.{D}"},
        absent=(f"edge.front@status.{D}",),
        trap=True,
    ),
    Case(
        "expired-in-front",
        {f"edge.front@{APP}": "pass"},
        doors=doors(context=ROOT.context(["other.test"])),
        answers=WHOLE,
        trap=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_case(case: Case, tmp_path: Path) -> None:
    findings, judged = await run(case, tmp_path, (PROBE,))
    check(case, findings, judged)


async def test_a_redirect_that_tls_saw_missing_is_told_there(tmp_path: Path) -> None:
    case = api("root", cloudflare(always_use_https="off"), "pass", doors=doors(plain=site))
    findings, judged = await run(case, tmp_path, (PROBE, TLS))
    check(case, findings, judged)
    outcome = {verdict.item: verdict.outcome.value for verdict in judged.verdicts}
    assert outcome == {"edge": "pass", "tls": "fail"}
    assert {f.root for f in judged.verdict("edge").findings if f.id == "edge.https-always"} == {"tls.http-redirect"}


def test_every_fixture_is_there() -> None:
    told = {case.id.partition("-")[0] for case in CASES}
    assert {f"E{number}" for number in [*range(101, 117), 120]} <= told
