"""Ladders against small products on loopback: limits, none, slow ones, forged senders. Time is a clock of the tests' own."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec
import pytest

from tests.probes.api.rig import Ran, Setup, access_of, leaks_nothing, target_of, verdict, who, words_of
from wizard.demo.parts.http import Answer, Request, Response, reply, serve
from wizard.model import Finding, Outcome, Reason, Unobserved
from wizard.net import Reply
from wizard.net.door import Door
from wizard.net.pace import Clock
from wizard.probe import Chat
from wizard.probes.api import patience
from wizard.probes.api.rate import PROBE
from wizard.probes.api.rate_climb import remaining
from wizard.probes.api.rate_read import CHECKS, read
from wizard.probes.api.rate_seen import Blocks, End, Ladder, Seen, Stage

BODY = '{"conversation_id": "c_1", "message": "{{message}}"}'


class Fast(Clock):
    """A clock that jumps: waiting only moves it."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


@dataclass
class Product:
    """A chat with a limit of `most` for a key, after which it pauses for `pause` seconds of the tests' clock; everything may be replaced."""

    most: int = 30
    pause: float = 8.0
    key: Callable[[Request], str] = who
    counts: Callable[[Request], bool] = lambda request: True
    refuse: Callable[[int], Answer] = lambda wait: Response(429, (("retry-after", str(wait)),))
    delay: Callable[[int], float] = lambda number: 0.0
    headers: Callable[[int], tuple[tuple[str, str], ...]] = lambda number: ()
    instead: Callable[[Request, int], Answer | None] = lambda request, number: None
    clock: Fast = field(default_factory=Fast)
    number: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)

    async def __call__(self, request: Request) -> Answer:
        if request.path == "/mine":
            return self.instead(request, self.number) or reply({"text": "mine"})
        if request.path != "/chat":
            return self.instead(request, self.number) or reply({"error": "who are you"}, 401)
        self.number += 1
        number = self.number
        early = self.instead(request, number) or self._limited(request)
        if early is not None:
            return early
        await asyncio.sleep(self.delay(number))
        valid = b"LR test" in request.body
        body, status = ({"reply": "Good."}, 200) if valid else ({"error": "message"}, 422)
        return reply(body, status, self.headers(number))

    def _limited(self, request: Request) -> Answer | None:
        name, now = self.key(request), self.clock.now()
        if not self.counts(request):
            return None
        if name in self.until and now >= self.until[name]:
            del self.until[name]
            self.seen[name] = 0
        self.seen[name] = self.seen.get(name, 0) + 1
        if self.seen[name] <= self.most:
            return None
        self.until.setdefault(name, now + self.pause)
        return self.refuse(max(1, math.ceil(self.until[name] - now)))


@dataclass
class Bucket(Product):
    """An honest bucket that refills two a second."""

    level: float = 30.0
    last: float = 0.0

    def _limited(self, request: Request) -> Answer | None:
        now = self.clock.now()
        self.level = min(30.0, self.level + 2 * (now - (self.last or now)))
        self.last = now
        if self.level < 1:
            return self.refuse(1)
        self.level -= 1
        return None


NEVER = 10**6


def forwarded(request: Request) -> str:
    return request.header("x-forwarded-for") or who(request)


def valid(request: Request) -> bool:
    return b"LR test" in request.body


def challenge(wait: int) -> Answer:
    return Response(
        403, (("cf-mitigated", "challenge"), ("content-type", "text/html")), b"<title>Just a moment</title>"
    )


def soft(wait: int) -> Answer:
    return reply({"success": False, "error": "too many requests"})


def overload(request: Request, number: int) -> Answer | None:
    return Response(503) if number > 25 else None


def uploads(request: Request, number: int) -> Answer | None:
    return reply({"error": "kind"}, 415) if request.path == "/upload" else None


def starving(request: Request, number: int) -> Answer | None:
    return Response(503) if request.path == "/mine" and number > 25 else None


def gone(request: Request, number: int) -> Answer | None:
    return reply({"error": "sign in"}, 401) if request.path == "/chat" else None


def hot() -> Product:
    """Its limit was met a moment ago and holds for three more seconds."""
    product = Product()
    product.until["a"] = product.clock.now() + 3.0
    product.seen["a"] = NEVER
    return product


@dataclass
class Case:
    make: Callable[[], Product]
    letter: str
    checks: tuple[str, ...] = ()
    upload: str = ""


