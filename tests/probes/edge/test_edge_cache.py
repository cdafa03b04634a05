"""Fixtures E117 to E119: a cache in front of an API, careful and careless; and the request that looks like an attack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.probes.edge.edge_rig import APP, EDGE, Case, Door, check, doors, marked, run, told, world
from wizard.demo.parts.http import Request, Response, reply
from wizard.model import Outcome, Tag, Unobserved
from wizard.net import Secret
from wizard.probe import Account
from wizard.probes.edge.front import attack, cache

WORD = "otter" + "7730"
TOKEN = "Bearer " + "a-token-of-a"
MARKER = (Secret("amber4821"), Secret(WORD))
OWN = Account("a", marker=MARKER, own=("GET /conversations/c_1",))


class Caching:
    """A shared cache before `inner`: keeps what `keeps` says of path and answer, without looking at who asks."""

    def __init__(self, inner: Callable[[Request], Response], keeps: Callable[[Request, Response], bool]) -> None:
        self.inner, self.keeps, self.kept = inner, keeps, {}

    def __call__(self, request: Request) -> Response:
        if request.target in self.kept:
            found = self.kept[request.target]
            return Response(found.status, (*found.headers, ("cf-cache-status", "HIT"), ("age", "3")), found.body)
        found = self.inner(request)
        if found.status == 200 and self.keeps(request, found):
            self.kept[request.target] = found
        return Response(found.status, (*found.headers, ("cf-cache-status", "MISS")), found.body)


def product(
    *, control: str = "private, no-store", loose: bool = False, open_: bool = False
) -> Callable[[Request], Response]:
    """A chat API. `loose`: anything behind the route is answered as the route itself."""

    def handler(request: Request) -> Response:
        path = request.target.partition("?")[0]
        fits = path.startswith("/conversations/c_1") if loose else path == "/conversations/c_1"
        if path == "/assets/app.js":
            return Response(200, (("cache-control", "public, max-age=600"),), b"let a=1")
        if not fits:
            return reply({"error": "not_found"}, 404)
        if request.header("authorization") != TOKEN and not open_:
            return reply({"error": "sign_in"}, 401)
        return reply({"text": f"plan {WORD}"}, headers=(("cache-control", control),) if control else ())

    return handler


def never(*_: object) -> bool:
    return False


def always(*_: object) -> bool:
    return True


def by_name(request: Request, _: Response) -> bool:
    return request.target.partition("?")[0].endswith((".css", ".js"))


def by_target(request: Request, _: Response) -> bool:
    return request.target.endswith((".css", ".js"))


CASES = [
    ("E117", Caching(product(control=""), always), {"cache-private": "fail", "cache-deception": "unknown:told"}),
    ("E118", Caching(product(loose=True), by_name), {"cache-private": "pass", "cache-deception": "fail"}),
    ("E118-query", Caching(product(), by_target), {"cache-private": "pass", "cache-deception": "fail"}),
    ("E119", Caching(product(), by_name), {"cache-private": "pass", "cache-deception": "pass"}),
    ("no-header", Caching(product(control=""), never), {"cache-private": "pass", "cache-deception": "pass"}),
    ("public", Caching(product(control="public, s-maxage=600"), never), {"cache-private": "fail:allowed"}),
    ("public-but-no-store", Caching(product(control="public, no-store"), never), {"cache-private": "pass"}),
    (
        "open",
        Caching(product(open_=True), always),
        {"cache-private": "unknown:open", "cache-deception": "unknown:open"},
    ),
    ("signed-out", lambda _: reply({}, 401), {"cache-private": "unknown:reasons.control-failed"}),
    ("loose-but-not-kept", Caching(product(loose=True), never), {"cache-private": "pass", "cache-deception": "pass"}),
]


def case_of(id_: str, handler, account: Account | None = OWN, **access) -> Case:
    given = {"touch": True, "by": "Ada", "accounts": {"a": {"Authorization": Secret(TOKEN)}}} | access
    found = doors() | {(EDGE, 443): Door(marked(handler, (("cf-ray", "8f-AMS"),)), doors()[EDGE, 443].context)}
    accounts = {"accounts": {"a": account}} if account else {}
    return Case(id_, {}, doors=found, target=accounts, access=given)


@pytest.mark.parametrize(("id_", "handler", "want"), CASES, ids=[case[0] for case in CASES])
async def test_caches(id_: str, handler, want: dict[str, str], tmp_path: Path) -> None:
    case = case_of(id_, handler)
    case.want = {f"edge.{key}@GET /conversations/c_1": value for key, value in want.items()}
    case.trap = not any("fail" in value for value in want.values())
    findings, judged = await run(case, tmp_path, (cache.PROBE,))
    check(case, findings, judged)
    leaks = [f for f in findings if told(f) == "fail"]
    assert all(f.tags == (Tag.OTHER_SECRET_SEEN,) for f in leaks)
    assert not [f for f in findings if WORD in repr(f)]


async def test_a_hit_on_a_private_answer(tmp_path: Path) -> None:
    """The cache keeps A's answer for A alone (it varies by credential), but it is a shared one."""
    inner = product(control="")

    def handler(request: Request) -> Response:
        found = inner(request)
        return Response(
            found.status,
            (*found.headers, ("cf-cache-status", "HIT")) if found.status == 200 else found.headers,
            found.body,
        )

    case = case_of("hit", handler)
    case.want = {"edge.cache-private": "fail:hit"}
    check(case, *await run(case, tmp_path, (cache.PROBE,)))


