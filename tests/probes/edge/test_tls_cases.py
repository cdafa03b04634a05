"""Fixtures E71 to E100: one table over real servers with good and bad certificates, behind real addresses, judged as the product judges."""

from __future__ import annotations

import datetime
import email.utils
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.probes.edge.edge_rig import (
    API,
    APP,
    BARE,
    EDGE,
    EDGE6,
    OTHER,
    RAY,
    ROGUE,
    ROOT,
    SITE,
    WWW,
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
from wizard.demo.parts.ca import by_name, now, server_context
from wizard.demo.parts.http import Hang, Request, Response, page
from wizard.probes.edge.tls import PROBE, hops

DAY = datetime.timedelta(days=1)
ISSUERS = "http://issuers.test/one.cer"


def cert(id_: str, want: str, *, more: dict[str, str] | None = None, **how) -> Case:
    """Every host shows a certificate made like this; `want` is what ``check=outcome`` of the app comes to."""
    name, _, outcome = want.partition("=")
    issuer = how.pop("issuer", None)
    trap, item, ca = how.pop("trap", False), how.pop("item", ""), how.pop("ca", b"")
    context = how.pop("context", None) or how.pop("signer", ROOT).context(how.pop("names", names()), **how)
    found = doors(context=context)
    records = zone()
    if issuer is not None:
        found["issuers.test", 80] = Door(lambda _: Response(200, (), issuer))
    extra = {f"tls.{key}@{APP}": value for key, value in (more or {}).items()}
    return Case(id_, {f"tls.{name}@{APP}": outcome} | extra, records, found, trap=trap, item=item, ca=ca)


def plain(id_: str, handler, want: str, *, secure=site, where: str = APP, **kept) -> Case:
    """Port 80 answers like this."""
    found = doors(secure=secure, plain=handler)
    found |= kept.pop("doors", {})
    return Case(id_, {f"tls.http-redirect@{where}": want}, doors=found, **kept)


def only(host: str, handler, otherwise=moves):
    return lambda request: handler(request) if request.header("host") == host else otherwise(request)


def www_bad() -> ssl.SSLContext:
    return by_name({WWW: ROOT.context([f"shop.{D}"])}, ROOT.context(names()))


def with_root() -> ssl.SSLContext:
    pem, key = ROGUE.issue(names())
    return server_context(pem + ROGUE.pem, key)


def through_www(request: Request) -> Response:
    """Apex to www over http, then https: unusual, and fine."""
    host, target = request.header("host"), request.target
    to = f"http://{WWW}{target}" if host == D else f"https://{host}{target}"
    return Response(308, (("location", to),))


def loops(request: Request) -> Response:
    return Response(302, (("location", f"http://{request.header('host')}{request.target}"),))


def back(request: Request) -> Response:
    return Response(301, (("location", f"http://{request.header('host')}/old"),))


def front_only(request: Request) -> Response:
    return moves(request) if request.path == "/" else page("<title>x</title>nothing here", 404)


def refused(status: int):
    return lambda _: Response(status, (("content-type", "text/plain"),), b"use https")


def dated(days: float, handler=site, age: int = 0):
    """A site whose clock is days away from ours, or whose answers have been in a cache for `age` seconds."""
    stamp = email.utils.formatdate(time.time() + days * 86400, usegmt=True)
    more = (("date", stamp), *([("age", str(age))] if age else []))
    return lambda request: replace(handler(request), headers=(*handler(request).headers, *more))


SILENT = {(EDGE, 80): Door(lambda _: Hang())}
REFRESH = '<meta http-equiv="refresh" content="0; url=https://app.bright.test/">moving'
VANISHED = {(f"shop.{D}", "CNAME"): ["coach-shop.azurewebsites.net"]}

CASES = [
    cert(
        "E71",
        "trust=pass",
        more={"expiry": "pass", "hostname": "pass", "old-protocols": "pass"},
        not_before=now() - 30 * DAY,
        not_after=now() + 60 * DAY,
        item="pass",
        trap=True,
    ),
    cert(
        "E72",
        "expiry=fail:expired",
        more={"trust": "pass"},
        not_before=now() - 90 * DAY,
        not_after=now() - DAY,
        item="fail",
    ),
    cert("E73", "expiry=fail:not-yet", more={"trust": "pass"}, not_before=now() + DAY, item="fail"),
    cert("E74", "hostname=fail", more={"trust": "pass"}, names=[f"shop.{D}"], item="fail"),
    cert("E74-wildcard", "hostname=pass", names=[D, f"*.{D}"], item="pass", trap=True),
    cert("E75", "trust=fail:self-signed", self_signed=True, item="fail"),
    cert("E76", "trust=fail:private-root", context=with_root(), item="fail"),
    cert("E77", "trust=fail:not-sent", chain=False, aia=ISSUERS, issuer=ROOT.issuer_der, item="fail"),
    cert("E78", "trust=fail:not-trusted", signer=ROGUE, chain=False, aia=ISSUERS, issuer=ROGUE.issuer_der, item="fail"),
    cert("E79", "expiry=pass", not_before=now() - 2 * DAY, not_after=now() + 4 * DAY, item="pass", trap=True),
    cert("E80", "expiry=fail:stuck", not_before=now() - 81 * DAY, not_after=now() + 9 * DAY, item="fail"),
    cert(
        "E80-soon", "expiry=note:soon", not_before=now() - 70 * DAY, not_after=now() + 20 * DAY, item="pass", trap=True
    ),
    cert(
        "E81",
        "expiry=fail:expired",
        more={"trust": "fail:not-trusted"},
        signer=ROGUE,
        not_before=now() - 90 * DAY,
        not_after=now() - DAY,
        item="fail",
    ),
    cert("E82", "old-protocols=fail", minimum=ssl.TLSVersion.TLSv1, item="fail"),
    cert("E82-1.1", "old-protocols=fail", minimum=ssl.TLSVersion.TLSv1_1, item="fail"),
    cert("E83", "old-protocols=pass", minimum=ssl.TLSVersion.TLSv1_3, item="pass", trap=True),
    Case(
        "E84", {f"tls.hostname@{WWW}": "fail", f"tls.hostname@{D}": "pass"}, doors=doors(context=www_bad()), item="fail"
    ),
    Case(
        "E84-not-listed",
        {f"tls.hostname@{WWW}": "fail"},
        doors=doors(context=www_bad()),
        domains=(D, APP, API),
        item="fail",
    ),
    plain("E85-426", only(API, refused(426)), "pass:refused", where=API, item="pass", trap=True),
    plain("E85-403", only(API, refused(403)), "pass:refused", where=API, item="pass", trap=True),
    plain("E86", moves, "pass:closed", doors={(EDGE, 80): Door(closed=True)}, item="pass", trap=True),
    plain("E87", moves, "unknown:silent", doors=SILENT, item="unknown", trap=True),
    plain("E87-elsewhere", only(WWW, lambda _: Hang()), "note:silent-here", where=WWW, item="pass", trap=True),
    plain("E88", through_www, "pass", where=D, item="pass", trap=True),
    plain("E88-302", lambda r: moves(r, 302), "note:temporary", item="pass", trap=True),
    plain(
        "E88-foreign",
        only(WWW, lambda _: Response(301, (("location", "https://elsewhere.example/"),))),
        "note:foreign",
        where=WWW,
        item="pass",
        trap=True,
    ),
    plain("E89", only(APP, lambda _: page(REFRESH)), "fail:script", item="fail"),
    plain("E89-page", only(APP, lambda _: page(SITE)), "fail:page", item="fail"),
    plain("E90", only(APP, loops), "fail:loop", item="fail"),
    plain("E91", moves, "fail:back", secure=only(APP, back, site), item="fail"),
    plain("E92", only(APP, front_only), "fail:front-only", item="fail"),
    plain(
        "E92-cookie",
        only(APP, lambda r: replace(moves(r), headers=(*moves(r).headers, ("set-cookie", "sid=1")))),
        "fail:cookie",
        item="fail",
    ),
    plain(
        "E92-edge-cookie",
        lambda r: replace(moves(r), headers=(*moves(r).headers, ("set-cookie", "__cf_bm=1"))),
        "pass",
        item="pass",
        trap=True,
    ),
    Case(
        "E93",
        {"tls.coverage": "pass"},
        zone(more={(f"*.{D}", "A"): [OTHER]}),
        absent=(f"tls.trust@dashboard.{D}", f"tls.trust@shop.{D}"),
        item="pass",
        trap=True,
    ),
    cert("E94", "hostname=pass", names=names(f"gone.{D}"), item="pass", trap=True),
    Case("E95", {f"tls.dangling@shop.{D}": "fail"}, zone(more=VANISHED), item="fail"),
    Case(
        "E95-loop",
        {"tls.dangling": "pass"},
        zone(more={(f"shop.{D}", "CNAME"): [f"blog.{D}"], (f"blog.{D}", "CNAME"): [f"shop.{D}"]}),
        trap=True,
    ),
    Case(
        "E95-other",
        {f"tls.dangling@shop.{D}": "unknown:vanished"},
        zone(more={(f"shop.{D}", "CNAME"): ["old.partner.test"]}),
        item="unknown",
        trap=True,
    ),
    Case(
        "E96",
        {"tls.dangling": "pass"},
        zone(more={(f"_acme-challenge.{D}", "CNAME"): ["gone.azurewebsites.net"]}),
        item="pass",
        trap=True,
    ),
    Case(
        "E97",
        {"tls.expiry": "unknown:clock"},
        doors=doors(
            secure=dated(730), plain=dated(730, moves), context=ROOT.context(names(), not_before=now() + 700 * DAY)
        ),
        item="unknown",
        trap=True,
    ),
    Case(
        "E99",
        {f"tls.ipv6@{APP}": "fail", f"tls.trust@{APP}": "pass"},
        zone(more={(APP, "AAAA"): [EDGE6]}),
        doors() | {(EDGE6, 443): Door(site, ROGUE.context(names()))},
        item="fail",
    ),
    Case(
        "E99-same",
        {f"tls.ipv6@{APP}": "pass"},
        zone(more={(APP, "AAAA"): [EDGE6]}),
        doors() | {(EDGE6, 443): Door(marked(site), ROOT.context(names()))},
        item="pass",
        trap=True,
    ),
    Case(
        "E99-other-site",
        {f"tls.ipv6@{APP}": "fail:other-site"},
        zone(more={(APP, "AAAA"): [EDGE6]}),
        doors() | {(EDGE6, 443): Door(lambda _: page("<title>Parking</title>"), ROOT.context(names()))},
        item="fail",
    ),
    Case(
        "E99-dead",
        {f"tls.ipv6@{APP}": "note:dead"},
        zone(more={(APP, "AAAA"): [EDGE6]}),
        doors() | {(EDGE6, 443): Door(closed=True)},
        item="pass",
        trap=True,
    ),
    Case("E100", {f"tls.hsts@{APP}": "note:absent"}, doors=doors(secure=lambda _: page(SITE)), item="pass", trap=True),
    Case(
        "E100-short",
        {f"tls.hsts@{APP}": "note:short"},
        doors=doors(secure=lambda _: page(SITE, headers=(("strict-transport-security", "max-age=60"),))),
        item="pass",
        trap=True,
    ),
    Case(
        "worst-address",
        {f"tls.expiry@{APP}": "fail:expired"},
        zone(app=None, more={(APP, "A"): [EDGE, BARE]}),
        doors() | {(BARE, 443): Door(site, ROOT.context(names(), not_before=now() - 90 * DAY, not_after=now() - DAY))},
        item="fail",
    ),
    Case(
        "E99-challenged",
        {f"tls.ipv6@{APP}": "pass"},
        zone(more={(APP, "AAAA"): [EDGE6]}),
        doors()
        | {(EDGE6, 443): Door(lambda _: Response(403, (("cf-mitigated", "challenge"),)), ROOT.context(names()))},
        item="pass",
        trap=True,
    ),
    Case(
        "moved-away",
        {"tls.mixed": "unknown:reasons.moved"},
        doors=doors(secure=only(APP, lambda _: Response(301, (("location", f"https://new.{D}/"),)), site)),
        item="unknown",
        trap=True,
    ),
    Case(
        "E97-old-answer-from-a-cache",
        {f"tls.expiry@{APP}": "pass"},
        doors=doors(secure=dated(-5, age=5 * 86400), plain=dated(-5, moves, 5 * 86400)),
        item="pass",
        trap=True,
    ),
    Case("no-list", {"tls.coverage": "unknown:not-confirmed"}, domains=(APP,), item="unknown", trap=True),
    Case(
        "confirmed",
        {f"tls.http-redirect@{D}": "unknown:reasons.other-host"},
        domains=(APP,),
        answers={"tls.coverage": "yes"},
        item="unknown",
        trap=True,
    ),
    Case(
        "found",
        {"tls.coverage": "note:more", f"tls.trust@blog.{D}": "pass"},
        zone(more={(f"blog.{D}", "A"): [EDGE]}),
        doors(context=ROOT.context(names(f"blog.{D}"))),
        trap=True,
    ),
    Case(
        "no-name",
        {f"tls.trust@gone.{D}": "unknown:no-name"},
        domains=(D, WWW, APP, API, f"gone.{D}"),
        item="unknown",
        trap=True,
    ),
    Case(
        "guess-down",
        {"tls.coverage": "pass"},
        zone(more={(f"mail.{D}", "A"): [OTHER]}),
        doors() | {(OTHER, 443): Door(closed=True)},
        absent=(f"tls.trust@mail.{D}",),
        item="pass",
        trap=True,
    ),
    Case(
        "guess-wrong-name",
        {f"tls.hostname@mail.{D}": "note:guessed"},
        zone(more={(f"mail.{D}", "A"): [OTHER]}),
        doors() | {(OTHER, 443): Door(site, ROOT.context(["mx.post.test"]))},
        trap=True,
    ),
    Case(
        "challenged",
        {"tls.mixed": "unknown:reasons.challenged", f"tls.http-redirect@{APP}": "unknown:reasons.challenged"},
        doors=doors(
            secure=lambda _: Response(403, (("cf-mitigated", "challenge"),)),
            plain=lambda _: Response(403, (("cf-mitigated", "challenge"), *RAY)),
        ),
        item="unknown",
        trap=True,
    ),
]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hops, "SECONDS", 0.5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_case(case: Case, tmp_path: Path) -> None:
    for address in {a for values in case.zone.values() for a in values if a == OTHER}:
        case.doors.setdefault((address, 443), Door(closed=True))
    findings, judged = await run(case, tmp_path, (PROBE,))
    check(case, findings, judged)


async def test_e98_an_inspected_network_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "system.pem").write_bytes(ROGUE.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    case = cert(
        "E98", "trust=unknown:inspected", more={"expiry": "unknown:inspected"}, signer=ROGUE, item="unknown", trap=True
    )
    findings, judged = await run(case, tmp_path, (PROBE,))
    check(case, findings, judged)


def test_every_fixture_is_there() -> None:
    told = {case.id.partition("-")[0] for case in CASES} | {"E98"}
    assert {f"E{number}" for number in range(71, 101)} <= told
