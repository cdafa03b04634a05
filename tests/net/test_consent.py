"""Consent, hosts, ownership, budget, pace: what the door sends and what it only answers for."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import Request, Response, page, serve
from wizard.model import Consent
from wizard.net import Access, Call, Fault, Secret, open_net
from wizard.net.consent import class_of
from wizard.net.door import Door
from wizard.net.owner import owned
from wizard.net.pace import Clock
from wizard.net.types import Dns, DnsAnswer, Reply

LOOK, TOUCH, PUSH = Consent.LOOK, Consent.TOUCH, Consent.PUSH
CODE = "lr-" + "c0de" * 4


def ok(_request: Request) -> Response:
    return Response(200, (), b"ok")


def access(port: int, **more) -> Access:
    return Access(
        run_id="t",
        hosts=frozenset({f"127.0.0.1:{port}"}),
        accounts={"a": {"Authorization": Secret("Bearer aaa")}},
        **more,
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (Call("GET", "u"), LOOK),
        (Call("HEAD", "u", "hosted"), LOOK),
        (Call("OPTIONS", "u"), LOOK),
        (Call("POST", "u"), TOUCH),
        (Call("GET", "u", "a"), TOUCH),
        (Call("GET", "u", "forged:random:a"), TOUCH),
        (Call("POST", "u", "webhook:none"), PUSH),
        (Call("GET", "u", ladder=True), PUSH),
        (Call("GET", "u", consent=PUSH), PUSH),
        (Call("GET", "u", "provider:cloudflare"), LOOK),
    ],
)
def test_a_call_counts_as_at_least_what_its_actor_and_method_make_of_it(call, expected):
    assert class_of(call) is expected


@pytest.mark.parametrize(
    ("more", "call", "fault", "detail"),
    [
        ({}, {"actor": "a"}, Fault.CONSENT, "needs-touch"),
        ({"touch": True}, {"actor": "a"}, Fault.NONE, ""),
        ({"touch": True}, {"consent": PUSH}, Fault.CONSENT, "needs-push"),
        ({"touch": True, "push": True}, {"method": "DELETE", "consent": PUSH}, Fault.CONSENT, "delete"),
        (
            {"touch": True, "push": True},
            {"method": "POST", "headers": (("X-HTTP-Method-Override", "delete"),)},
            Fault.CONSENT,
            "delete",
        ),
        ({"touch": True, "push": True}, {"method": "POST", "consent": PUSH}, Fault.NONE, ""),
        ({}, {"method": "POST"}, Fault.CONSENT, "needs-touch"),
        ({}, {"method": "BREW"}, Fault.UNFIT, "method"),
        ({}, {"url": "ftp://127.0.0.1/"}, Fault.UNFIT, "bad-url"),
        ({}, {"url": "http://127.0.0.1:1/"}, Fault.HOST, "other-host"),
        ({}, {"url": "http://localhost/"}, Fault.HOST, "other-host"),
        ({"touch": True}, {"actor": "a", "address": "127.0.0.1"}, Fault.CONSENT, "address"),
        ({"touch": True, "max_requests": 0}, {"actor": "a"}, Fault.BUDGET, "budget-spent"),
    ],
)
async def test_what_is_not_sent(more, call, fault, detail):
    async with serve(ok) as web, open_net(access(web.port, **more)) as net:
        reply = await net.send(replace(Call("GET", web.url), **call))
        assert (reply.fault, reply.detail) == (fault, detail)
        assert len(web.log) == (1 if fault is Fault.NONE else 0)
        assert [(one.fault, one.status) for one in net.log()] == [(fault, reply.status)]
        assert net.spent().total == len(web.log)


async def test_the_budget_is_for_touch_and_push_together_and_the_ladder_has_its_own():
    async with serve(ok) as web, Door(access(web.port, touch=True, push=True, max_requests=2), Hurry()) as net:
        faults = [
            (await net.send(Call("GET", web.url, "a"))).fault,
            (await net.send(Call("POST", web.url, consent=PUSH))).fault,
        ]
        faults.append((await net.send(Call("GET", web.url, "a"))).fault)
        assert faults == [Fault.NONE, Fault.NONE, Fault.BUDGET]
        assert net.refuses(TOUCH, web.url) == "budget-spent"
        assert (await net.send(Call("GET", web.url))).fault is Fault.NONE
        for _ in range(151):
            last = await net.send(Call("POST", web.url, ladder=True))
        assert last.fault is Fault.BUDGET
        spent = net.spent()
        assert (spent.look, spent.touch, spent.push, spent.ladder) == (1, 1, 1, 150)


async def test_plain_looks_are_kept_for_the_run_unless_fresh():
    async with serve(ok) as web, open_net(access(web.port)) as net:
        await asyncio.gather(*(net.send(Call("GET", web.url + "/x")) for _ in range(5)))
        assert len(web.log) == 1
        await net.send(Call("GET", web.url + "/x", fresh=True))
        await net.send(Call("GET", web.url + "/x", headers=(("origin", "https://o.invalid"),)))
        await net.send(Call("HEAD", web.url + "/x"))
        assert len(web.log) == 4


async def test_stop_ends_everything():
    stop = threading.Event()
    async with serve(ok) as web, open_net(access(web.port, stop=stop)) as net:
        assert (await net.send(Call("GET", web.url))).fault is Fault.NONE
        stop.set()
        assert (await net.send(Call("GET", web.url + "/2"))).fault is Fault.STOPPED
        assert net.refuses(LOOK, web.url) == "stopped"
        assert (await net.shake("127.0.0.1", web.port)).fault is Fault.STOPPED


class Hurry(Clock):
    """A clock that never waits and remembers what it was asked."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.time += seconds


