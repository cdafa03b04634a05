"""The runner: lanes, lateness, progress, a probe that breaks, a stop."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any, cast

import pytest

from wizard.model import Consent, Finding, Unobserved
from wizard.net import Net
from wizard.probe import Probe, Target, progress, stop
from wizard.runner import Began, Ended, Event, Said, choose, run


@dataclass(frozen=True, slots=True)
class Seen:
    name: str = ""


def probe(name: str, *, lane: str = "", late: bool = False, quick: bool = False, does: Any = None) -> Probe:
    async def observe(target: Target, net: Net) -> Seen | Unobserved:
        return (await does()) if does else Seen(name)

    def read(seen: Seen) -> tuple[Finding, ...]:
        return ()

    return Probe(name, name, Consent.LOOK, Seen, observe, read, (f"{name}.x",), late=late, quick=quick, lane=lane)


async def events(*probes: Probe, halt: threading.Event | None = None, log: Any = None) -> list[Event]:
    found = run(probes, Target(), cast(Net, None), halt=halt, log=log or (lambda _: None))
    return [event async for event in found]


def seen_by(found: list[Event]) -> dict[str, Any]:
    return {e.probe: e.observation.seen for e in found if isinstance(e, Ended)}


async def test_every_probe_begins_and_ends() -> None:
    found = await events(probe("a"), probe("b"))
    assert seen_by(found) == {"a": Seen("a"), "b": Seen("b")}
    assert {e.probe for e in found if isinstance(e, Began)} == {"a", "b"}


async def test_one_lane_is_one_after_the_other_and_late_is_last() -> None:
    running: list[str] = []

    def busy(name: str) -> Any:
        async def does() -> Seen:
            assert not running
            running.append(name)
            await asyncio.sleep(0.01)
            running.remove(name)
            return Seen(name)

        return does

    found = await events(probe("late", late=True), *(probe(n, lane="api", does=busy(n)) for n in ("a", "b", "c")))
    order = [e.probe for e in found if isinstance(e, Ended)]
    assert order == ["a", "b", "c", "late"]


async def test_lanes_run_side_by_side() -> None:
    met = asyncio.Barrier(2)

    async def does() -> Seen:
        async with asyncio.timeout(5):
            await met.wait()
        return Seen("met")

    found = await events(probe("a", lane="x", does=does), probe("b", lane="y", does=does))
    assert set(seen_by(found).values()) == {Seen("met")}


async def test_a_probe_that_breaks_is_unknown_and_the_rest_goes_on() -> None:
    async def does() -> Seen:
        raise ZeroDivisionError("inside")

    logged: list[str] = []
    found = await events(probe("bad", lane="x", does=does), probe("good", lane="x"), log=logged.append)
    assert seen_by(found)["bad"].say == "internal-error"
    assert seen_by(found)["good"] == Seen("good")
    assert "ZeroDivisionError" in logged[0]


async def test_progress_from_a_thread_is_told() -> None:
    async def does() -> Seen:
        await asyncio.to_thread(lambda: progress.get()("3/7"))
        return Seen("x")

    found = await events(probe("a", does=does))
    assert [e.line for e in found if isinstance(e, Said)] == ["3/7"]


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_stop_ends_what_runs_and_leaves_the_rest_unlooked(stubborn: bool) -> None:
    halt = threading.Event()

    async def does() -> Seen | Unobserved:
        halt.set()
        looked_at = stop.get()
        assert looked_at is halt
        while stubborn or not looked_at.is_set():
            await asyncio.sleep(0.01)
        return Seen("half")

    async with asyncio.timeout(10):
        found = await events(probe("a", lane="x", does=does), probe("b", lane="x"), halt=halt)
    assert seen_by(found)["a"] == (Unobserved("stopped") if stubborn else Seen("half"))
    assert seen_by(found)["b"] == Unobserved("stopped")


async def test_walking_away_cancels_the_probes() -> None:
    ended = asyncio.Event()

    async def does() -> Seen:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return Seen("x")

    found = run([probe("a", does=does)], Target(), cast(Net, None))
    assert isinstance(await anext(found), Began)
    await found.aclose()
    async with asyncio.timeout(5):
        await ended.wait()


def test_choosing() -> None:
    every = (probe("a", quick=True), probe("b"), probe("c", quick=True))
    assert [p.id for p in choose(every)] == ["a", "b", "c"]
    assert [p.id for p in choose(every, ["b", "c"])] == ["b", "c"]
    assert [p.id for p in choose(every, quick=True)] == ["a", "c"]
