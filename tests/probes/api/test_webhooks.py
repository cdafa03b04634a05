"""The webhook fixtures on loopback: a small shop that counts payments, careful or careless in one way."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.probes.api.auth_rig import HOOK, SIGN_IN, Ran, Setup, by_token, product, run
from wizard.demo.parts.http import Request, reply
from wizard.model import Outcome
from wizard.probe import Webhook
from wizard.probes.api.webhooks import fresh

EVENT = json.dumps({"id": "evt_1", "type": "paid", "order": "o_501"})
STRIPE = Webhook("POST /hooks/pay", "stripe", EVENT, "GET /orders/{id}")
SHOP = Setup(
    routes=("GET /conversations/{id}", "GET /orders/{id}"),
    own=("GET /conversations/c_1001", "GET /orders/o_501"),
    own_b=("GET /conversations/c_1002",),
    push=True,
    webhook=STRIPE,
)


@dataclass
class Shop:
    """`signed` and `young` say what it checks, `once` whether it counts an event once; `answer` is its status for what it does not take."""

    signed: bool = True
    young: bool = True
    once: bool = True
    answer: int = 400
    status_only: bool = False
    paid: list[str] = field(default_factory=list)

    def good(self, request: Request) -> bool:
        pieces = dict(piece.partition("=")[::2] for piece in request.header("stripe-signature").split(","))
        moment = pieces.get("t", "")
        made = hmac.new(HOOK.encode(), moment.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        fits = hmac.compare_digest(made, pieces.get("v1", ""))
        return fits and (not self.young or abs(time.time() - int(moment)) < 300)

    def hook(self, request: Request) -> Any:
        if self.signed and not self.good(request):
            return reply({"received": False} if self.answer >= 400 else {"received": True}, self.answer)
        number = str(json.loads(request.body)["id"])
        if not (self.once and number in self.paid):
            self.paid.append(number)
        return reply({"received": True})

    def orders(self, request: Request) -> Any:
        if not by_token()(request):
            return SIGN_IN
        told = {"id": "o_501", "status": "paid" if self.paid else "open"}
        return reply(told if self.status_only else told | {"payments": len(self.paid)})

    def handler(self) -> Callable[[Request], Any]:
        return product(by_token(), more={"/hooks/pay": self.hook, "/orders/o_501": self.orders})


CHECKS = ("webhook-unsigned", "webhook-wrong-signature", "webhook-altered", "webhook-old", "webhook-replay")
CASES = {
    "a careful shop": (Shop(), dict.fromkeys(CHECKS, "P"), set()),
    "F191 an unsigned event has its effect": (Shop(signed=False), {"webhook-unsigned": "F"}, {"webhook-unsigned"}),
    "F192 yes to everything, no effect": (Shop(answer=200), {"webhook-unsigned": "R", "webhook-replay": "P"}, set()),
    "F193 an old event is taken": (Shop(young=False), {"webhook-old": "F", "webhook-unsigned": "P"}, {"webhook-old"}),
    "F194 the same event counts once": (Shop(), {"webhook-replay": "P"}, set()),
    "the same event counts twice": (Shop(once=False), {"webhook-replay": "F"}, {"webhook-replay"}),
    "paid is all that shows, unsigned": (
        Shop(signed=False, status_only=True),
        {"webhook-unsigned": "F"},
        {"webhook-unsigned"},
    ),
    "paid is all that shows, twice": (Shop(once=False, status_only=True), {"webhook-replay": "R"}, set()),
    "paid is all that shows, once": (Shop(status_only=True), {"webhook-replay": "R", "webhook-unsigned": "P"}, set()),
}


@pytest.mark.parametrize(("shop", "letters", "fails"), CASES.values(), ids=CASES)
async def test_shops(shop: Shop, letters: dict[str, str], fails: set[str]) -> None:
    ran = await run(
        Shop(**{k: getattr(shop, k) for k in ("signed", "young", "once", "answer", "status_only")}).handler(), SHOP
    )
    assert {check: ran.letter(check) for check in letters} == letters
    assert {f.check for f in ran.fails} == fails
    assert sum(r.method == "POST" and r.path == "/hooks/pay" for r in ran.log) <= 8


async def test_F196_405_to_everything_proves_nothing() -> None:
    ran = await run(product(by_token(), more={"/hooks/pay": reply({"error": "no"}, 405)}), SHOP)
    assert (ran.letter("webhook-unsigned"), ran.letter("webhook-replay")) == ("I", "I")
    assert not ran.fails


async def test_without_an_effect_a_yes_is_for_a_person() -> None:
    blind = Setup(**{**_fields(SHOP), "webhook": Webhook("POST /hooks/pay", "stripe", EVENT)})
    ran = await run(Shop(signed=False).handler(), blind)
    assert (ran.letter("webhook-unsigned"), ran.letter("webhook-replay")) == ("R", "R")
    told = await run(Shop().handler(), Setup(**{**_fields(blind), "answers": {"auth.webhook-replay": "yes"}}))
    assert (told.letter("webhook-unsigned"), told.letter("webhook-replay")) == ("P", "P")


async def test_what_is_sent_needs_consent_a_scheme_and_an_event() -> None:
    quiet: Ran = await run(Shop().handler(), Setup(**{**_fields(SHOP), "push": False}))
    assert quiet.letter("webhook-unsigned") == "T"
    assert not any(r.path == "/hooks/pay" for r in quiet.log)
    bare = await run(Shop().handler(), Setup(**{**_fields(SHOP), "webhook": Webhook("POST /hooks/pay")}))
    assert {f.say for f in bare.of("webhook-unsigned")} == {"no-secret"}
    assert bare.verdict is Outcome.UNKNOWN


async def test_what_was_left_behind_is_told() -> None:
    ran = await run(Shop().handler(), SHOP)
    assert ran.seen.aftercare == ("POST /hooks/pay: 3 test events",)


def test_every_event_has_an_id_of_its_own() -> None:
    one, two = json.loads(fresh(EVENT)), json.loads(fresh(EVENT))
    assert one["id"] != two["id"] != "evt_1"
    assert one | {"id": ""} == two | {"id": ""}
    assert fresh("a=1&b=2") == b"a=1&b=2"
    assert fresh('{"type": "x"}') == b'{"type": "x"}'


def _fields(setup: Setup) -> dict[str, Any]:
    return {name: getattr(setup, name) for name in setup.__dataclass_fields__}