CASES = {
    "F122 70 of 70 answered": Case(lambda: Product(NEVER), "F", ("chat",)),
    "F123 429 at 30 with retry-after": Case(Product, "P", ("chat",)),
    "F124 an edge challenge at 40": Case(lambda: Product(40, refuse=challenge), "P", ("chat",)),
    "F125 soft 200 too many requests": Case(lambda: Product(refuse=soft), "P", ("chat",)),
    "F126 4x slower, then 429": Case(
        lambda: Product(60, delay=lambda number: 0.05 if number <= 30 else 0.38), "F", ("climb",)
    ),
    "F127 steady with jitter": Case(lambda: Product(60, delay=lambda number: 0.03 + number % 5 / 200), "P", ("climb",)),
    "F128 one cold start": Case(lambda: Product(60, delay=lambda number: 0.7 if number == 1 else 0.0), "P", ("climb",)),
    "F129 a forged sender resets the limit": Case(lambda: Product(key=forwarded), "F", ("forged-sender",)),
    "F130 an honest bucket refilling 2/s": Case(Bucket, "I", ("forged-sender",)),
    "F131 header trusted, window of 60 s": Case(lambda: Product(pause=60.0, key=forwarded), "F", ("forged-sender",)),
    "F132 wide scatter, no climb": Case(
        lambda: Product(62, delay=lambda number: 0.005 + (number * 7 % 11) / 100), "P", ("climb",)
    ),
    "F133 B served while A waits": Case(Product, "P", ("per-user",)),
    "F134 B waits too": Case(lambda: Product(key=lambda request: "all"), "P", ("per-user",)),
    "F135 a counter of 1000 falls": Case(
        lambda: Product(NEVER, headers=lambda number: (("x-ratelimit-remaining", str(1_000 - number)),)), "R", ("chat",)
    ),
    "F136 only valid messages counted": Case(lambda: Product(counts=valid), "P", ("chat",)),
    "F137 uploads never throttled": Case(lambda: Product(instead=uploads), "R", ("upload",), "POST /upload"),
    "F138 slow-down without 429": Case(
        lambda: Product(NEVER, delay=lambda number: 0.0 if number <= 30 else 0.33), "R", ("chat", "climb")
    ),
    "F139 503 overload, no limiter": Case(lambda: Product(NEVER, instead=overload), "I", ("chat",)),
    "a counter of 90 is followed to its end": Case(
        lambda: Product(90, headers=lambda number: (("ratelimit", f"limit=90, remaining={90 - number}"),)),
        "P",
        ("chat", "headers"),
    ),
    "the second client is not served any more": Case(lambda: Product(NEVER, instead=starving), "I", ("chat",)),
    "the session has ended": Case(lambda: Product(instead=gone), "I", ("chat",)),
    "limited from the first request on": Case(lambda: Product(0), "I", ("chat",)),
    "still limited from what went before": Case(hot, "P", ("chat",)),
    "the limit does not end": Case(lambda: Product(pause=300.0), "I", ("recovery",)),
}


