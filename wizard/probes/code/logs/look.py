"""Reads the logs, after everything else of the run, in a thread of its own; asks the version address what should be running."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable

from wizard.model import Consent, Unobserved
from wizard.net import Call, Net, Sent
from wizard.probe import Target, progress, stop
from wizard.probes.code.logs.canary import Canary
from wizard.probes.code.logs.facts import MOST_PLACES, Own, Place, Seen
from wizard.probes.code.logs.lines import lines
from wizard.probes.code.logs.reading import Reading
from wizard.probes.code.logs.records import records
from wizard.probes.code.logs.send import WHY
from wizard.probes.code.logs.survey import Survey
from wizard.probes.code.secrets import Confidence, Grade, Match, escape

LOGINS = ("expired", "short-lived")
_NAMES = ("commit", "sha", "git_sha", "revision", "release", "version", "build")


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Everything there is to know from the logs, without keeping any of it."""
    if not target.logs:
        return Unobserved("no-logs")
    live = await _live(target, net)
    return await asyncio.to_thread(_look, target, net, live)


async def _live(target: Target, net: Net) -> str:
    """The release that the version address names, or ""."""
    if not target.version_url:
        return ""
    reply = await net.send(
        Call("GET", target.version_url, consent=Consent.LOOK, why="logging.deploy-version", cap=65_536)
    )
    try:
        told = json.loads(reply.head) if reply.status == 200 else None
    except (ValueError, RecursionError):
        return ""
    named = [told[name] for name in _NAMES if isinstance(told.get(name), str)] if isinstance(told, dict) else []
    return escape(named[0])[:80] if named and re.fullmatch(r"[\w.+@-]{1,80}", named[0]) else ""


def _look(target: Target, net: Net, live: str) -> Seen:
    reading, canary = Reading(), Canary(target.run_id)
    domains = frozenset(name.lower().removeprefix("www.") for name in (*target.domains, *target.email_domains) if name)
    survey = Survey(target.run_id, canary, net.fingerprint, domains)
    for record in records(lines(target.logs, reading, net.fingerprint, stop.get(), _teller())):
        survey.add(record)
    return _seen(target, net, reading, survey, live)


def _teller() -> Callable[[Reading], None]:
    tell, last = progress.get(), [0.0]

    def told(reading: Reading) -> None:
        now = time.monotonic()
        if now - last[0] >= 0.1:
            last[0] = now
            tell(f"{reading.lines:,} lines, {reading.read / 1e6:,.0f} MB")

    return told


def _seen(target: Target, net: Net, reading: Reading, survey: Survey, live: str) -> Seen:
    count, canary = survey.counts, survey.canary
    sent = net.log()
    return Seen(
        files=tuple(reading.files[:40]),
        read=reading.read,
        unread=reading.unread,
        records=survey.records,
        span=survey.span,
        capped=reading.capped,
        skipped=tuple(sorted(reading.skipped.items())),
        unopened=tuple(Place(name, why) for name, why in reading.unopened[:MOST_PLACES]),
        requests=survey.request_counts(),
        own=_own(sent, survey, target.base_url),
        refusals=count["refusals"],
        limits=count["limits"],
        traces=count["traces"],
        tied=count["tied"],
        error_ids=count["error-ids"],
        released=survey.released,
        release_at=survey.release_at,
        live=live,
        people=survey.places("people", "weak-people"),
        strong=count["strong"],
        weak=count["weak"],
        addresses=count["addresses"],
        logins=survey.places("login"),
        keys=tuple(_place(one) for one in reading.matches if _is_key(one)),
        maybe_keys=tuple(_place(one) for one in reading.matches if one.confidence is Confidence.WEAK),
        content=survey.places("content"),
        contents=len(survey.said),
        canaries=survey.places("canary"),
        forged=survey.places("forged"),
        runs=len(survey.runs - {canary.eight}),
        line_sent=any(one.why == f"{WHY}.line" and one.status for one in sent),
        line_found=count["line"] > 0,
        edge=target.edge,
    )


def _is_key(match: Match) -> bool:
    return (
        match.grade is not Grade.PUBLIC
        and (match.counts or match.made_up in LOGINS)
        and match.confidence is not Confidence.WEAK
    )


def _place(match: Match) -> Place:
    return Place(match.where, match.kind, match.label)


def _own(sent: tuple[Sent, ...], survey: Survey, base: str) -> Own:
    """What the door's list says that this run sent, and what of it stands in the log."""
    answered = [one for one in sent if one.status and not one.actor.startswith("provider:")]
    count = survey.counts
    asked = tuple(one.why.rpartition(".")[2] for one in answered if one.why.startswith(WHY + "."))
    began = min((one.at for one in answered), default=0.0)
    return Own(
        refused=sum(one.status in (401, 403) and one.url.startswith(base) for one in answered),
        limited=sum(one.status == 429 for one in answered),
        marked=count["marked"],
        answered=count["answered"],
        marked_refused=count["marked-refused"],
        marked_limited=count["marked-limited"],
        asked=asked,
        found=tuple(sorted(survey.parts)),
        before=bool(began and survey.last is not None and survey.last < began - 60),
    )
