"""A small business on loopback behind real range addresses: every address that the zone names leads, by the connect map, to a server of the case."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from wizard.checklist import load
from wizard.demo.parts.ca import Authority
from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import Request, Response, page, serve
from wizard.judge import Judgement, judge
from wizard.model import Answer, Evidence, Finding, Observation, Outcome, Severity, Unobserved
from wizard.net import Access, Net, Secret, open_net
from wizard.probe import Probe, Target

D = "bright.test"
APP, API, WWW, MAIL = f"app.{D}", f"api.{D}", f"www.{D}", f"mail.{D}"
EDGE, EDGE6, BARE, OTHER, LOVABLE = "104.16.0.9", "2606:4700::9", "203.0.113.9", "203.0.113.77", "185.158.133.1"
ROOT, ROGUE = Authority("Ours", intermediate=True), Authority("Rogue", intermediate=True)
SITE = '<!doctype html><title>Ask Bright</title><script src="/assets/app-1.js"></script><link rel="stylesheet" href="/assets/app-1.css"><h1>Hello</h1>'
HSTS = (("strict-transport-security", "max-age=31536000; includeSubDomains"),)
RAY = (("server", "cloudflare"), ("cf-ray", "8f00aa11bb22cc33-AMS"), ("cf-cache-status", "DYNAMIC"))
Handler = Callable[[Request], Any]


def site(request: Request) -> Any:
    """The sound product: a page, its files, nothing else; the API host speaks JSON."""
    if request.header("host").startswith("api."):
        return Response(404, (("content-type", "application/json"),), b'{"error":"not_found"}')
    if request.path == "/":
        return page(SITE, headers=HSTS)
    return page("<title>Nothing here</title>", 404)


def marked(handler: Handler, marks: tuple[tuple[str, str], ...] = RAY) -> Handler:
    """The handler as it looks through the edge."""

    async def answer(request: Request) -> Any:
        found = handler(request)
        found = await found if inspect.isawaitable(found) else found
        return replace(found, headers=found.headers + marks) if isinstance(found, Response) else found

    return answer


def moves(request: Request, status: int = 301) -> Response:
    """Port 80 as it should be."""
    return Response(status, (("location", f"https://{request.header('host')}{request.target}"), *RAY))


@dataclass
class Door:
    """One address and port: a handler over TLS (`context`) or plain. `closed`: nobody listens there."""

    handler: Handler = site
    context: ssl.SSLContext | None = None
    closed: bool = False


def names(*more: str) -> list[str]:
    return [D, WWW, APP, API, *more]


def zone(**at: Any) -> dict[tuple[str, str], Any]:
    """All four names behind the edge; ``app="203.0.113.9"`` moves one; `more` adds records."""
    more = at.pop("more", {})
    places = {"apex": D, "www": WWW, "app": APP, "api": API}
    found: dict[tuple[str, str], Any] = {(D, "SOA"): ["ns.test. host.test. 1 3600 600 86400 300"]}
    for key, name in places.items():
        address = at.get(key, EDGE)
        if address is not None:
            found[name, "A"] = [address]
    return found | more


def doors(
    secure: Handler = site, plain: Handler = moves, context: ssl.SSLContext | None = None
) -> dict[tuple[str, int], Door]:
    """The edge's two ports, and the web server behind it at BARE."""
    sound = context or ROOT.context(names())
    return {
        (EDGE, 443): Door(marked(secure), sound),
        (EDGE, 80): Door(plain),
        (BARE, 443): Door(site, ROOT.context(names())),
        (BARE, 80): Door(moves),
    }