@pytest.mark.parametrize(
    ("more", "call", "waits"),
    [
        ({}, {"actor": "a"}, []),
        ({"requests_per_second": 4.0}, {"actor": "a"}, [0.25, 0.25]),
        ({"requests_per_second": 4.0}, {"fresh": True}, []),
        ({}, {"method": "POST", "ladder": True}, [0.1, 0.1]),
    ],
)
async def test_pace_on_loopback(more, call, waits):
    clock = Hurry()
    async with serve(ok) as web, Door(access(web.port, touch=True, push=True, **more), clock) as net:
        for _ in range(3):
            assert (await net.send(replace(Call("GET", web.url), **call))).fault is Fault.NONE
    assert clock.waits == waits


@pytest.mark.parametrize(
    ("call", "step"), [({"fresh": True}, 0.1), ({"actor": "a"}, 0.5), ({"method": "POST", "consent": PUSH}, 0.5)]
)
async def test_pace_elsewhere(call, step, monkeypatch):
    """A host that is not loopback, though its packets end there: the judgement is switched, the wire is real."""
    clock = Hurry()
    async with serve(ok) as web, Door(access(web.port, touch=True, push=True), clock) as net:

        async def far(*_place):
            return False

        monkeypatch.setattr(net._places, "loopback", far)
        for _ in range(3):
            assert (await net.send(replace(Call("GET", web.url), **call))).fault is Fault.NONE
    assert clock.waits == [step, step]


NAME = "app.brightside.test"


def named(**more) -> Access:
    given = {
        "run_id": "t",
        "hosts": frozenset({NAME, "api.brightside.test"}),
        "touch": True,
        "push": True,
        "site": f"http://{NAME}",
        "ownership_code": CODE,
        "accounts": {"a": {"Authorization": Secret("Bearer aaa")}},
    }
    return Access(**(given | more))


@pytest.fixture
async def nowhere():
    """A resolver that knows no name."""
    async with serve_dns({}) as dns:
        yield dns.resolver


async def test_a_name_dialled_to_loopback_counts_as_loopback(nowhere):
    async with (
        serve(ok) as web,
        open_net(named(connect={f"{NAME}:80": f"127.0.0.1:{web.port}"}, ownership_code="", resolver=nowhere)) as net,
    ):
        assert net.refuses(PUSH, f"http://{NAME}/x") == ""
        assert (await net.send(Call("GET", f"http://{NAME}/x", "a"))).fault is Fault.NONE
        assert net.refuses(PUSH, "https://api.brightside.test/") == "not-owned"
        assert dict(web.log[0].headers)["host"] == NAME


