"""What a run may have left: a product that stores and then refuses, crashes, falls silent or hangs up is named all the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from wizard.demo.parts.http import Answer, Hang, Raw, Request, reply, serve
from wizard.intake import routes as intake
from wizard.model import Consent, Finding
from wizard.net import Access, Call, Fault, Net, Secret, Sent, open_net
from wizard.probe import Probe, Target
from wizard.probes.api.auth_routes import BROKEN
from wizard.probes.api.input import PROBE as INPUT
from wizard.profile import load
from wizard.report.aftercare import aftercare
from wizard.session import Session
from wizard.session.core import fresh
from wizard.session.left import left_behind
from wizard.session.runs import Running

RUN = "4f2ac0ffee114f2a"
ROUTES = tuple(
    route for text in ("POST /orders", "POST /orders/{id}/notes", "GET /ask") if (route := intake.parse(text))
)


class Shop:
    """Stores whatever it is sent, then answers as it was told to."""

    def __init__(self, answer: Answer) -> None:
        self.stored: list[bytes] = []
        self.answer = answer

    async def __call__(self, request: Request) -> Answer:
        if request.method != "GET":
            self.stored.append(request.body)
        return self.answer


def door(port: int) -> Access:
    return Access(
        run_id=RUN,
        hosts=frozenset({f"127.0.0.1:{port}"}),
        touch=True,
        push=True,
        by="T",
        accounts={"a": {"Authorization": Secret("Bearer aaa")}},
    )


async def sent(net: Net, url: str, body: bytes = b'{"text":"LR test 4f2ac0ffee114f2a"}', actor: str = "a") -> None:
    await net.send(Call("POST", url, actor, body=body, consent=Consent.PUSH, timeout=0.3))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (reply({"id": 1}, 201), "1 sent, 1 taken"),
        (reply({"detail": "Not Found"}, 404), "1 sent, 1 refused"),
        (reply({}, 500), "1 sent, 1 broke"),
        (reply({}, 303, (("location", "/done"),)), "1 sent, 1 moved"),
        (Raw(b""), "1 sent, 1 unanswered"),
        (Hang(), "1 sent, 1 unanswered"),
    ],
)
async def test_whatever_came_back_a_write_that_went_out_is_named(answer: Answer, word: str) -> None:
    shop = Shop(answer)
    async with serve(shop) as web, open_net(door(web.port)) as net:
        await sent(net, f"{web.url}/orders/7/notes")
        lines = left_behind(net.log(), Target(base_url=web.url, routes=ROUTES, run_id=RUN))
    assert len(shop.stored) == 1
    assert lines == (f"POST /orders/{{id}}/notes as a: {word}: LR test {RUN}",)
    row = aftercare(lines)["left"][0]
    assert isinstance(row, dict)
    assert ("may have been stored" in row["what"]) == ("taken" not in word)


async def test_one_line_for_each_route_with_who_sent_and_how_many() -> None:
    async with serve(Shop(reply({}, 404))) as web, open_net(door(web.port)) as net:
        for at in range(12):
            await sent(net, f"{web.url}/orders/{at}/notes", actor="a" if at % 2 else "forged:random:a")
        await sent(net, f"{web.url}/orders/1/notes", actor="nobody")
        lines = left_behind(net.log(), Target(base_url=web.url, routes=ROUTES, run_id=RUN))
    assert lines == (f"POST /orders/{{id}}/notes as a nobody: 13 sent, 13 refused: LR test {RUN}",)


async def test_what_was_never_sent_or_only_asks_is_not_named() -> None:
    async with serve(Shop(reply({}, 404))) as web, open_net(door(web.port)) as net:
        await net.send(Call("POST", "http://elsewhere.test/x", "a", consent=Consent.PUSH))
        await net.send(Call("POST", f"{web.url}/graphql", "a", consent=Consent.TOUCH, reads=True))
        await net.send(Call("GET", f"{web.url}/orders", "a", consent=Consent.TOUCH))
        assert left_behind(net.log(), Target(base_url=web.url, run_id=RUN)) == ()
        await net.send(Call("GET", f"{web.url}/ask?q=LR%20test%20{RUN}", "a", consent=Consent.TOUCH))
        lines = left_behind(net.log(), Target(base_url=web.url, routes=ROUTES, run_id=RUN))
    assert lines == (f"GET /ask as a: 1 sent, 1 refused: LR test {RUN}",)


async def test_a_write_that_was_under_way_when_the_run_was_stopped_is_named() -> None:
    shop = Shop(Hang())
    async with serve(shop) as web, open_net(door(web.port)) as net:
        under_way = asyncio.create_task(
            net.send(Call("POST", f"{web.url}/orders", "a", body=b"{}", consent=Consent.PUSH))
        )
        while not shop.stored:
            await asyncio.sleep(0.005)
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)
        lines = left_behind(net.log(), Target(base_url=web.url, routes=ROUTES, run_id=RUN))
    assert lines[0].startswith("POST /orders as a: 1 sent, 1 unanswered: 20")


def line(route: str, status: int, body: bytes = BROKEN) -> Sent:
    method, _, path = route.partition(" ")
    return Sent(1.0, method, f"http://127.0.0.1{path}", "nobody", Consent.TOUCH, status=status, body=len(body))


@pytest.mark.parametrize(
    ("status", "body", "own_row"),
    [(401, BROKEN, False), (422, b"{}", False), (404, b"{}", True), (500, BROKEN, True), (401, b'{"a":"bcdef"}', True)],
)
def test_empty_requests_that_were_surely_refused_are_named_in_one_line(status: int, body: bytes, own_row: bool) -> None:
    lines = left_behind(
        (line("POST /a", status, body), line("POST /b", status, body)), Target(base_url="http://127.0.0.1")
    )
    found = aftercare(lines)
    assert [row["where"] for row in found["left"] if isinstance(row, dict)] == (
        ["POST /a", "POST /b"] if own_row else []
    )
    assert any("POST /a, POST /b" in str(one) for one in found["lines"]) != own_row
    assert len(lines) == (2 if own_row else 1)


def test_what_a_probe_tells_and_what_the_door_counted_is_one_row() -> None:
    found = aftercare(
        (
            "POST /logout as a",
            "POST /chat as a: 2 texts: LR test 77",
            "POST /chat as b nobody: 4 sent, 3 taken, 1 refused: LR test 77, 4f2ac0ff",
            "POST /logout as a: 1 sent, 1 taken: 2026-11-25 06.53 UTC",
        )
    )
    assert found["lines"] == []
    assert [(row["where"], row["who"], row["mark"]) for row in found["left"] if isinstance(row, dict)] == [
        ("POST /logout", "Client A", "2026-11-25 06.53 UTC"),
        ("POST /chat", "Client A, Client B, A stranger", "LR test 77, 4f2ac0ff"),
    ]


def test_a_connection_that_was_never_made_leaves_nothing() -> None:
    one = Sent(1.0, "POST", "http://127.0.0.1/a", "a", Consent.PUSH, fault=Fault.REFUSED)
    assert left_behind((one,), Target(base_url="http://127.0.0.1")) == ()


PROFILE = """schema = 1
[business]
name = "Brightside"
assessor = "Ada Osei"
[consent]
by = "Ada Osei"
touch = true
push = true
[api]
base_url = "{url}"
routes = ["POST /orders"]
[accounts.a]
headers = {{ Authorization = "env:A" }}
marker = "amber4821 otter7730"
[chat]
request = "POST /orders"
body = '{{"text": "{{{{message}}}}"}}'
"""


async def test_an_app_that_stores_an_order_and_answers_404_is_named_with_the_word_to_look_for(tmp_path: Path) -> None:
    shop = Shop(reply({"detail": "Not Found"}, 404))
    async with serve(shop) as web:
        session = _session(tmp_path, web.url, INPUT)
        await _whole(session)
        first = session.assessment.aftercare
        await _whole(session)
    assert any(b"LR test " in body for body in shop.stored)
    told = [one for one in first if one.startswith("POST /orders as a: ")]
    assert len(told) == 1
    assert "refused: LR test " in told[0]
    kept = session.assessment.aftercare
    assert set(first) < set(kept)  # what the first run left is there still
    rows = aftercare(kept)["left"]
    assert len(rows) == 1
    assert isinstance(rows[0], dict)
    assert rows[0]["mark"].count("LR test ") == 2


@dataclass(frozen=True, slots=True)
class Nothing:
    """Never returned."""


async def _writes_and_falls(target: Target, net: Net) -> Nothing:
    await sent(net, f"{target.base_url}/orders", f"LR test {target.run_id}".encode())
    raise RuntimeError("a bug of ours")


def _reads(_seen: Nothing) -> tuple[Finding, ...]:
    return ()


async def test_what_a_probe_sent_before_it_fell_is_named(tmp_path: Path) -> None:
    falls = Probe("falls", "input-validation", Consent.TOUCH, Nothing, _writes_and_falls, _reads, ())
    async with serve(Shop(reply({}, 500))) as web:
        session = _session(tmp_path, web.url, falls)
        await _whole(session)
    assert [one.partition(": LR test ")[0] for one in session.assessment.aftercare] == [
        "POST /orders as a: 1 sent, 1 broke"
    ]


def _session(folder: Path, url: str, probe: Probe) -> Session:
    path = folder / "profile.toml"
    path.write_text(PROFILE.format(url=url))
    profile = load(path, {"A": "Bearer aaa"})
    return Session(fresh(profile), profile=profile, probes=(probe,))


async def _whole(session: Session) -> None:
    async for _event in Running(session).events():
        pass