async def climb(case: Case, **more: object) -> Ran:
    """Serve, observe on the tests' clock, write, read again."""
    product = case.make()
    setup = Setup(
        own=("GET /mine", "GET /mine"), chat=Chat(request="POST /chat", body=BODY, cost_per_message=0.02), push=True
    )
    setup = replace(setup, **more) if more else setup  # type: ignore[arg-type]
    async with serve(product) as web:
        target = replace(target_of(setup, web.url), upload=case.upload)
        token = patience.sleep.set(product.clock.sleep)
        try:
            async with Door(access_of(setup, web), product.clock) as net:
                seen = await PROBE.observe(target, net)
                assert net.spent().ladder <= 150
        finally:
            patience.sleep.reset(token)
        if isinstance(seen, Unobserved):
            return Ran(seen, tuple(Finding(c, Outcome.UNKNOWN, "none", reason=seen.reason) for c in CHECKS), web.log)  # type: ignore[arg-type]
        assert not web.errors
        again = msgspec.json.decode(msgspec.json.encode(seen), type=Seen)
        assert again == seen
        findings = read(again)
        words_of(findings)
        leaks_nothing(msgspec.json.encode(seen).decode() + msgspec.json.encode(findings).decode())
        return Ran(seen, findings, web.log)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_fixture(case: Case) -> None:
    ran = await climb(case)
    bad = [f"{f.check} {f.outcome} {f.evidence}" for f in ran.findings if f.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    assert ran.letter() == case.letter, bad
    for check in case.checks:
        assert ran.letter(check) == case.letter, bad
    assert {f"rate-limits.{f.check}" for f in ran.findings} == set(CHECKS)
    if case.letter == "P":
        assert verdict(ran.findings) is Outcome.PASS


async def test_a_limit_on_nonsense_costs_nobody_a_message() -> None:
    ran = await climb(CASES["F123 429 at 30 with retry-after"])
    assert not any(valid(request) for request in ran.log)
    assert ran.seen.aftercare == ("POST /chat: limited, retry-after 8 s",)


async def test_real_messages_say_who_sent_them() -> None:
    ran = await climb(CASES["F136 only valid messages counted"])
    assert sum(b"LR test t1" in request.body for request in ran.log) >= 30
    served = sum(valid(request) and who(request) == "a" for request in ran.log)
    assert "POST /chat as b: 1 message: LR test t1" in ran.seen.aftercare
    told = next(line for line in ran.seen.aftercare if "as a: " in line)
    assert 30 <= int(told.split()[4]) <= served


async def test_the_price_is_told() -> None:
    found = (await climb(CASES["F122 70 of 70 answered"])).of("chat")[0]
    assert "$" in words_of((found,))[0]


async def test_sign_in_is_tried_as_nobody_under_a_name_that_nobody_has() -> None:
    product = Product(5)

    async def handler(request: Request) -> Answer:
        return product._limited(request) or reply({"error": "wrong"}, 401)

    async with serve(handler) as web:
        setup = Setup(push=True)
        target = replace(target_of(setup, web.url), login="POST /login", reset="POST /reset")
        async with Door(access_of(setup, web), product.clock) as net:
            token = patience.sleep.set(product.clock.sleep)
            seen = await PROBE.observe(target, net)
            patience.sleep.reset(token)
        findings = read(seen)
        assert {who(request) for request in web.log} == {"nobody"}
        assert all(b"@lr.invalid" in request.body for request in web.log)
    assert next(f for f in findings if f.check == "login").outcome is Outcome.PASS
    chat = next(f for f in findings if f.check == "chat")
    assert (chat.outcome, chat.reason, chat.say) == (Outcome.UNKNOWN, Reason.NOT_TESTED, "reasons.no-chat")


def counts_real_tries(request: Request, product: Product) -> Answer:
    """As a limit in front of the function itself: what the framework turns away for its form never gets there."""
    if not request.body.startswith(b"grant_type=password&"):
        return reply({"detail": "username is missing"}, 422)
    return product._limited(request) or reply({"detail": "wrong"}, 400)


def reads_nothing(request: Request, product: Product) -> Answer:
    return reply({"detail": "login is missing"}, 422)


def unknown_person(request: Request, product: Product) -> Answer:
    return reply({"error": "no such person"} if request.path == "/login" else {"error": "no such path"}, 404)


def no_such_path(request: Request, product: Product) -> Answer:
    return reply({"detail": "Not Found"}, 404)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "say"),
    [
        (counts_real_tries, Outcome.PASS, ""),
        (reads_nothing, Outcome.UNKNOWN, "form"),
        (unknown_person, Outcome.FAIL, ""),
        (no_such_path, Outcome.UNKNOWN, "no-control"),
    ],
)
async def test_only_tries_that_were_read_show_that_there_is_no_limit(
    behaviour: Callable[[Request, Product], Answer], outcome: Outcome, say: str
) -> None:
    product = Product(5)
    async with serve(lambda request: behaviour(request, product)) as web:
        setup = Setup(push=True)
        target = replace(target_of(setup, web.url), login="POST /login")
        async with Door(access_of(setup, web), product.clock) as net:
            token = patience.sleep.set(product.clock.sleep)
            seen = await PROBE.observe(target, net)
            patience.sleep.reset(token)
        assert isinstance(seen, Seen)
        found = next(f for f in read(seen) if f.check == "login")
        assert (found.outcome, found.say) == (outcome, say)
        words_of((found,))
        assert len(web.log) <= 100


async def test_no_two_messages_have_the_same_uuid() -> None:
    """A product that takes a message once by its uuid would answer the rest for nothing."""
    product, ids = Product(NEVER), []

    def handler(request: Request) -> Answer:
        if valid(request):
            ids.append(json.loads(request.body)["id"])
        return reply({"reply": "Good."} if valid(request) else {"error": "message"}, 200 if valid(request) else 422)

    async with serve(handler) as web:
        setup = Setup(push=True)
        chat = Chat(request="POST /chat", body='{"id": "{{uuid}}", "message": "{{message}}"}')
        target = replace(target_of(setup, web.url), chat=chat)
        async with Door(access_of(setup, web), product.clock) as net:
            await PROBE.observe(target, net)
    assert len(ids) == len(set(ids)) == 70


async def test_two_routes_without_a_limit_are_both_climbed_to_the_top() -> None:
    product = Product(NEVER)
    async with serve(
        lambda request: reply({"error": "wrong" if b"@" in request.body else "e-mail missing"}, 400)
    ) as web:
        setup = Setup(push=True)
        target = replace(target_of(setup, web.url), login="POST /login", reset="POST /reset")
        async with Door(access_of(setup, web), product.clock) as net:
            seen = await PROBE.observe(target, net)
    assert isinstance(seen, Seen)
    assert [(ladder.name, ladder.served) for ladder in seen.ladders] == [("login", 70), ("reset", 70)]