async def test_the_address_for_judging_comes_from_the_resolver_and_the_map_leads_here(nowhere):
    zone = {(NAME, "A"): ["104.16.0.9"]}
    async with serve(ok) as web, serve_dns(zone) as dns:
        by_address = {"104.16.0.9:80": f"127.0.0.1:{web.port}"}
        for connect in (by_address, {f"{NAME}:80": f"127.0.0.1:{web.port}"}):
            async with open_net(named(connect=connect, resolver=f"127.0.0.1:{dns.port}")) as net:
                reply = await net.send(Call("GET", f"http://{NAME}/"))
                assert (reply.status, reply.address) == (200, "104.16.0.9")
        async with open_net(named(connect=by_address, resolver=nowhere, touch=False, push=False)) as net:
            assert (await net.send(Call("GET", f"http://{NAME}/", address="104.16.0.9"))).status == 200
            assert (await net.send(Call("GET", f"http://{NAME}/", fresh=True))).fault is Fault.DNS


def meta(code: str):
    return page(f'<!doctype html><meta name="launch-ready" content="{code}"><title>x</title>')


@pytest.mark.parametrize(
    ("txt", "files", "proven"),
    [
        ([f"launch-ready={CODE}"], {}, True),
        (["launch-ready=other", f"launch-ready={CODE}"], {}, True),
        ([f"launch-ready={CODE}x"], {}, False),
        ([], {"/.well-known/launch-ready.txt": Response(200, (), CODE.encode() + b"\n")}, True),
        ([], {"/.well-known/launch-ready.txt": Response(404, (), CODE.encode())}, False),
        ([], {"/.well-known/launch-ready.txt": Response(200, (), b"<html>" + CODE.encode())}, False),
        ([], {"/": meta(CODE)}, True),
        ([], {"/": meta("other")}, False),
        ([], {"/": page(f"<p>{CODE}</p>")}, False),
        ([], {"/": Response(302, (("location", "/home"),)), "/home": meta(CODE)}, True),
    ],
)
async def test_ownership(txt, files, proven):
    async def ask(name: str, kind: str) -> DnsAnswer:
        assert (name, kind) == ("_launch-ready.brightside.test", "TXT")
        return DnsAnswer(name, kind, Dns.FOUND, tuple(txt))

    async with serve(lambda request: files.get(request.path, Response(404))) as web, open_net(access(web.port)) as net:

        async def get(url: str, cap: int) -> Reply:
            return await net.send(Call("GET", url, cap=cap))

        assert await owned("brightside.test", (web.url,), CODE, ask, get) is proven
        assert not await owned("brightside.test", (web.url,), "", ask, get)


async def test_touch_and_push_wait_for_the_proof_and_look_does_not(monkeypatch):
    from wizard.net import dial

    monkeypatch.setattr(dial, "is_loopback", lambda _address: False)
    for record in ([f"launch-ready={CODE}"], ["v=spf1 -all"]):
        zone = {
            ("_launch-ready.brightside.test", "TXT"): record,
            (NAME, "A"): ["192.0.2.7"],
            ("api.brightside.test", "A"): ["192.0.2.7"],
        }
        async with serve(ok) as web, serve_dns(zone) as dns:
            connect = {"192.0.2.7:80": f"127.0.0.1:{web.port}", "192.0.2.7:443": "127.0.0.1:1"}
            async with Door(named(connect=connect, resolver=f"127.0.0.1:{dns.port}"), Hurry()) as net:
                proven = record[0].startswith("launch")
                assert net.refuses(LOOK, f"http://{NAME}/") == ""
                assert net.refuses(TOUCH, f"http://{NAME}/") == ("" if proven else "not-owned")
                assert net.refuses(PUSH) == ("" if proven else "not-owned")
                assert (await net.send(Call("GET", f"http://{NAME}/"))).status == 200
                reply = await net.send(Call("GET", "http://api.brightside.test/", "a"))
                assert (reply.status, reply.detail) == ((200, "") if proven else (0, "not-owned"))
                assert all(
                    "authorization" not in dict(one.headers)
                    for one in web.log
                    if one.header("host") != "api.brightside.test"
                )


