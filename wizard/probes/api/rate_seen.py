"""What the rate ladder keeps: how many were served at which width, how long each took, and how it ended. Plain data."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from enum import StrEnum

from wizard.probes.api.evidence import Exchange

MOST = 70
RATIO, MORE_MS, ENOUGH = 2.0, 300.0, 10


class End(StrEnum):
    """Why a ladder ended: a limit showed, the last rung was served, or it had to be left."""

    THROTTLED = "throttled"
    BLOCKED = "blocked"
    DONE = "done"
    SHORT = "short"  # all of its share was served, and that is fewer than a fail takes
    NO_CONTROL = "no-control"
    BROKE = "broke"
    SILENT = "silent"
    SLOW = "slow"
    OTHER_USER = "other-user"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Stage:
    """Requests with the same number in flight. `times`: milliseconds of those that were served, in order of their end."""

    width: int
    sent: int
    times: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """The median time, 0 for none."""
        return statistics.median(self.times) if self.times else 0.0

    @property
    def scattered(self) -> bool:
        """Whether the upper quartile is more than three times the lower one: then a climb may be chance."""
        if len(self.times) < 4:
            return False
        low, _middle, high = statistics.quantiles(self.times, n=4)
        return high > 3 * low

    @property
    def line(self) -> str:
        """One line of raw fact."""
        return f"{self.width} in flight: {len(self.times)} of {self.sent} served, median {self.median:.0f} ms"


@dataclass(frozen=True, slots=True)
class Ladder:
    """One route's ladder.

    `cheap`: with a body that is turned away, so that nobody pays for a model. `after`: five more, one at a time, where it had become slow. `counter`: what the headers said was left, at the first and at the last answer (-1: they did not say). `retry`: seconds (-1: not told).
    `read`: the route read the body for what it is; else a limit that counts real tries alone would not show. `by`: how that is known.
    """

    name: str
    route: str
    cheap: bool
    end: End
    seconds: float
    stages: tuple[Stage, ...] = ()
    after: Stage | None = None
    first: Exchange | None = None
    last: Exchange | None = None
    counter: tuple[int, int] = (-1, -1)
    retry: float = -1.0
    read: bool = True
    by: str = ""

    @property
    def served(self) -> int:
        """How many were served."""
        return sum(len(stage.times) for stage in self.stages)

    @property
    def limited(self) -> bool:
        """Whether a limit showed after at least one was served."""
        return self.end in {End.THROTTLED, End.BLOCKED} and self.served > 0

    @property
    def climbed(self) -> bool:
        """Whether the last stage with enough answers is at least twice as slow as the first, and by 300 ms."""
        late = [stage for stage in self.stages[1:] if len(stage.times) >= ENOUGH]
        return bool(late) and slower(late[-1], self.stages[0])

    @property
    def stays_slow(self) -> bool:
        """Whether one request at a time is slow as well now: somebody slows this client down on purpose, and it is no overload."""
        return self.after is not None and bool(self.stages) and slower(self.after, self.stages[0])

    @property
    def line(self) -> str:
        """Raw facts, a line for each stage."""
        kind = "body that is turned away" if self.cheap else "good body"
        head = f"{self.route}, {kind}: {self.served} served in {self.seconds:.1f} s, then {self.end}"
        left = f"; left by the headers: {self.counter[0]} to {self.counter[1]}" if self.counter[0] >= 0 else ""
        more = f"; retry-after {self.retry:.0f} s" if self.retry >= 0 else ""
        more += f"; the body was {'' if self.read else 'not '}read, by: {self.by}" if self.by else ""
        rows = [stage.line for stage in (*self.stages, *((self.after,) if self.after else ()))]
        ends = [one.line for one in (self.first, self.last) if one]
        return "\n".join([head + left + more, *rows, *ends])


def slower(late: Stage, early: Stage) -> bool:
    """Twice the median and 300 ms more."""
    return bool(early.times and late.times) and (
        late.median >= RATIO * early.median and late.median - early.median >= MORE_MS
    )


@dataclass(frozen=True, slots=True)
class Blocks:
    """How many of five were served while the limit held: plain, with forged sender headers, plain again."""

    route: str
    plain: int = 0
    forged: int = 0
    again: int = 0
    sent: int = 0

    @property
    def line(self) -> str:
        """One line of raw fact."""
        return f"{self.route} while limited: plain {self.plain} of 5, forged sender {self.forged} of 5, plain {self.again} of 5 served"


@dataclass(frozen=True, slots=True)
class Seen:
    """All ladders in the order in which they were climbed. `absent`: names of routes that nobody named; `left`: the cap had no room for these."""

    ladders: tuple[Ladder, ...] = ()
    absent: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    blocks: Blocks | None = None
    other: Exchange | None = None
    recovery: Exchange | None = None
    waited: float = 0.0
    price: float | None = None
    refused: str = ""
    aftercare: tuple[str, ...] = ()
