"""More routes than one pass has room for: an assessment that goes on takes up where the last pass ended, and passes only when all were tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tests.probes.api.auth_rig import Ran, Setup, by_token, judged, target_of
from tests.probes.api.test_auth import SIGN_IN
from wizard.demo.parts.http import Request, reply, serve
from wizard.model import Consent, Outcome
from wizard.net import Access, Call, Secret, open_net
from wizard.probe import earlier
from wizard.probes.api.auth import PROBE
from wizard.probes.api.auth_passes import A_PASS, LEAST_NEW, MOST_DAYS, plan
from wizard.probes.api.auth_routes import Own
from wizard.probes.api.auth_seen import Seen, Tried, Try
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind

MANY = 40
ROUTES = tuple(f"GET /part{n}" for n in range(MANY))
TODAY = date(2026, 11, 25)


class Product:
    """Asks who is there on every route but those of `open`; answers nobody with data there."""

    def __init__(self, *open_: str) -> None:
        self.open = {*open_}
        self.asked: set[str] = set()

    def __call__(self, request: Request) -> Any:
        self.asked.add(request.path)
        may = by_token()(request) or request.path in self.open
        return reply({"part": request.path, "mail": "ada@lovelace.example"}) if may else SIGN_IN


async def passes(product: Product, count: int, mend: int = 0) -> list[Ran]:
    """So many passes of one assessment; before pass `mend` the open routes are closed. Each record is written and read again in between."""
    setup = Setup(routes=ROUTES, own=(), own_b=())
    done: list[Ran] = []
    async with serve(product) as web:
        target, headers = target_of(setup, web.url)
        accounts = {name: {key: Secret(value) for key, value in pairs.items()} for name, pairs in headers.items()}
        access = Access(hosts=frozenset({f"127.0.0.1:{web.port}"}), by="T", touch=True, run_id="t1", accounts=accounts)
        for number in range(1, count + 1):
            product.open = set() if number == mend else product.open
            product.asked = set()
            token = earlier.set({PROBE.id: done[-1].seen} if done else {})
            try:
                async with open_net(access) as net:
                    seen = await PROBE.observe(target, net)
            finally:
                earlier.reset(token)
            again = msgspec.json.decode(msgspec.json.encode(seen), type=Seen)
            done.append(judged(again, list(PROBE.read(again)), target, web.log))
        assert not web.errors
    return done


def outcomes(ran: Ran) -> set[tuple[str, str]]:
    return {(str(finding.outcome), finding.say) for finding in ran.of("missing-token")}


async def test_a_second_pass_goes_on_with_the_rest_and_keeps_what_was_seen() -> None:
    product = Product()
    first, second = await passes(product, 2)
    assert ("unknown", "later") in outcomes(first)
    assert outcomes(second) == {("pass", "pass-many")}
    tried = {one.route for one in second.seen.routes}
    assert tried == set(ROUTES)
    assert set(second.seen.kept) == tried - {f"GET {path}" for path in product.asked}
    assert "tried before: 20" in second.of("missing-token")[0].evidence
    rest = set(ROUTES[A_PASS:])
    assert rest <= {f"GET {path}" for path in product.asked}


async def test_a_hole_of_the_first_pass_stays_told_until_it_is_mended() -> None:
    kept = await passes(Product("/part3"), 2)
    assert [any(f.outcome is Outcome.FAIL for f in ran.of("missing-token")) for ran in kept] == [True, True]
    mended = await passes(Product("/part3"), 2, mend=2)
    assert outcomes(mended[1]) == {("pass", "pass-many")}


async def test_a_hole_on_a_late_route_is_found_by_the_second_pass() -> None:
    first, second = await passes(Product(f"/part{MANY - 1}"), 2)
    assert not any(f.outcome is Outcome.FAIL for f in first.of("missing-token"))
    assert any(f.outcome is Outcome.FAIL for f in second.of("missing-token"))


def own(route: str) -> Own:
    return Own(route, Call("GET", f"https://api.example.test{route[4:]}", "a", consent=Consent.TOUCH))


OWNS = [own(route) for route in ROUTES]


def tried(route: str, *, shut: bool = True, at: str = "2026-11-24") -> Tried:
    def ex(actor: str, kind: Kind) -> Exchange:
        return Exchange("missing-token", actor, route, kind, status=200)

    closed = Try(ex("nobody", Kind.DENIES if shut else Kind.GIVES), refuses=shut, like=not shut)
    return Tried(route, control=ex("a", Kind.GIVES), nobody=closed, any_token=replace(closed), at=at)


def seen(*routes: Tried, **more: Any) -> Seen:
    return Seen(routes=routes, host="h", **more)


def names(owns: list[Own]) -> list[str]:
    return [one.route for one in owns]


@pytest.mark.parametrize(
    "before",
    [None, "stopped", replace(seen(*(tried(route) for route in ROUTES)), host="elsewhere")],
    ids=["a first pass", "stopped", "another host"],
)
def test_without_a_last_pass_it_begins_at_the_beginning(before: object) -> None:
    found = plan(OWNS, before, "h", TODAY)
    assert (names(found.now), found.later, found.kept) == (list(ROUTES[:A_PASS]), ROUTES[A_PASS:], ())


def test_few_routes_are_all_tried_each_time() -> None:
    found = plan(OWNS[:A_PASS], seen(*(tried(route) for route in ROUTES)), "h", TODAY)
    assert (len(found.now), found.later, found.kept) == (A_PASS, (), ())


def test_when_all_were_tried_the_oldest_go_first() -> None:
    order = (*ROUTES[A_PASS:], *ROUTES[:A_PASS])
    found = plan(OWNS, seen(*(tried(route) for route in order)), "h", TODAY)
    assert names(found.now) == list(order[:A_PASS])
    assert [one.route for one in found.kept] == list(order[A_PASS:])


def test_what_did_not_hold_goes_first_and_leaves_room_for_new_ones() -> None:
    before = seen(*(tried(route, shut=False) for route in ROUTES[:A_PASS]))
    found = plan(OWNS, before, "h", TODAY)
    assert names(found.now)[: A_PASS - LEAST_NEW] == list(ROUTES[: A_PASS - LEAST_NEW])
    assert names(found.now)[A_PASS - LEAST_NEW :] == list(ROUTES[A_PASS : A_PASS + LEAST_NEW])
    assert found.later == ROUTES[A_PASS + LEAST_NEW :]


def test_what_is_too_old_or_not_listed_any_more_is_not_kept() -> None:
    old = tried(ROUTES[0], at=(TODAY - timedelta(days=MOST_DAYS + 1)).isoformat())
    found = plan(OWNS[1:], seen(tried(ROUTES[0]), tried("GET /gone")), "h", TODAY)
    assert found.kept == ()
    assert ROUTES[0] in names(plan(OWNS, seen(old), "h", TODAY).now)
    assert plan(OWNS, seen(old), "h", TODAY).kept == ()