async def test_without_account_or_consent(tmp_path: Path) -> None:
    handler = product()
    async with world(case_of("none", handler, account=None), tmp_path) as (net, target):
        assert await cache.PROBE.observe(target, net) == cache.Seen()
        assert net.spent().total == 0
    async with world(case_of("no-touch", handler, touch=False), tmp_path) as (net, target):
        seen = await cache.PROBE.observe(target, net)
        assert isinstance(seen, Unobserved)
        assert seen.say == "needs-touch"
        assert net.spent().total == 0


def guarded(marks: tuple[tuple[str, str], ...]):
    """A firewall that stops what looks like an attack."""

    def handler(request: Request) -> Response:
        if "script" in request.target.lower():
            return Response(403, marks, b"stopped")
        return Response(200, (), b"hello")

    return handler


@pytest.mark.parametrize(
    ("handler", "want"),
    [
        (guarded((("cf-mitigated", "challenge"),)), "pass:stopped"),
        (guarded(()), "unknown:let-through"),
        (lambda _: Response(200, (), b"hello"), "unknown:let-through"),
        (lambda _: Response(403, (("cf-mitigated", "challenge"),), b""), "unknown:let-through"),
    ],
    ids=["stopped", "own-403", "through", "challenged-anyway"],
)
async def test_a_request_that_looks_like_an_attack(handler, want: str, tmp_path: Path) -> None:
    case = case_of("attack", handler, push=True)
    case.want = {f"edge.waf@{APP}": want}
    case.trap = True
    check(case, *await run(case, tmp_path, (attack.PROBE,)))


async def test_no_attack_without_push(tmp_path: Path) -> None:
    async with world(case_of("attack", product()), tmp_path) as (net, target):
        seen = await attack.PROBE.observe(target, net)
        assert isinstance(seen, Unobserved)
        assert (seen.say, net.spent().total) == ("needs-push", 0)


def kept(**headers: str) -> cache.Kept:
    return cache.Kept(
        own=True, status=200, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


@pytest.mark.parametrize(
    ("headers", "want"),
    [
        ({}, "pass"),
        ({"cache_control": "no-store"}, "pass"),
        ({"cache_control": "private"}, "pass"),
        ({"cf_cache_status": "DYNAMIC"}, "pass"),
        ({"cf_cache_status": "BYPASS"}, "pass"),
        ({"cf_cache_status": "HIT"}, "fail:hit"),
        ({"cf_cache_status": "UPDATING"}, "fail:hit"),
        ({"age": "0"}, "pass"),
        ({"age": "12"}, "fail:hit"),
        ({"age": "x" * 5000}, "pass"),
        ({"x_cache": "Hit from cloudfront"}, "fail:hit"),
        ({"x_cache": "Miss from cloudfront"}, "pass"),
        ({"x_vercel_cache": "HIT"}, "fail:hit"),
        ({"cache_control": "public, max-age=60"}, "fail:allowed"),
        ({"cache_control": "s-maxage=60"}, "fail:allowed"),
        ({"cache_control": "private, s-maxage=60"}, "pass"),
    ],
)
def test_read_table(headers: dict[str, str], want: str) -> None:
    found = cache.read(cache.Seen((cache.RouteSeen("GET /me", kept(**headers)),)))
    assert told(found[0]) == want
    assert (found[0].outcome is Outcome.FAIL) == want.startswith("fail")
