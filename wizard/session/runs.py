"""A run of the probes inside a session: opens the door, keeps each observation as it comes, closes with the count of requests."""

from __future__ import annotations

import secrets
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

from wizard import profile
from wizard.checklist import Checklist
from wizard.model import Consent, Run, Trouble
from wizard.net import Net, open_net
from wizard.runner import Began, Ended, Event, Said, choose, now, run
from wizard.session.core import Session
from wizard.session.left import left_behind
from wizard.session.outages import outages

__all__ = ["Began", "Ended", "Event", "Running", "Said"]


def _second() -> str:
    """The present second in UTC, as results tell it: ``2026-11-23T18:00:00Z``."""
    return now()[:19] + "Z"


class Running:
    """One run. Iterate over `events`; `halt` stops it within a second or two, and what came stays."""

    def __init__(
        self, session: Session, items: Sequence[str] = (), *, quick: bool = False, debug: Path | None = None
    ) -> None:
        if session.profile is None:
            raise Trouble("session.no-profile")
        self._session = session
        self._profile = session.profile
        self._debug = debug
        self._halt = threading.Event()
        self.unowned: frozenset[str] = frozenset()
        """Consented hosts whose owner nobody has shown yet; known once the run has begun."""
        self.probes = choose(session.probes, items, quick=quick)

    @property
    def checklist(self) -> Checklist:
        """The checklist whose items are looked at."""
        return self._session.checklist

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._halt.is_set()

    def halt(self) -> None:
        """Ask it to stop. Safe from any thread and from a signal handler."""
        self._halt.set()

    async def events(self) -> AsyncIterator[Event]:
        """Run; yield events. Each observation is kept (and on disk) before its event is yielded."""
        session = self._session
        # each run has its own id: the product's own logs can be searched for it
        run_id, started = secrets.token_hex(8), _second()
        target = replace(self._profile.target, run_id=run_id)
        answers = session.answers()
        target = replace(target, answers={**target.answers, **answers})
        seen_before = session.assessment.evidence.observations
        async with open_net(replace(self._profile.access, run_id=run_id, stop=self._halt)) as net:
            self.unowned = self._unowned(net)

            def log(text: str) -> None:
                self._write(net.reveals(text))

            try:
                target, notices = await profile.described(target, net)
                for notice in notices:
                    log(str(notice))
                told = 0
                async for event in run(self.probes, target, net, halt=self._halt, log=log, before=seen_before):
                    if isinstance(event, Ended):
                        session.add(event.observation)
                        for line in outages(net.log(), ended=False)[told:]:
                            told += 1
                            yield Said(event.probe, event.item, line)
                    yield event
            finally:
                for sent in net.log() if self._debug else ():
                    log(str(sent))
                seen = [o.seen for o in session.assessment.evidence.observations]
                after = (line for s in seen for line in getattr(s, "aftercare", ()))
                # what an earlier run left stands in the product still: nobody told us that it was taken away
                lines = (
                    *session.assessment.aftercare,
                    *after,
                    *left_behind(net.log(), target),
                    *outages(net.log()),
                )
                session.assessment = replace(
                    session.assessment,
                    run=Run(run_id, started, _second(), net.spent().total),
                    aftercare=tuple(dict.fromkeys(lines)),
                )
                session.save()

    def _unowned(self, net: Net) -> frozenset[str]:
        access = self._profile.access
        least = Consent.TOUCH if access.touch else Consent.PUSH
        schemes = ("http", "https")  # a host may be on this computer by one of them alone
        return frozenset(
            host for host in access.hosts if all(net.refuses(least, f"{s}://{host}/") == "not-owned" for s in schemes)
        )

    def _write(self, text: str) -> None:
        if self._debug is not None:
            with self._debug.open("a", encoding="utf-8") as file:
                file.write(text + "\n")
