"""A host that stops answering: a few seconds to come back, a bounded number of times, and never a hang."""

from __future__ import annotations

import threading
from contextlib import AsyncExitStack

import pytest

from tests.net.test_consent import TOUCH, Hurry, access, ok
from wizard.demo.parts.http import Hang, Request, serve
from wizard.net import Call, Fault
from wizard.net.door import Door
from wizard.net.outages import Outages
from wizard.net.types import Reply

REFUSED, RESET = Reply(fault=Fault.REFUSED), Reply(fault=Fault.RESET)


async def test_two_silences_take_a_host_down_and_an_answer_in_between_does_not():
    def handler(request: Request):
        return ok(request) if request.path == "/ok" else Hang()

    clock = Hurry()
    async with serve(handler) as web, Door(access(web.port), clock) as net:
        faults = [
            (await net.send(Call("GET", f"{web.url}/{path}", timeout=0.2))).fault
            for path in ("a", "ok", "b", "c", "d", "e", "f", "ok?2")
        ]
    silent = [Fault.TIMEOUT] * 2
    assert faults == [Fault.TIMEOUT, Fault.NONE, *silent, *silent, Fault.DOWN, Fault.DOWN]
    assert round(sum(clock.waits), 3) == 7.0
    assert len(web.log) == 6


async def test_a_host_that_never_answered_is_not_waited_for():
    clock = Hurry()
    async with serve(lambda request: Hang()) as web, Door(access(web.port), clock) as net:
        faults = [(await net.send(Call("GET", f"{web.url}/{at}", timeout=0.2))).fault for at in range(3)]
    async with Door(access(web.port), clock) as net:
        faults.append((await net.send(Call("GET", web.url))).fault)
    assert faults == [Fault.TIMEOUT, Fault.TIMEOUT, Fault.DOWN, Fault.REFUSED]
    assert clock.waits == []


async def test_a_host_that_was_silent_and_is_back_is_asked_again():
    hangs = [False, True, True, False]
    clock = Hurry()
    handler = lambda request: Hang() if hangs.pop(0) else ok(request)  # noqa: E731
    async with serve(handler) as web, Door(access(web.port), clock) as net:
        faults = [(await net.send(Call("GET", f"{web.url}/{at}", timeout=0.2))).fault for at in range(4)]
    assert faults == [Fault.NONE, Fault.TIMEOUT, Fault.TIMEOUT, Fault.NONE]
    assert round(sum(clock.waits), 3) == 2.0


class Restarts(Hurry):
    """While it waits, a server comes up on the port."""

    def __init__(self, port: int, after: float) -> None:
        super().__init__()
        self.port, self.after, self.stack = port, after, AsyncExitStack()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.time >= self.after:
            self.after = float("inf")
            await self.stack.enter_async_context(serve(ok, port=self.port))


@pytest.mark.parametrize(
    ("after", "wanted", "refused"),
    [(1.0, Fault.NONE, 1), (6.0, Fault.NONE, 2), (30.0, Fault.REFUSED, 3)],
    ids=["back in a second", "back in six", "not back"],
)
async def test_a_host_that_crashed_gets_a_few_seconds_to_come_back(after: float, wanted: Fault, refused: int):
    async with AsyncExitStack() as run:
        first = AsyncExitStack()
        web = await first.enter_async_context(serve(ok))
        clock = Restarts(web.port, after)
        run.push_async_callback(clock.stack.aclose)
        net = await run.enter_async_context(Door(access(web.port, touch=True), clock))
        assert (await net.send(Call("GET", web.url))).fault is Fault.NONE
        await first.aclose()
        one = Call("POST", f"{web.url}/write", "a", body=b"{}", consent=TOUCH)
        assert [(await net.send(one)).fault for _ in range(2)] == [wanted, wanted]
        assert clock.time <= 7.0
        faults = [sent.fault for sent in net.log() if sent.method == "POST"]
        assert faults == [*[Fault.REFUSED] * refused, *([wanted] if wanted is Fault.NONE else []), wanted]


async def test_the_waiting_of_a_run_is_bounded():
    """It crashes before every request, and each time comes back: a run waits three times, no more."""
    async with AsyncExitStack() as run:
        first = AsyncExitStack()
        web = await first.enter_async_context(serve(ok))
        clock = Restarts(web.port, float("inf"))
        net = await run.enter_async_context(Door(access(web.port), clock))
        await net.send(Call("GET", web.url))
        await first.aclose()
        waited = []
        for at in range(5):
            clock.after = begun = clock.time
            reply = await net.send(Call("GET", f"{web.url}/{at}"))
            waited.append((reply.fault, clock.time > begun))
            await clock.stack.aclose()
        assert waited == [*[(Fault.NONE, True)] * 3, *[(Fault.REFUSED, False)] * 2]


async def test_a_person_who_stops_does_not_wait():
    stop = threading.Event()

    class Stops(Hurry):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            stop.set()

    async with AsyncExitStack() as run:
        first = AsyncExitStack()
        web = await first.enter_async_context(serve(ok))
        clock = Stops()
        net = await run.enter_async_context(Door(access(web.port, stop=stop), clock))
        await net.send(Call("GET", web.url))
        await first.aclose()
        assert (await net.send(Call("GET", f"{web.url}/2"))).fault is Fault.REFUSED
        assert clock.time <= 0.5


async def test_tries_to_find_it_back_count_against_the_budget():
    async with AsyncExitStack() as run:
        first = AsyncExitStack()
        web = await first.enter_async_context(serve(ok))
        net = await run.enter_async_context(Door(access(web.port, touch=True, max_requests=3), Hurry()))
        one = Call("GET", web.url, "a", consent=TOUCH)
        assert (await net.send(one)).fault is Fault.NONE
        await first.aclose()
        assert (await net.send(one)).fault is Fault.BUDGET
        assert net.spent().touch == 3


async def test_a_host_that_falls_again_as_soon_as_it_is_back_is_waited_for_again():
    """It hangs up on the first request after each start, as one that a request of ours brings down does."""
    clock = Hurry()
    outages, place = Outages(clock, lambda: False), ("127.0.0.1", 1, "")
    outages.note(place, Reply(200))
    waits = []
    for _ in range(4):
        waits.append((await outages.again(place, REFUSED), await outages.again(place, REFUSED)))
        outages.note(place, RESET)
    assert waits == [(True, True)] * 3 + [(False, False)]
    assert round(clock.time) == 21
