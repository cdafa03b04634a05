"""Climbs one ladder: ten one at a time, twenty with four in flight, forty with ten; stops at the first sign of a limit or of harm."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from wizard.net import Fault, Net, Reply
from wizard.probes.api import patience
from wizard.probes.api.evidence import Exchange, keep
from wizard.probes.api.faces import Around, Face, Kind, Marks, classify
from wizard.probes.api.rate_routes import Rung, fit_first
from wizard.probes.api.rate_seen import End, Ladder, Stage
from wizard.probes.api.rate_share import CAP, MOST, Share
from wizard.probes.chat import talk

STAGES = ((10, 1), (20, 4), (40, 10))
TOO_SLOW_MS = 10_000.0
_LEFT = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit")
_IN_LINE = re.compile(r"(?:\bremaining=|;\s{0,3}r=)\s{0,3}(\d{1,9})")


def stages(most: int) -> Iterator[tuple[int, int]]:
    """(count, in flight) of each rung, cut where `most` is reached."""
    for count, width in STAGES:
        if most > 0:
            yield min(count, most), width
        most -= count


@dataclass(slots=True)
class Climb:
    """One ladder being climbed. `mind` tells after each stage whether a second client is still served."""

    rung: Rung
    net: Net
    share: Share = Share(MOST, 0)  # noqa: RUF009  frozen
    end: End | None = None
    first: Exchange | None = None
    last: Exchange | None = None
    throttle: Reply | None = None
    counter: tuple[int, int] = (-1, -1)
    broken: int = 0
    stages: list[Stage] = field(default_factory=list)

    async def up(self, mind: Minder) -> Ladder:
        """Climb to the top or to the limit."""
        begun = time.monotonic()
        for count, width in stages(self.share.most):
            await self.stage(count, width)
            if self.end is None and self.stages[-1].median > TOO_SLOW_MS:
                self.end = End.SLOW
            if self.end is None and not await mind.still_served():
                self.end = End.OTHER_USER
            if self.end is not None:
                break
        left = self.counter[1]
        if self.end is None and self.counter[0] > left >= 0 and left + 5 <= self.room():
            await self.stage(left + 5, STAGES[-1][1])
            self.share = replace(self.share, most=MOST)  # a limit that the headers promise was followed to its end
        seconds = time.monotonic() - begun
        found = Ladder(
            self.rung.name,
            self.rung.route,
            self.rung.cheap,
            self._end(),
            round(seconds, 2),
            tuple(self.stages),
        )
        if self.end is None and found.climbed and self.room() >= 5:
            await self.stage(5, 1)
            found = replace(found, after=self.stages[-1], end=self._end())
        return self._told(found)

    def _told(self, found: Ladder) -> Ladder:
        told = patience.told(self.throttle) if self.throttle else None
        retry = -1.0 if told is None else told
        return replace(
            found,
            first=self.first,
            last=self.last,
            counter=self.counter,
            retry=retry,
            read=self.rung.read,
            by=self.rung.by,
        )

    def _end(self) -> End:
        return self.end or (End.DONE if self.share.most >= MOST else End.SHORT)

    def room(self) -> int:
        """How many more requests the ladder's own cap allows, with what is set aside for other routes."""
        return CAP - self.net.spent().ladder - self.share.kept

    async def stage(self, count: int, width: int) -> None:
        """So many requests, so many in flight; once the ladder has ended, those that still wait for their turn are not sent."""
        times: list[float] = []
        left = iter(range(count))
        sent = 0

        async def one_after_another() -> None:
            nonlocal sent
            for _ in left:
                if self.end is not None:
                    return
                reply, face = await send(self.rung, self.net)
                sent += 1
                if self.took(reply, face):
                    times.append(round(reply.t_total_ms, 1))

        at_work = {asyncio.ensure_future(one_after_another()) for _ in range(width)}
        try:
            while at_work and self.end is None:
                done, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in at_work:
                task.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)
        self.stages.append(Stage(width, sent, tuple(times)))

    def took(self, reply: Reply, face: Face) -> bool:
        """Note one answer; True when it was served."""
        exchange = keep(self.rung.name, self.rung.call.actor, self.rung.route, reply, face, self.net)
        early = self.first is None
        self.first = self.first or exchange
        self._count(reply)
        ended = self._ends(reply, face, early=early)
        if ended is not None and self.end is None:
            self.end, self.last = ended, exchange
            self.throttle = reply if ended in {End.THROTTLED, End.BLOCKED} else None
        return ended is None and face.kind not in {Kind.BREAKS, Kind.SILENT}

    def _ends(self, reply: Reply, face: Face, *, early: bool) -> End | None:
        if face.kind is Kind.THROTTLES:
            return End.THROTTLED
        if face.kind is Kind.BLOCKED:
            return End.BLOCKED
        if reply.fault in {Fault.BUDGET, Fault.CONSENT, Fault.HOST, Fault.STOPPED, Fault.UNFIT}:
            return End.BUDGET if reply.fault is Fault.BUDGET else End.NO_CONTROL
        if face.kind in {Kind.BREAKS, Kind.SILENT}:
            self.broken += 1
            if self.broken >= 2:
                return End.BROKE if face.kind is Kind.BREAKS else End.SILENT
            return None
        return End.NO_CONTROL if early and face.kind not in fit_first(self.rung) else None

    def _count(self, reply: Reply) -> None:
        left = remaining(reply)
        if left >= 0:
            first = self.counter[0] if self.counter[0] >= 0 else left
            self.counter = (first, left if self.counter[1] < 0 else min(left, self.counter[1]))


@dataclass(slots=True)
class Minder:
    """Watches that a second client is still served while the first one climbs. Without a working request of its own it watches nothing."""

    net: Net
    rung: Rung | None = None
    good: bool = False

    async def begin(self) -> None:
        """See whether the second client's own request works at all."""
        self.good = self.rung is not None and await self._served()

    async def still_served(self) -> bool:
        """Whether it still does."""
        return not self.good or await self._served()

    async def _served(self) -> bool:
        if self.rung is None:
            return True
        _reply, face = await send(self.rung, self.net)
        return face.kind is Kind.GIVES


async def send(rung: Rung, net: Net) -> tuple[Reply, Face]:
    """One rung's request and what its answer is."""
    reply = await net.send(replace(talk.renewed(rung.call, rung.stamps), why=f"rate-limits.{rung.name}"))
    return reply, classify(reply, Marks(), Around())


def remaining(reply: Reply) -> int:
    """How many requests the headers say are left (RateLimit header fields for HTTP, IETF draft, and the older X- names); -1 when they do not say."""
    for name in _LEFT:
        text = reply.header(name).strip()[:200]
        found = re.fullmatch(r"\d{1,9}", text) or _IN_LINE.search(text)
        if found:
            return int(found[found.lastindex or 0])
    return -1
