"""What the product shows of its watching, from real servers on loopback: health addresses of every kind, status pages, error trackers."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from wizard.checklist import load
from wizard.demo.parts.http import Answer, Handler, Request, Response, page, reply, serve
from wizard.model import Basis, Finding, Outcome, Severity
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.code.watch import read
from wizard.probes.code.watch.facts import Seen
from wizard.probes.code.watch.look import observe

P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
SHELL = "<!doctype html><title>Shop</title><div id=root></div><script src=/app.js></script>"
DSN = "https://" + "0a1b2c3d" * 4 + "@o4501.ingest.sentry.io/77"
DICE = random.Random(5)
KEY = "sk-" + "ant-" + "api03-" + "".join(DICE.choices(string.ascii_letters + string.digits, k=93)) + "AA"
STORE = (("cache-control", "no-store"),)


async def looked(
    table: Mapping[str, Answer | Handler], otherwise: Answer | None = None, **more: Any
) -> dict[str, Finding]:
    """The findings on a product that serves `table`; `otherwise` answers all other addresses (an app that answers everything)."""

    async def handler(request: Request) -> Answer:
        found = table.get(f"GET {request.path}")
        if found is None:
            return otherwise or reply({"error": "not found"}, 404)
        return found(request) if callable(found) else found  # type: ignore[return-value]

    async with serve(handler) as web:
        host = f"127.0.0.1:{web.port}"
        target = Target(run_id="t1", business="Shop Coaching", site=web.url, base_url=web.url, domains=(host,))
        given = {name: value(web.url) if callable(value) else value for name, value in more.items()}
        async with open_net(Access(run_id="t1", hosts=frozenset({host}))) as net:
            seen = await observe(replace(target, **given), net)
    return judged(seen)


def judged(seen: Seen) -> dict[str, Finding]:
    made = read(seen)
    for one in made:
        words = load().words(one)
        assert words.text
        assert "{" not in words.text + words.next + words.fix, one
    return {one.check: one for one in made}


def now() -> str:
    return datetime.now(UTC).isoformat()


def truthful(_: Request) -> Response:
    return reply({"status": "ok", "checks": {"database": {"status": "ok", "checked_at": now()}}}, headers=STORE)


HEALTH: dict[str, tuple[Mapping[str, Answer | Handler], Answer | None, str, Outcome, str]] = {
    "truthful": ({"GET /health": truthful}, None, "health", P, ""),
    "truthful-moves": ({"GET /health": truthful}, None, "health-truthful", P, ""),
    "plain": ({"GET /healthz": Response(200, (("content-type", "text/plain"), *STORE), b"ok")}, None, "health", P, ""),
    "plain-asks": ({"GET /healthz": Response(200, (("content-type", "text/plain"), *STORE), b"ok")}, None, "health-truthful", U, "ask"),
    "cached-age": ({"GET /health": reply({"status": "ok"}, headers=(("age", "77"),))}, None, "health", F, "cached"),
    "cached-hit": ({"GET /health": reply({"status": "ok"}, headers=(("cf-cache-status", "HIT"),))}, None, "health", F, "cached"),
    "not-cached": ({"GET /health": reply({"status": "ok"}, headers=(("age", "0"), ("cf-cache-status", "DYNAMIC")))}, None, "health", P, ""),
    "spa": ({}, page(SHELL), "health", U, "none"),
    "spa-json": ({}, reply({"app": "shop"}), "health", U, "none"),
    "nothing": ({}, None, "health", U, "none"),
    "lying": ({"GET /health": reply({"status": "ok", "db": "down"})}, None, "health-truthful", F, ""),
    "lying-deep": ({"GET /health": reply({"checks": [{"name": "db", "status": "fail"}]})}, None, "health-truthful", F, ""),
    "lying-whole": ({"GET /health": reply({"status": "down"})}, None, "health", F, "down"),
    "lying-word": ({"GET /ping": Response(200, (("content-type", "text/plain"),), b"unhealthy")}, None, "health", F, "down"),
    "honest": ({"GET /health": reply({"status": "down", "db": "down"}, 503)}, None, "health-truthful", P, ""),
    "honest-now": ({"GET /health": reply({"status": "down", "db": "down"}, 503)}, None, "health", U, "down-now"),
    "leaking": ({"GET /health": reply({"status": "ok", "env": {"DATABASE_URL": "postgresql://u:x@h/d", "PORT": "80"}})}, None, "health", F, "leaks"),
    "leaking-key": ({"GET /health": reply({"status": "ok", "key": KEY})}, None, "health", F, "leaks"),
    "versions": ({"GET /health": reply({"status": "ok", "node": "v22.1.0", "postgres": "16.3"})}, None, "health", P, "versions"),
    "masked": ({"GET /health": reply({"status": "ok", "env": {"API_TOKEN": "********"}})}, None, "health", P, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", HEALTH)
async def test_health(name: str) -> None:
    table, otherwise, check, outcome, say = HEALTH[name]
    made = await looked(table, otherwise)
    assert (made[check].outcome, made[check].say) == (outcome, say), made[check].evidence
    if name in {"versions"}:
        assert made[check].severity is Severity.NOTE


async def test_a_lie_is_told_once() -> None:
    made = await looked({"GET /health": reply({"status": "down", "database": {"status": "down"}})})
    assert [name for name, one in made.items() if one.outcome is F] == ["health-truthful"]


def incident(days: float, status: str = "investigating") -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    return {"name": "Chat is slow", "status": status, "created_at": at}


def statuspage(*incidents: dict[str, Any], updated: float = 0.1, name: str = "Shop Coaching") -> Answer:
    at = (datetime.now(UTC) - timedelta(days=updated)).isoformat()
    return reply(
        {"page": {"name": name, "updated_at": at}, "status": {"indicator": "none"}, "incidents": list(incidents)}
    )


def betterstack(*ends: str | None, days: float = 20) -> Answer:
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    reports = [
        {"type": "status_report", "attributes": {"title": "Down", "starts_at": at, "ends_at": end}} for end in ends
    ]
    return reply({"data": {"attributes": {"company_name": "Shop Coaching", "updated_at": now()}}, "included": reports})


def instatus(days: float | None) -> Answer:
    at = (datetime.now(UTC) - timedelta(days=days or 0)).isoformat()
    active = [] if days is None else [{"name": "Down", "started": at, "status": "INVESTIGATING"}]
    return reply({"page": {"name": "Shop Coaching", "url": "x", "status": "UP"}, "activeIncidents": active})


STATUS: dict[str, tuple[dict[str, Answer], Outcome, str]] = {
    "statuspage": ({"GET /api/v2/summary.json": statuspage()}, P, ""),
    "statuspage-old": ({"GET /api/v2/summary.json": statuspage(incident(20))}, F, ""),
    "statuspage-six-days": ({"GET /api/v2/summary.json": statuspage(incident(6))}, P, "incident"),
    "statuspage-closed": ({"GET /api/v2/summary.json": statuspage(incident(20, "resolved"))}, P, ""),
    "statuspage-quiet": ({"GET /api/v2/summary.json": statuspage(updated=3)}, P, "quiet"),
    "statuspage-other": ({"GET /api/v2/summary.json": statuspage(name="Somebody Else")}, U, "other"),
    "betterstack": ({"GET /index.json": betterstack()}, P, ""),
    "betterstack-open": ({"GET /index.json": betterstack(None)}, F, ""),
    "betterstack-closed": ({"GET /index.json": betterstack("2026-11-02T00:00:00Z")}, P, ""),
    "instatus": ({"GET /summary.json": instatus(None)}, P, ""),
    "instatus-open": ({"GET /summary.json": instatus(9)}, F, ""),
    "page": ({"GET /": page("<h1>Shop Coaching</h1> All good")}, P, ""),
    "page-old": ({"GET /": page("<h1>Shop Coaching</h1> Ongoing incident since 2026-01-02: slow")}, F, ""),
    "gone": ({}, U, "missing"),
    "broken-json": ({"GET /api/v2/summary.json": Response(200, (), b"[" * 50_000), "GET /": page("Shop Coaching")}, P, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATUS)
async def test_status_page(name: str) -> None:
    table, outcome, say = STATUS[name]
    made = await looked(table, status_page=lambda url: url + "/")
    assert (made["status-page"].outcome, made["status-page"].say) == (outcome, say), made["status-page"].evidence


async def test_no_status_page_is_fine() -> None:
    made = (await looked({}))["status-page"]
    assert (made.outcome, made.severity) == (P, Severity.NOTE)


async def test_a_foreign_status_page_is_not_asked() -> None:
    made = (await looked({}, status_page="https://shop.statuspage.test/"))["status-page"]
    assert (made.outcome, made.say) == (U, "reasons.other-host")


SCRIPTS = {
    "sentry": (f'Sentry.init({{dsn:"{DSN}",environment:"p"}})', P, ""),
    "minified": (f'a.b({{dsn:"{DSN}"}})', P, ""),
    "glitchtip": (f'Sentry.init({{dsn:"{DSN.replace("o4501.ingest.sentry.io", "errors.shop.dev")}"}})', P, ""),
    "no-dsn": ('Sentry.init({dsn:"",environment:"p"})', U, "not-started"),
    "named": ("Sentry.init({dsn:SENTRY_DSN})", U, "not-started"),
    "bugsnag": ('Bugsnag.start({apiKey:"' + "0a1b2c3d" * 4 + '"})', P, ""),
    "logrocket": ('LogRocket.init("shop/app")', P, ""),
    "posthog": ('posthog.init("phc_' + "A1b2C3d4E5" * 3 + '",{capture_exceptions:!0})', P, ""),
    "posthog-no-errors": ('posthog.init("phc_' + "A1b2C3d4E5" * 3 + '",{})', U, "nothing"),
    "word": ("const text='we use no sentries here'", U, "nothing"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
async def test_error_tracking_in_the_page(name: str) -> None:
    script, outcome, say = SCRIPTS[name]
    table = {
        "GET /": page(SHELL),
        "GET /app.js": Response(200, (("content-type", "text/javascript"),), script.encode()),
    }
    made = (await looked(table))["error-tracking"]
    assert (made.outcome, made.say) == (outcome, say), made.evidence
    assert DSN not in made.evidence
    if outcome is P:
        assert made.basis is Basis.OBSERVED


CODE: dict[str, tuple[dict[str, str], Outcome, str]] = {
    "python": ({"app.py": f'import sentry_sdk\nsentry_sdk.init(dsn="{DSN}")\n'}, P, "code"),
    "by-name": ({"app.py": 'import sentry_sdk\nsentry_sdk.init(dsn=os.environ["SENTRY_DSN"])\n'}, P, "named"),
    "two-files": ({"app.js": 'import * as S from "@sentry/node"; S.init()', "instrument.js": "Sentry.init({dsn: process.env.SENTRY_DSN})"}, P, "named"),
    "only-listed": ({"package.json": '{"dependencies": {"@sentry/node": "9"}}'}, U, "not-started"),
    "in-tests": ({"tests/a.py": f'sentry_sdk.init(dsn="{DSN}")'}, U, "nothing"),
    "in-lock": ({"package-lock.json": f'{{"x": "@sentry/node {DSN}"}}'}, U, "nothing"),
    "otel": ({"otel.py": "from opentelemetry.sdk import x\nendpoint = os.environ['OTEL_EXPORTER_OTLP_ENDPOINT']"}, P, "named"),
    "none": ({"app.py": "print('hello')"}, U, "nothing"),
}  # fmt: skip


@pytest.mark.parametrize("name", CODE)
async def test_error_tracking_in_the_code(name: str, tmp_path: Path) -> None:
    files, outcome, say = CODE[name]
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    made = (await looked({}, repository=tmp_path))["error-tracking"]
    assert (made.outcome, made.say) == (outcome, say), made.evidence


def test_nothing_at_all_is_unknown_and_worded() -> None:
    made = judged(Seen(now=time.time()))
    assert {one.outcome for one in made.values()} <= {U, Outcome.NOT_APPLICABLE, P}
    assert made["uptime-homepage"].say == "reasons.no-site"
