"""Counts, caps, pace and the log of a run. The door counts; the probes cannot."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace

from wizard.model import Consent
from wizard.net.pace import (
    LADDER_MOST,
    LADDER_PER_SECOND,
    LADDER_WIDTH,
    LOOK_MOST,
    LOOK_PER_SECOND,
    LOOK_WIDTH,
    PUSH_PER_SECOND,
    PUSH_WIDTH,
    Clock,
    Lane,
)
from wizard.net.types import Access, Spent


class Budget:
    """What was spent, and whether there is room for one more."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._most = access.max_requests
        self._paced_everywhere = access.requests_per_second is not None
        rate = PUSH_PER_SECOND if access.requests_per_second is None else access.requests_per_second
        self._look = Lane(clock, LOOK_PER_SECOND, LOOK_WIDTH)
        self._push = Lane(clock, rate, PUSH_WIDTH)
        self._ladder = Lane(clock, LADDER_PER_SECOND, LADDER_WIDTH)
        self.spent = Spent()

    def room(self, consent: Consent, *, ladder: bool = False) -> bool:
        """Whether one more request of this class fits its cap."""
        if ladder:
            return self.spent.ladder < LADDER_MOST
        if consent is Consent.LOOK:
            return self.spent.look < LOOK_MOST
        return self.spent.touch + self.spent.push < self._most

    def lane(self, consent: Consent, *, ladder: bool, loopback: bool) -> AbstractAsyncContextManager[None]:
        """The turn to wait for. Loopback is not paced unless the profile sets a rate; the ladder keeps its pace there too."""
        if ladder:
            return self._ladder.turn()
        if consent is Consent.LOOK:
            return nullcontext() if loopback else self._look.turn()
        return nullcontext() if loopback and not self._paced_everywhere else self._push.turn()

    def count(self, consent: Consent, *, ladder: bool) -> None:
        """One request leaves."""
        name = "ladder" if ladder else consent.value
        self.spent = replace(self.spent, **{name: getattr(self.spent, name) + 1})