@dataclass
class Case:
    """One fixture. `want`: finding (``tls.trust`` or ``tls.trust@host``) -> ``outcome``, ``outcome:say`` or ``note:say``; `item` what the judge says of it."""

    id: str
    want: dict[str, str]
    zone: dict[tuple[str, str], Any] = field(default_factory=zone)
    doors: dict[tuple[str, int], Door] = field(default_factory=doors)
    item: str = ""
    trap: bool = False
    edge: str = ""
    domains: tuple[str, ...] = (D, WWW, APP, API)
    api: Handler | None = None
    ca: bytes = b""
    answers: dict[str, str] = field(default_factory=dict)
    target: dict[str, Any] = field(default_factory=dict)
    access: dict[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.asynccontextmanager
async def world(case: Case, tmp_path: Path) -> AsyncIterator[tuple[Net, Target]]:
    """Everything of a case is running."""
    (tmp_path / "ca.pem").write_bytes(ROOT.pem + case.ca)
    async with contextlib.AsyncExitStack() as stack:
        connect: dict[str, str] = {}
        for (address, port), door in case.doors.items():
            shown = f"[{address}]" if ":" in address else address
            if door.closed:
                connect[f"{shown}:{port}"] = f"127.0.0.1:{free_port()}"
                continue
            web = await stack.enter_async_context(serve(door.handler, tls=door.context))
            connect[f"{shown}:{port}"] = f"127.0.0.1:{web.port}"
        tokens = {}
        if case.api is not None:
            web = await stack.enter_async_context(serve(case.api, tls=ROOT.context(["api.cloudflare.com"])))
            connect["api.cloudflare.com:443"] = f"127.0.0.1:{web.port}"
            tokens = {"cloudflare": Secret("cf-" + "read-token-for-tests")}
        dns = await stack.enter_async_context(serve_dns(case.zone))
        hosts = frozenset({*case.domains, APP, API})
        given = {
            "run_id": "t",
            "hosts": hosts,
            "connect": connect,
            "ca_file": tmp_path / "ca.pem",
            "resolver": dns.resolver,
            "tokens": tokens,
        }
        net = await stack.enter_async_context(open_net(Access(**{**given, "site": f"https://{APP}", **case.access})))
        told = {"site": f"https://{APP}", "base_url": f"https://{API}", "domains": case.domains, "edge": case.edge}
        yield net, Target(**{**told, "edge_token": case.api is not None, **case.target})


async def run(case: Case, tmp_path: Path, probes: tuple[Probe, ...]) -> tuple[tuple[Finding, ...], Judgement]:
    """Observe with each probe side by side, read, and judge as the product does."""
    async with world(case, tmp_path) as (net, target):
        seen = await asyncio.gather(*(probe.observe(target, net) for probe in probes))
    found: list[Finding] = []
    observations = []
    for probe, one in zip(probes, seen, strict=True):
        observations.append(Observation(probe.id, one, "2026-11-25T00:00:00.000Z", 0.1))
        if not isinstance(one, Unobserved):
            assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
            found += probe.read(one)
    answers = tuple(
        Answer(key, value, "Ada Osei", "2026-11-25", note="As said.") for key, value in case.answers.items()
    )
    items = tuple(dict.fromkeys(probe.item for probe in probes))
    return tuple(found), judge(Evidence(tuple(observations), answers), load(), probes, items)


def told(finding: Finding) -> str:
    head = "note" if finding.severity is Severity.NOTE and finding.outcome is Outcome.PASS else finding.outcome.value
    return f"{head}:{finding.say}" if finding.say else head


def check(case: Case, findings: tuple[Finding, ...], judged: Judgement) -> None:
    """Every wanted finding is there; a trap never fails; every sentence exists and has its gaps filled."""
    shown = sorted(f"{f.id}@{f.where} {told(f)} | {f.evidence[:160]}" for f in findings)
    for key, wanted in case.want.items():
        id_, _, where = key.partition("@")
        mine = {told(f) for f in findings if f.id == id_ and (not where or f.where == where)}
        assert wanted in mine, (case.id, key, wanted, shown)
    for key in case.absent:
        id_, _, where = key.partition("@")
        assert not [f for f in findings if f.id == id_ and (not where or f.where == where)], (case.id, key, shown)
    if case.trap:
        assert not [line for line in shown if "fail" in line.partition(" ")[2][:5]], (case.id, shown)
    if case.item:
        assert judged.verdicts[0].outcome.value == case.item, (case.id, judged.verdicts[0].missing, shown)
    words = load()
    for finding in findings:
        said = words.words(finding)
        assert said.text, finding
        if finding.outcome is Outcome.FAIL:
            assert said.fix, finding
        if finding.outcome is Outcome.UNKNOWN:
            assert said.next, finding
        gaps = set(re.findall(r"\{[a-z_]+\}", said.text + said.next + said.fix)) - {"{id}"}
        assert not gaps, (finding.id, finding.say, gaps)
