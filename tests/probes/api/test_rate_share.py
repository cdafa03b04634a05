"""The ladder's 150 among five routes: what a fail takes goes to chat and login first, and nobody is passed over without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.probes.api.rig import Setup, access_of, target_of, words_of
from tests.probes.api.test_rate import BODY, NEVER, Fast, Product, forwarded
from wizard.demo.parts.http import Answer, Request, Response, reply, serve
from wizard.model import Finding, Reason
from wizard.net.door import Door
from wizard.probe import Chat
from wizard.probes.api import patience
from wizard.probes.api.rate import PROBE
from wizard.probes.api.rate_read import read
from wizard.probes.api.rate_routes import NAMES
from wizard.probes.api.rate_seen import Ladder, Seen
from wizard.probes.api.rate_share import CAP, MOST, share

REST = ("login", "reset", "upload", "webhook")
SHARES = [
    ("chat alone, cheap", ("chat", (), 150, True), (70, 0)),
    ("chat before login, cheap", ("chat", REST, 150, True), (10, 70)),
    ("chat before uploads, cheap", ("chat", ("upload", "webhook"), 150, True), (20, 60)),
    ("chat before login, real", ("chat", REST, 140, False), (70, 70)),
    ("login after a chat without a limit", ("login", REST[1:], 70, False), (70, 0)),
    ("login after a chat with one", ("login", REST[1:], 113, False), (70, 30)),
    ("reset with too little for a fail", ("reset", REST[2:], 43, False), (23, 20)),
    ("reset with enough", ("reset", REST[2:], 107, False), (70, 20)),
    ("the last one takes what there is", ("webhook", (), 20, False), (20, 0)),
    ("nothing left", ("webhook", (), 3, False), (3, 0)),
]


@pytest.mark.parametrize(("name", "given", "wanted"), SHARES, ids=[row[0] for row in SHARES])
def test_share(name: str, given: tuple[str, tuple[str, ...], int, bool], wanted: tuple[int, int]) -> None:
    found = share(given[0], given[1], given[2], cheap=given[3])
    assert (found.most, found.kept) == wanted


@pytest.mark.parametrize("left", range(0, CAP + 1, 7))
@pytest.mark.parametrize("at", range(len(NAMES)))
def test_no_share_is_more_than_there_is(left: int, at: int) -> None:
    for cheap in (False, True):
        found = share(NAMES[at], NAMES[at + 1 :], left, cheap=cheap)
        assert 0 <= found.most <= MOST
        assert found.kept >= 0
        assert found.most + found.kept <= left or found.most == 0


class Shop:
    """All five routes, each with its own limit."""

    def __init__(self, most: Mapping[str, int]) -> None:
        self.clock = Fast()
        self.limits = {f"/{name}": Product(most.get(name, NEVER), clock=self.clock) for name in NAMES}
        self.limits["/chat"].key = forwarded

    def __call__(self, request: Request) -> Answer:
        if request.path not in self.limits:
            return reply({"detail": "not found"}, 404)
        stop = self.limits[request.path]._limited(request)
        if stop is not None:
            return stop
        if request.path == "/chat":
            return reply({"reply": "Good."} if b"LR test" in request.body else {"error": "message"}, 200)
        return reply({"error": "invalid credentials"}, 401) if request.path == "/login" else Response(202)


async def climbed(most: Mapping[str, int], named: tuple[str, ...] = REST) -> tuple[dict[str, Finding], Seen, int]:
    """The findings by check, what was seen, and what the ladder spent."""
    shop = Shop(most)
    async with serve(shop) as web:
        setup = Setup(chat=Chat(request="POST /chat", body=BODY), push=True)
        paths = {name: f"POST /{name}" for name in named}
        target = replace(
            target_of(setup, web.url),
            login=paths.get("login", ""),
            reset=paths.get("reset", ""),
            upload=paths.get("upload", ""),
            webhook_route=paths.get("webhook", ""),
        )
        token = patience.sleep.set(shop.clock.sleep)
        try:
            async with Door(access_of(setup, web), shop.clock) as net:
                seen = await PROBE.observe(target, net)
                spent = net.spent().ladder
        finally:
            patience.sleep.reset(token)
    assert isinstance(seen, Seen)
    assert spent <= CAP
    findings = read(seen)
    words_of(findings)
    return {finding.check: finding for finding in findings}, seen, spent


CLIMBS: dict[str, tuple[dict[str, int], tuple[str, ...], dict[str, str]]] = {
    "nobody says stop": (
        {},
        REST,
        {"chat": "fail", "login": "fail", "reset": "left", "upload": "left", "webhook": "left"},
    ),
    "chat and login without a limit, nothing else named": ({}, ("login",), {"chat": "fail", "login": "fail"}),
    "chat without a limit, uploads named": ({}, ("upload",), {"chat": "fail", "upload": "review"}),
    "chat without a limit, reset named": ({}, ("reset",), {"chat": "fail", "reset": "fail"}),
    "all have one": (
        {"chat": 20, "login": 5, "reset": 5, "upload": 10, "webhook": 20},
        REST,
        dict.fromkeys(NAMES, "pass"),
    ),
    "chat alone has one": (
        {"chat": 20},
        REST,
        {"chat": "pass", "login": "fail", "reset": "short", "upload": "short", "webhook": "short"},
    ),
    "chat and login have one": (
        {"chat": 20, "login": 5},
        REST,
        {"chat": "pass", "login": "pass", "reset": "fail", "upload": "short", "webhook": "short"},
    ),
    "a strict one on uploads is seen in the last few": (
        {"chat": 20, "upload": 6},
        REST,
        {"chat": "pass", "login": "fail", "upload": "pass"},
    ),
}


@pytest.mark.parametrize("name", CLIMBS)
async def test_every_named_route_gets_its_share(name: str) -> None:
    most, named, wanted = CLIMBS[name]
    found, seen, spent = await climbed(most, named)
    told = {check: found[check].say or str(found[check].outcome) for check in wanted}
    assert told == wanted, (spent, [ladder.line for ladder in seen.ladders])


async def test_a_late_limit_leaves_login_its_seventy_and_made_up_senders_wait_for_the_next_limit() -> None:
    found, seen, _ = await climbed({"chat": 75, "login": 5}, ("login",))
    assert [(one.name, one.served) for one in seen.ladders] == [("chat", 10), ("chat", 65), ("login", 4)]
    assert seen.blocks is not None
    assert seen.blocks.route == "POST /login"
    assert found["forged-sender"].say in {"", "unknown"}


async def test_made_up_senders_that_were_never_tried_are_not_told_as_sound() -> None:
    found, seen, _ = await climbed({"chat": 75}, ("login",))
    assert seen.blocks is None
    assert (found["forged-sender"].say, found["forged-sender"].reason) == ("left", Reason.NOT_TESTED)
    assert str(found["login"].outcome) == "fail"


def test_an_older_record_reads_as_before() -> None:
    assert Ladder("login", "POST /login", True, "done", 7.0).line.endswith("0 served in 7.0 s, then done")  # type: ignore[arg-type]
