"""Servers and pages that mean harm or are just broken: nothing hangs, nothing raises, nothing fails that is only unknown."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.probes.edge.edge_rig import (
    APP,
    EDGE,
    OTHER,
    ROOT,
    SITE,
    Case,
    D,
    Door,
    check,
    doors,
    moves,
    names,
    run,
    site,
    told,
    world,
    zone,
)
from wizard.demo.parts.dns import REFUSED, SERVFAIL, SILENT
from wizard.demo.parts.http import Hang, Raw, Request, Response, page
from wizard.model import Outcome, Unobserved
from wizard.net import door, exchange, tls
from wizard.probe import Target
from wizard.probes.edge.front import PROBE as EDGE_PROBE
from wizard.probes.edge.front import candidates
from wizard.probes.edge.front import look as front_look
from wizard.probes.edge.tls import PROBE, hops

BOTH = (PROBE, EDGE_PROBE)
ODD = (
    "http://[bad",
    "https://\u2100.test/",
    "//",
    "http:",
    "javascript:alert(1)",
    "https://app.bright.test:99999/",
    "\x1b]0;owned\x07",
    "http://" + "a" * 5000,
)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (hops, "SECONDS"),
        (front_look, "SECONDS"),
        (candidates, "SECONDS"),
        (tls, "SECONDS"),
        (door, "HELLO_SECONDS"),
        (exchange, "READ_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 0.6)


def no_fail(findings) -> None:
    assert findings
    assert not [f for f in findings if f.outcome is Outcome.FAIL], [
        f"{f.id} {told(f)} {f.evidence}" for f in findings if f.outcome is Outcome.FAIL
    ]


async def steady(case: Case, tmp_path: Path):
    """Run both probes with a bound in time."""
    async with asyncio.timeout(30):
        findings, judged = await run(case, tmp_path, BOTH)
    check(case, findings, judged)
    return findings


@contextlib.asynccontextmanager
async def stalling() -> AsyncIterator[int]:
    """Takes every connection and never says a word."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_server_that_stalls_in_the_handshake(tmp_path: Path) -> None:
    async with stalling() as port:
        case = Case(
            "stall",
            {f"tls.trust@{APP}": "unknown:reasons.host-down", f"edge.front@{APP}": "unknown:reasons.host-down"},
            doors={},
        )
        case.access = {"connect": {f"{EDGE}:443": f"127.0.0.1:{port}", f"{EDGE}:80": f"127.0.0.1:{port}"}}
        no_fail(await steady(case, tmp_path))


async def test_garbage_instead_of_tls(tmp_path: Path) -> None:
    found = doors() | {(EDGE, 443): Door(lambda _: Raw(b"HTTP/1.1 400 no\r\n\r\n"))}
    want = {f"tls.trust@{APP}": "unknown:no-handshake", f"tls.http-redirect@{APP}": "fail:tls-end"}
    await steady(Case("garbage", want, doors=found), tmp_path)


async def test_redirects_without_an_end(tmp_path: Path) -> None:
    """Each answer leads to a new address: ten steps, and no more."""
    asked: list[str] = []

    def ever(request: Request) -> Response:
        asked.append(request.target)
        return Response(302, (("location", f"http://{request.header('host')}/{len(asked)}-{'x' * len(asked)}"),))

    only_app = lambda request: ever(request) if request.header("host") == APP else moves(request)  # noqa: E731
    findings = await steady(
        Case("ever", {f"tls.http-redirect@{APP}": "fail:loop"}, doors=doors(plain=only_app)), tmp_path
    )
    assert findings
    assert len(asked) <= 2 * (hops.MOST_HOPS + 1) + 2


@pytest.mark.parametrize("location", ODD, ids=range(len(ODD)))
async def test_odd_locations(location: str, tmp_path: Path) -> None:
    try:
        line = ("location", location.encode().decode("latin-1"))
    except UnicodeError:
        line = ("location", "?")
    if "\x1b" in location:
        found = doors(
            plain=lambda _: Raw(b"HTTP/1.1 302 x\r\nlocation: " + location.encode() + b"\r\ncontent-length: 0\r\n\r\n")
        )
    else:
        found = doors(secure=lambda r: Response(302, (line,)) if r.path == "/" else site(r))
    findings = await steady(Case("odd", {}, doors=found), tmp_path)
    assert "\x1b" not in repr([f.evidence for f in findings])


async def test_a_page_full_of_nonsense(tmp_path: Path) -> None:
    body = (
        SITE
        + "".join(f'<a href="{x}"><script src="{x}.js"></script><form action="{x}">' for x in ODD)
        + "<" * 50_000
        + "http://[" * 2_000
    )
    policy = (
        ("content-security-policy", "default-src 'self' https://[ *.x http://* https://\xe9.test:x/ " + "a.b " * 3_000),
    )
    findings = await steady(
        Case("nonsense", {"tls.coverage": "pass"}, doors=doors(secure=lambda _: page(body, headers=policy))), tmp_path
    )
    assert all(len(f.evidence) <= 1500 for f in findings)


