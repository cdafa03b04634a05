"""The providers' lists: doubles on loopback that answer at the providers' own names, right, wrong, paused, silent, slow, in pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from wizard.checklist import load
from wizard.demo.parts.ca import Authority
from wizard.demo.parts.http import Request, Response, page, reply, serve
from wizard.model import Basis, Finding, Outcome
from wizard.net import Access, Secret, open_net
from wizard.probes.code.watch import read
from wizard.probes.code.watch.facts import Listing, Monitor, Seen
from wizard.probes.code.watch.providers import listing

P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
BETTER, ROBOT = "uptime.betterstack.com", "api.uptimerobot.com"
HOSTS = {"betterstack": BETTER, "uptimerobot": ROBOT}
Json = dict[str, Any]
AUTHORITY = Authority()


def better(url: str = "", **about: Any) -> Json:
    looked = (datetime.now(UTC) - timedelta(seconds=40)).isoformat()
    usual = {
        "url": url,
        "status": "up",
        "check_frequency": 60,
        "paused_at": None,
        "last_checked_at": looked,
        "policy_id": None,
    }
    ways = {"email": True, "call": False, "sms": False, "push": False, "required_keyword": None, "ssl_expiration": 14}
    return {"id": "1", "type": "monitor", "attributes": usual | ways | about}


def robot(url: str, **about: Any) -> Json:
    contacts = [{"alertContactId": 3, "threshold": 0}]
    return {
        "id": 1,
        "friendlyName": "x",
        "url": url,
        "type": "HTTP",
        "interval": 300,
        "status": "UP",
        "assignedAlertContacts": contacts,
    } | about


async def asked(tmp_path: Path, provider: str, handler: Callable[[Request], Response]) -> tuple[Listing, list[Request]]:
    ca = tmp_path / "ca.pem"
    ca.write_bytes(AUTHORITY.pem)
    async with serve(handler, tls=AUTHORITY.context([BETTER, ROBOT])) as web:
        access = Access(
            run_id="t1",
            tokens={provider: Secret("tok-" + provider)},
            connect={f"{host}:443": f"127.0.0.1:{web.port}" for host in HOSTS.values()},
            ca_file=ca,
        )
        async with open_net(access) as net:
            return await listing(net, provider), list(web.log)


def better_body(rows: list[Json], onward: str | None = None) -> Response:
    return reply({"data": rows, "pagination": {"first": "x", "next": onward}})


def findings(found: Listing | None, **more: Any) -> dict[str, Finding]:
    seen = Seen(now=time.time(), site="app.shop.example", api="api.shop.example", provider="betterstack", listing=found)
    made = read(replace(seen, **more))
    for one in made:
        words = load().words(one)
        assert words.text
        assert "{" not in words.text + words.next + words.fix, one
    return {one.check: one for one in made}


BOTH = ["https://app.shop.example/", "https://api.shop.example/health"]


async def test_betterstack_watches_both(tmp_path: Path) -> None:
    found, log = await asked(tmp_path, "betterstack", lambda _: better_body([better(url) for url in BOTH]))
    assert [(r.method, r.path, r.header("authorization")) for r in log] == [
        ("GET", "/api/v2/monitors", "Bearer tok-betterstack")
    ]
    made = findings(found)
    for check in ("uptime-homepage", "uptime-api", "alert-contact", "interval", "keyword", "tls-and-domain-expiry"):
        assert (made[check].outcome, made[check].basis) == (P, Basis.OBSERVED), check


async def test_uptimerobot_watches_both(tmp_path: Path) -> None:
    found, log = await asked(
        tmp_path, "uptimerobot", lambda _: reply({"data": [robot(url) for url in BOTH], "nextLink": None})
    )
    assert [(r.method, r.path, r.header("authorization")) for r in log] == [
        ("GET", "/v3/monitors", "Bearer tok-uptimerobot")
    ]
    made = findings(found)
    assert [made[c].outcome for c in ("uptime-homepage", "uptime-api", "alert-contact", "interval")] == [P] * 4


async def test_uptimerobot_by_its_old_names(tmp_path: Path) -> None:
    old = [
        {"url": url, "friendly_name": "x", "interval": 300, "status": 2, "alert_contacts": [{"id": "1"}], "type": 2}
        for url in BOTH
    ]
    found, _ = await asked(tmp_path, "uptimerobot", lambda _: reply({"stat": "ok", "monitors": old}))
    assert [findings(found)[c].outcome for c in ("uptime-homepage", "uptime-api", "alert-contact")] == [P] * 3
    assert all(monitor.content for monitor in found.monitors)


@pytest.mark.parametrize(("about", "outcome", "say"), [
    ({}, P, ""),
    ({"status": "validating"}, P, ""),
    ({"status": "maintenance"}, P, ""),
    ({"status": "down"}, U, "down"),
    ({"status": "pending"}, U, "pending"),
    ({"status": "paused", "paused_at": "2026-11-01T00:00:00Z"}, F, "paused"),
    ({"paused_at": "2026-11-01T00:00:00Z"}, F, "paused"),
    ({"last_checked_at": "2026-01-01T00:00:00Z"}, U, "stale"),
    ({"last_checked_at": None}, P, ""),
    ({"url": "https://APP.shop.example:443/login"}, P, ""),
    ({"url": "app.shop.example"}, P, ""),
    ({"url": "https://shop.example/"}, F, "none"),
    ({"url": "https://app.shop.example.evil.test/"}, F, "none"),
    ({"url": "https://evil.test/?app.shop.example"}, F, "none"),
    ({"url": "https://app.shop.examples/"}, F, "none"),
    ({"url": "http://["}, F, "none"),
])  # fmt: skip
async def test_the_homepage(about: Json, outcome: Outcome, say: str, tmp_path: Path) -> None:
    found, _ = await asked(tmp_path, "betterstack", lambda _: better_body([better(**{"url": BOTH[0]} | about)]))
    made = findings(found)["uptime-homepage"]
    assert (made.outcome, made.say) == (outcome, say)


@pytest.mark.parametrize(("about", "outcome"), [
    ({"policy_id": "7", "email": False}, P),
    ({"email": False, "call": True}, P),
    ({"email": False, "push": True}, P),
    ({"email": False}, F),
    ({"email": None, "call": None, "sms": None, "push": None}, U),
])  # fmt: skip
async def test_who_is_told(about: Json, outcome: Outcome, tmp_path: Path) -> None:
    found, _ = await asked(tmp_path, "betterstack", lambda _: better_body([better(**{"url": BOTH[0]} | about)]))
    assert findings(found)["alert-contact"].outcome is outcome


async def test_one_that_tells_nobody_fails(tmp_path: Path) -> None:
    rows = [better(BOTH[0]), better(BOTH[1], email=False)]
    found, _ = await asked(tmp_path, "betterstack", lambda _: better_body(rows))
    assert (findings(found)["alert-contact"].outcome, findings(found)["alert-contact"].where) == (F, "api.shop.example")


@pytest.mark.parametrize(
    ("every", "outcome", "note"), [(30, P, None), (300, P, None), (301, P, "note"), (900, P, "note"), (901, F, None)]
)
async def test_how_often(every: int, outcome: Outcome, note: str | None, tmp_path: Path) -> None:
    found, _ = await asked(
        tmp_path, "betterstack", lambda _: better_body([better(url, check_frequency=every) for url in BOTH])
    )
    made = findings(found)["interval"]
    assert (made.outcome, made.severity) == (outcome, note)


@pytest.mark.parametrize(("answer", "trouble", "say"), [
    (lambda _: reply({"errors": "no"}, 401), "refused", "refused"),
    (lambda _: reply({"errors": "no"}, 403), "refused", "refused"),
    (lambda _: page("<h1>Bad gateway</h1>", 502), "unreadable", "unreadable"),
    (lambda _: page("<h1>Hello</h1>"), "unreadable", "unreadable"),
    (lambda _: Response(200, (("content-type", "application/json"),), b"[" * 100_000), "unreadable", "unreadable"),
    (lambda _: reply({"data": "no"}), "unreadable", "unreadable"),
    (lambda _: reply({"error": "slow"}, 429, (("retry-after", "0"),)), "throttled", "throttled"),
    (lambda _: Response(302, (("location", "https://elsewhere.test/"),)), "unreadable", "unreadable"),
])  # fmt: skip
async def test_trouble_is_never_a_fail(
    answer: Callable[[Request], Response], trouble: str, say: str, tmp_path: Path
) -> None:
    found, log = await asked(tmp_path, "betterstack", answer)
    assert found.trouble == trouble
    made = findings(found)
    assert (made["uptime-homepage"].outcome, made["uptime-homepage"].say) == (U, say)
    assert not [one for one in made.values() if one.outcome is F]
    assert all(r.header("host").startswith(BETTER) for r in log)


async def test_it_waits_once_when_told_to(tmp_path: Path) -> None:
    answers = iter([reply({}, 429, (("retry-after", "0"),)), better_body([better(url) for url in BOTH])])
    found, log = await asked(tmp_path, "betterstack", lambda _: next(answers))
    assert (found.trouble, len(found.monitors), len(log)) == ("", 2, 2)


@pytest.mark.parametrize("provider", ["betterstack", "uptimerobot"])
async def test_three_pages_are_read_to_the_end(provider: str, tmp_path: Path) -> None:
    """The provider names the next page; a foreign address in its place is never followed."""
    number = [0]

    def answer(_: Request) -> Response:
        number[0] += 1
        last = number[0] == 3
        url = BOTH[1] if last else f"https://other{number[0]}.example/"
        if provider == "betterstack":
            return better_body([better(url)], None if last else "https://evil.test/next?page=9")
        return reply(
            {"data": [robot(url)], "nextLink": None if last else f"https://evil.test/steal?cursor={number[0]}"}
        )

    found, log = await asked(tmp_path, provider, answer)
    assert (found.whole, len(found.monitors), len(log)) == (True, 3, 3)
    assert {r.header("host") for r in log} == {HOSTS[provider]}
    assert log[2].query in {"per_page=250&page=3", "cursor=2"}
    made = findings(found)
    assert (made["uptime-homepage"].outcome, made["uptime-api"].outcome) == (F, P)


async def test_a_list_that_breaks_off_fails_nobody(tmp_path: Path) -> None:
    answers = iter([better_body([better("https://other.example/")], "more"), page("<p>oops", 500)])
    found, _ = await asked(tmp_path, "betterstack", lambda _: next(answers))
    assert not found.whole
    assert findings(found)["uptime-homepage"].outcome is U


def monitor(host: str, path: str = "/", **about: Any) -> Monitor:
    return replace(Monitor(host, path, state="up", every=60, told="yes", source="betterstack"), **about)


@pytest.mark.parametrize(("more", "monitors", "outcome"), [
    ({"site": "shop.example", "same": (("www.shop.example", "shop.example"),)}, [monitor("www.shop.example")], P),
    ({"site": "shop.example", "unasked": ("www.shop.example",)}, [monitor("www.shop.example")], U),
    ({"site": "shop.example"}, [monitor("www.shop.example")], F),
    ({"site": "xn--bcher-kva.example"}, [monitor("xn--bcher-kva.example")], P),
])  # fmt: skip
def test_www_counts_where_it_leads_there(more: Json, monitors: list[Monitor], outcome: Outcome) -> None:
    made = findings(Listing("betterstack", "", True, tuple(monitors)), **more)
    assert made["uptime-homepage"].outcome is outcome


@pytest.mark.parametrize(
    ("path", "outcome"), [("/", F), ("/api/health", P), ("/api", P), ("/apian", P), ("/health", P), ("/about", F)]
)
def test_an_api_on_the_sites_own_host_needs_a_monitor_of_its_own(path: str, outcome: Outcome) -> None:
    found = Listing("betterstack", "", True, (monitor("app.shop.example"), monitor("app.shop.example", path)))
    assert findings(found, api="app.shop.example", api_path="/api")["uptime-api"].outcome is outcome


def test_without_an_api_there_is_nothing_to_watch() -> None:
    made = findings(Listing("betterstack", "", True, (monitor("app.shop.example"),)), api="")
    assert made["uptime-api"].outcome is Outcome.NOT_APPLICABLE