async def test_files_that_were_taken_are_told() -> None:
    product = Product(NEVER)
    async with serve(lambda request: reply({"stored": "x"}, 201)) as web:
        setup = Setup(push=True)
        target = replace(target_of(setup, web.url), upload="POST /upload")
        async with Door(access_of(setup, web), product.clock) as net:
            seen = await PROBE.observe(target, net)
    assert isinstance(seen, Seen)
    assert seen.aftercare == ("POST /upload: 70 files: LR test t1",)


async def test_without_consent_nothing_is_sent() -> None:
    ran = await climb(CASES["F123 429 at 30 with retry-after"], push=False)
    assert (ran.letter(), ran.log) == ("T", [])


def stage(width: int, *times: float) -> Stage:
    return Stage(width, len(times), times)


def ladder(*stages: Stage, end: End = End.DONE, after: Stage | None = None) -> Ladder:
    return Ladder("chat", "POST /chat", False, end, 10.0, stages, after)


FLAT, SLOW = (100.0,) * 10, (500.0,) * 12
CLIMBS = {
    "flat": (ladder(stage(1, *FLAT), stage(4, *FLAT), stage(10, *FLAT)), "pass", ""),
    "four times slower": (ladder(stage(1, *FLAT), stage(4, *FLAT), stage(10, *SLOW)), "fail", ""),
    "twice, but by 200 ms only": (ladder(stage(1, *FLAT), stage(4, *FLAT), stage(10, *(300.0,) * 12)), "pass", ""),
    "stopped in time": (ladder(stage(1, *FLAT), stage(4, *FLAT), end=End.THROTTLED), "pass", "pass-early"),
    "slow with four already": (ladder(stage(1, *FLAT), stage(4, *SLOW), end=End.THROTTLED), "unknown", "early"),
    "scattered from the start": (
        ladder(stage(1, *(50.0, 60.0, 400.0) * 4), stage(4, *FLAT), stage(10, *(800.0,) * 12)),
        "unknown",
        "scattered",
    ),
    "slow alone afterwards as well": (
        ladder(stage(1, *FLAT), stage(4, *FLAT), stage(10, *SLOW), after=stage(1, *SLOW)),
        "unknown",
        "slowed",
    ),
    "fast alone afterwards": (
        ladder(stage(1, *FLAT), stage(4, *FLAT), stage(10, *SLOW), after=stage(1, *FLAT)),
        "fail",
        "",
    ),
    "broke early": (ladder(stage(1, *FLAT[:3]), end=End.BROKE), "unknown", "too-few"),
}


@pytest.mark.parametrize(("given", "outcome", "say"), CLIMBS.values(), ids=CLIMBS)
def test_climb(given: Ladder, outcome: str, say: str) -> None:
    found = next(f for f in read(Seen((given,))) if f.check == "climb")
    assert (found.outcome, found.say) == (outcome, say)


BLOCKS = {
    (0, 5, 0): "fail", (1, 5, 1): "fail", (0, 0, 0): "pass", (1, 1, 1): "pass", (2, 5, 0): "unknown", (0, 5, 2): "unknown",
    (0, 4, 0): "unknown", (3, 3, 3): "unknown",
}  # fmt: skip


@pytest.mark.parametrize(("counts", "outcome"), BLOCKS.items())
def test_forged_sender(counts: tuple[int, int, int], outcome: str) -> None:
    found = next(f for f in read(Seen(blocks=Blocks("POST /chat", *counts, 15))) if f.check == "forged-sender")
    assert found.outcome == outcome
    cut_short = next(f for f in read(Seen(blocks=Blocks("POST /chat", *counts, 9))) if f.check == "forged-sender")
    assert cut_short.outcome is Outcome.UNKNOWN


HEADERS = {
    ("x-ratelimit-remaining", "17"): 17,
    ("RateLimit", "limit=100, remaining=50, reset=5"): 50,
    ("ratelimit", '"default";r=12;t=30'): 12,
    ("ratelimit-remaining", "0"): 0,
    ("ratelimit-remaining", "many"): -1,
    ("x-other", "5"): -1,
}


@pytest.mark.parametrize(("header", "left"), HEADERS.items())
def test_counters(header: tuple[str, str], left: int) -> None:
    assert remaining(Reply(200, (header,))) == left


WAITS = {"7": 7.0, "Mon, 01 Jan 2001 00:00:00 GMT": 0.0, "soon": None, "": None}


@pytest.mark.parametrize(("text", "seconds"), WAITS.items())
def test_retry_after(text: str, seconds: float | None) -> None:
    given = Reply(429, (("retry-after", text),), address="127.0.0.1")
    assert patience.told(given) == seconds
    assert patience.bounded(given) <= 5.0
    assert patience.bounded(replace(given, address="192.0.2.1", headers=(("retry-after", "900"),))) == 60.0