async def test_names_that_are_no_names(tmp_path: Path) -> None:
    more = {(f"a{n}.{D}", "CNAME"): [f"a{n + 1}.{D}"] for n in range(40)} | {
        (f"shop.{D}", "CNAME"): [f"a0.{D}"],
        (f"blog.{D}", "CNAME"): [f"blog.{D}"],
    }
    no_fail(await steady(Case("loops", {"tls.dangling": "pass"}, zone(more=more)), tmp_path))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("broken", [SERVFAIL, REFUSED, SILENT], ids=lambda b: b.value)
async def test_dns_that_breaks_for_a_listed_host(broken, tmp_path: Path) -> None:
    case = Case(
        "dns",
        {f"tls.trust@{APP}": "unknown:reasons.dns-error", f"tls.dangling@{APP}": "unknown:reasons.dns-error"},
        zone(app=None, more={(APP, "ANY"): broken}),
    )
    case.want[f"edge.front@{APP}"] = "unknown:reasons.dns-error"
    no_fail(await steady(case, tmp_path))


@pytest.mark.usefixtures("impatient")
async def test_a_dead_resolver(tmp_path: Path) -> None:
    dead = {(name, "ANY"): SILENT for name in (D, f"*.{D}", APP, f"www.{D}", f"api.{D}")}
    no_fail(await steady(Case("dead", {f"tls.trust@{APP}": "unknown:reasons.dns-error"}, dead), tmp_path))


async def test_a_certificate_that_speaks_to_the_terminal(tmp_path: Path) -> None:
    found = doors(context=ROOT.context(["\x1b[2Jowned.test", *names()]))
    findings = await steady(Case("escape", {f"tls.trust@{APP}": "pass"}, doors=found), tmp_path)
    assert "\x1b" not in repr([(f.evidence, f.slots) for f in findings]).replace("\\x1b", "")


async def test_a_candidate_that_hangs(tmp_path: Path) -> None:
    found = doors() | {(OTHER, 443): Door(lambda _: Hang(), ROOT.context(names())), (OTHER, 80): Door(lambda _: Hang())}
    case = Case("hang", {"edge.origin": "pass"}, zone(more={(f"origin.{D}", "A"): [OTHER]}), found)
    no_fail(await steady(case, tmp_path))


async def test_at_most_eight_candidates_and_one_answer_each(tmp_path: Path) -> None:
    many = {f"203.0.113.{n}" for n in range(100, 120)}
    more = {
        (f"{head}.{D}", "A"): list(many)[n * 2 : n * 2 + 2]
        for n, head in enumerate(("origin", "direct", "mail", "ftp", "cpanel", "webmail", "ssh", "vpn"))
    }
    asked: list[str] = []

    def other(request: Request) -> Response:
        asked.append(request.header("host"))
        return page("<title>Other</title>")

    shared = Door(other, ROOT.context(names()))
    found = doors() | {(address, 443): shared for address in many}
    await steady(Case("many", {"edge.origin": "note:other"}, zone(more=more), found), tmp_path)
    assert asked.count(APP) == 8


async def test_forty_hosts_and_no_more(tmp_path: Path) -> None:
    listed = tuple(f"h{n}.{D}" for n in range(60))
    records = zone(more={(name, "A"): [EDGE] for name in listed})
    async with world(Case("many", {}, records, domains=(D, *listed)), tmp_path) as (net, target):
        seen = await PROBE.observe(target, net)
    assert len(seen.hosts) == 40
    assert seen.left_out > 0


async def test_nothing_named_nothing_sent(tmp_path: Path) -> None:
    async with world(Case("none", {}), tmp_path) as (net, _):
        for probe in BOTH:
            assert await probe.observe(Target(), net) == Unobserved("no-site")
        assert net.spent().total == 0


async def test_this_computer_is_not_judged(tmp_path: Path) -> None:
    case = Case("local", {}, domains=())
    case.target = {"site": "http://127.0.0.1:8000", "base_url": "http://localhost:8000", "domains": ()}
    case.access = {"hosts": frozenset({"127.0.0.1:8000", "localhost:8000"}), "site": "http://127.0.0.1:8000"}
    findings, _ = await run(case, tmp_path, BOTH)
    no_fail(findings)
    assert {told(f) for f in findings if f.check in ("trust", "front")} == {"unknown:local"}


async def test_no_stranger_is_asked(tmp_path: Path) -> None:
    """Foreign names in the page get neither a request nor a handshake, and not even a question to DNS."""
    body = SITE + '<a href="https://stranger.example/">x</a><script>fetch("https://api.other.example/v1")</script>'
    case = Case("strangers", {"tls.coverage": "pass"}, doors=doors(secure=lambda _: page(body)))
    async with world(case, tmp_path) as (net, target):
        seen = await PROBE.observe(target, net)
        assert {"stranger.example", "api.other.example"} <= set(seen.foreign)
        assert all(D in sent.url for sent in net.log())
    assert all(host.host.name.endswith(D) for host in seen.hosts)
