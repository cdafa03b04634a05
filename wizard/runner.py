"""Runs probes and tells what happens as it happens. A probe that breaks is our bug: it becomes `unknown` and the rest goes on."""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from wizard.model import Observation, Reason, Unobserved
from wizard.net import Net
from wizard.probe import Probe, Target, earlier, progress, stop


@dataclass(frozen=True, slots=True)
class Began:
    """A probe started to look."""

    probe: str
    item: str


@dataclass(frozen=True, slots=True)
class Said:
    """A progress line of a running probe: facts only, such as ``14/17``."""

    probe: str
    item: str
    line: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A probe came back, with what it saw or why it saw nothing."""

    probe: str
    item: str
    observation: Observation


Event = Began | Said | Ended
Log = Callable[[str], None]


def now() -> str:
    """The present moment in UTC, ISO 8601 with a Z, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def choose(probes: Sequence[Probe], items: Sequence[str] = (), *, quick: bool = False) -> tuple[Probe, ...]:
    """The probes of these items (all, if none is named), or only those of the look-only scan."""
    return tuple(p for p in probes if (not items or p.item in items) and (p.quick or not quick))


async def run(
    probes: Sequence[Probe],
    target: Target,
    net: Net,
    *,
    halt: threading.Event | None = None,
    log: Log = lambda _: None,
    before: Sequence[Observation] = (),
) -> AsyncIterator[Event]:
    """Run `probes`, lanes side by side, late ones last; yield events until all are through.

    Set `halt` to stop: what runs is cancelled, and every probe that did not come back is `unknown` (stopped). Closing the iterator
    cancels too. Errors of a probe go to `log` as a traceback, which the caller redacts. `before`: what the last run saw; a probe may go on from there.
    """
    halt = halt or threading.Event()
    earlier.set({one.probe: one.seen for one in before})
    for group in ([p for p in probes if not p.late], [p for p in probes if p.late]):
        if group:
            async for event in _together(_lanes(group), target, net, halt, log):
                yield event


def _lanes(probes: Sequence[Probe]) -> list[list[Probe]]:
    lanes: dict[str, list[Probe]] = {}
    for probe in probes:
        lanes.setdefault(probe.lane or f"alone:{probe.id}", []).append(probe)
    return list(lanes.values())


async def _together(
    lanes: list[list[Probe]], target: Target, net: Net, halt: threading.Event, log: Log
) -> AsyncIterator[Event]:
    queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def lane(probes: list[Probe]) -> None:
        for probe in probes:
            queue.put_nowait(Began(probe.id, probe.item))
            queue.put_nowait(Ended(probe.id, probe.item, await _look(probe, target, net, queue, halt, log)))

    async def all_lanes() -> None:
        try:
            await asyncio.gather(*(lane(probes) for probes in lanes))
        finally:
            queue.put_nowait(None)

    work = asyncio.create_task(all_lanes())
    try:
        while (event := await queue.get()) is not None:
            yield event
        await work
    finally:
        halt_was = halt.is_set()
        if not work.done():
            halt.set()  # blocking work in threads looks at it
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            if not halt_was:
                halt.clear()


async def _look(
    probe: Probe, target: Target, net: Net, queue: asyncio.Queue[Event | None], halt: threading.Event, log: Log
) -> Observation:
    """One probe's observation; never raises but for a cancellation from outside."""
    if halt.is_set():
        return Observation(probe.id, Unobserved("stopped"), now(), 0.0)
    loop = asyncio.get_running_loop()
    began = time.monotonic()

    def tell(line: str) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, Said(probe.id, probe.item, line[:200]))

    progress.set(tell)
    stop.set(halt)
    work = asyncio.ensure_future(probe.observe(target, net))
    watch = asyncio.create_task(_halted(halt))
    try:
        await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            await _given_up(work)
        seen = Unobserved("stopped") if work.cancelled() else work.result()
    except asyncio.CancelledError:
        work.cancel()
        raise
    except Exception:  # a probe that raises is our bug: told as unknown, the traceback goes to the debug log
        log(f"{probe.id}\n{traceback.format_exc()}")
        seen = Unobserved("internal-error", reason=Reason.INCONCLUSIVE)
    finally:
        watch.cancel()
    return Observation(probe.id, seen, now(), round(time.monotonic() - began, 3))


async def _given_up(work: asyncio.Future[object]) -> None:
    """A second for the probe to come back with what it has; then it is cancelled."""
    await asyncio.wait({work}, timeout=1.0)
    if not work.done():
        work.cancel()
        await asyncio.wait({work}, timeout=1.0)


async def _halted(halt: threading.Event) -> None:
    while not halt.is_set():  # noqa: ASYNC110  threads of probes look at it too, so it is no asyncio event
        await asyncio.sleep(0.05)