@pytest.mark.parametrize(
    ("site", "shown"),
    [
        ('<script src="/app.js"></script>', True),
        ("<p>nothing</p>", False),
        ("<script>u='https://xyz.supabase.co'</script>", True),
    ],
)
async def test_a_hosted_backend_counts_when_the_site_names_it(site, shown, monkeypatch):
    def handler(request: Request) -> Response:
        return Response(200, (), b'const u="https://xyz.supabase.co"') if request.path == "/app.js" else page(site)

    async with serve(handler) as web:
        connect = {f"{NAME}:80": f"127.0.0.1:{web.port}", "192.0.2.8:443": "127.0.0.1:1"}
        zone = {("xyz.supabase.co", "A"): ["192.0.2.8"], (NAME, "A"): ["192.0.2.7"]}
        from wizard.net import dial

        monkeypatch.setattr(dial, "is_loopback", lambda address: False)
        async with serve_dns(zone) as dns:
            given = named(
                connect=connect,
                resolver=f"127.0.0.1:{dns.port}",
                hosted="https://xyz.supabase.co",
                touch=False,
                push=False,
            )
            async with Door(given, Hurry()) as net:
                assert net.refuses(LOOK, "https://xyz.supabase.co/rest/v1/t") == ("" if shown else "other-host")
                assert net.refuses(LOOK, "https://abc.supabase.co/rest/v1/t") == "other-host"


@pytest.mark.parametrize(
    ("actor", "url", "fault"),
    [
        ("provider:cloudflare", "https://api.cloudflare.com/client/v4/zones", Fault.REFUSED),
        ("provider:cloudflare", "http://api.cloudflare.com/client/v4/zones", Fault.HOST),
        ("provider:cloudflare", "https://uptime.betterstack.com/", Fault.HOST),
        ("provider:cloudflare", "https://app.brightside.test/", Fault.HOST),
        ("provider:uptimerobot", "https://api.uptimerobot.com/", Fault.HOST),
        ("provider:webhook", "https://api.cloudflare.com/", Fault.HOST),
        ("a", "https://api.cloudflare.com/", Fault.HOST),
        ("nobody", "https://api.cloudflare.com/", Fault.HOST),
    ],
)
async def test_a_provider_token_goes_to_its_provider_and_nowhere_else(actor, url, fault, nowhere):
    connect = {
        "api.cloudflare.com:443": "127.0.0.1:1",
        f"{NAME}:443": "127.0.0.1:1",
        "api.brightside.test:443": "127.0.0.1:1",
    }
    given = named(
        connect=connect, resolver=nowhere, tokens={"cloudflare": Secret("cf-token-1"), "webhook": Secret("whsec")}
    )
    async with open_net(given) as net:
        assert (await net.send(Call("GET", url, actor))).fault is fault
        assert (await net.send(Call("POST", url, "provider:cloudflare"))).fault is not Fault.NONE


@pytest.mark.parametrize(
    ("record", "page_text", "reason"),
    [
        (f"launch-ready={CODE}", "https://xyz.supabase.co", ""),
        ("nothing", "https://xyz.supabase.co", "not-owned"),
        (f"launch-ready={CODE}", "https://xyz.supabase.co.evil.test https://axyz.supabase.co", "other-host"),
    ],
)
async def test_touching_a_hosted_backend_takes_an_owned_site_that_uses_it(record, page_text, reason, monkeypatch):
    from wizard.net import dial

    monkeypatch.setattr(dial, "is_loopback", lambda _address: False)
    zone = {
        ("_launch-ready.brightside.test", "TXT"): [record],
        (NAME, "A"): ["192.0.2.7"],
        ("xyz.supabase.co", "A"): ["192.0.2.8"],
    }
    async with serve(lambda _request: page(f"<script>u='{page_text}'</script>")) as web, serve_dns(zone) as dns:
        connect = {f"{NAME}:80": f"127.0.0.1:{web.port}", "192.0.2.7:443": "127.0.0.1:1"}
        given = named(connect=connect, resolver=dns.resolver, hosted="https://xyz.supabase.co", hosts=frozenset({NAME}))
        async with Door(given, Hurry()) as net:
            assert net.refuses(TOUCH, "https://xyz.supabase.co/rest/v1/t") == reason
