"""From ladders to findings: a limit that showed, none within seventy, slower before it stops, and whose limit it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.rate_routes import NAMES, STRICT
from wizard.probes.api.rate_seen import ENOUGH, End, Ladder, Seen, slower
from wizard.probes.api.rate_share import JUDGED
from wizard.probes.api.unproven import why_no_control

ITEM = "rate-limits"
MORE = ("headers", "climb", "recovery", "per-user", "forged-sender")
CHECKS = tuple(f"{ITEM}.{name}" for name in (*NAMES, *MORE))
_MOST_EVIDENCE = 1_600
_OPEN = {End.BROKE: "broke", End.SILENT: "silent", End.SLOW: "too-slow", End.OTHER_USER: "other-user"}


def read(seen: Seen) -> tuple[Finding, ...]:
    """One finding for each check."""
    return tuple(_all(seen))


def _all(seen: Seen) -> Iterator[Finding]:
    for name in NAMES:
        mine = [ladder for ladder in seen.ladders if ladder.name == name]
        if mine:
            yield _limit(name, mine[-1], seen)
        elif name in seen.left:
            yield _finding(name, Outcome.UNKNOWN, "left", reason=Reason.NOT_TESTED)
        elif name == "chat":  # a chatbot has one: that nobody named it is no proof that there is none
            yield _finding(name, Outcome.UNKNOWN, "reasons.no-chat", reason=Reason.NOT_TESTED)
        else:
            yield _finding(name, Outcome.NOT_APPLICABLE)
    yield _headers(seen)
    yield _climb(seen)
    yield _recovery(seen)
    yield _per_user(seen)
    yield _forged(seen)


def _limit(name: str, ladder: Ladder, seen: Seen) -> Finding:
    """R1 to R5: whether a limit showed within the cap."""
    told: dict[str, Any] = {"of": ladder, "slots": _slots(ladder, seen)}
    if ladder.limited:
        edge = ladder.end is End.BLOCKED
        severity = Severity.NOTE if edge else None
        return _finding(name, Outcome.PASS, "pass-edge" if edge else "", severity=severity, **told)
    if ladder.end in {End.DONE, End.SHORT}:
        return _no_limit(name, ladder, seen)
    if ladder.end is End.BUDGET or (ladder.cheap and name in seen.left):
        return _finding(name, Outcome.UNKNOWN, "left", reason=Reason.NOT_TESTED, **told)
    if ladder.end is End.THROTTLED or ladder.end is End.BLOCKED:
        return _finding(name, Outcome.UNKNOWN, "reasons.throttled", reason=Reason.INCONCLUSIVE, **told)
    if ladder.end is End.NO_CONTROL and ladder.first:
        reason, say = why_no_control(ladder.first)
        say = "no-control" if ladder.first.kind in {Kind.GIVES, Kind.HIDES, Kind.DENIES} else say
        return _finding(name, Outcome.UNKNOWN, say, reason=reason, **told)
    return _finding(name, Outcome.UNKNOWN, _OPEN.get(ladder.end, "unknown"), reason=Reason.INCONCLUSIVE, **told)


def _no_limit(name: str, ladder: Ladder, seen: Seen) -> Finding:
    told: dict[str, Any] = {"of": ladder, "slots": _slots(ladder, seen)}
    if ladder.stays_slow:
        return _finding(name, Outcome.UNKNOWN, "slowed", reason=Reason.REVIEW, **told)
    if ladder.counter[0] > ladder.counter[1] >= 0:
        return _finding(name, Outcome.UNKNOWN, "counter", reason=Reason.REVIEW, **told)
    if ladder.cheap and name in seen.left:
        return _finding(name, Outcome.UNKNOWN, "left", reason=Reason.NOT_TESTED, **told)
    if not ladder.read:
        return _finding(name, Outcome.UNKNOWN, "form", reason=Reason.REVIEW, **told)
    if ladder.end is End.SHORT and (name in STRICT or ladder.served < JUDGED):
        return _finding(name, Outcome.UNKNOWN, "short", reason=Reason.INCONCLUSIVE, **told)
    if name not in STRICT:
        return _finding(name, Outcome.UNKNOWN, "review", reason=Reason.REVIEW, **told)
    money = name == "chat" and seen.price and not ladder.cheap
    return _finding(name, Outcome.FAIL, "fail-money" if money else "", **told)


def _slots(ladder: Ladder, seen: Seen) -> Slots:
    rate = ladder.served / ladder.seconds if ladder.seconds else 0.0
    money = f"{rate * 3_600 * (seen.price or 0.0):.0f}"
    return (
        ("count", str(ladder.served)),
        ("seconds", f"{ladder.seconds:.0f}"),
        ("money", money),
        ("left", str(ladder.counter[1])),
    )


def _headers(seen: Seen) -> Finding:
    """R6: what the answers say of the limit."""
    if not seen.ladders:
        return _finding("headers", Outcome.NOT_APPLICABLE)
    falling = next((one for one in seen.ladders if one.counter[0] > one.counter[1] >= 0 and not one.limited), None)
    if falling:
        slots = _slots(falling, seen)
        return _finding("headers", Outcome.UNKNOWN, "counter", falling, slots, reason=Reason.REVIEW)
    limited = next((one for one in seen.ladders if one.limited), None)
    if limited is None:
        return _finding("headers", Outcome.NOT_APPLICABLE)
    if limited.retry >= 0 or limited.counter[0] >= 0:
        return _finding("headers", Outcome.PASS, "", limited, (("seconds", f"{max(0.0, limited.retry):.0f}"),))
    return _finding("headers", Outcome.PASS, "note", limited, severity=Severity.NOTE)


def _climb(seen: Seen) -> Finding:
    """R7: slower before it stops. The ladder with most answers counts; a climb on any of the chat's counts first."""
    mine = [ladder for ladder in seen.ladders if ladder.name == "chat"]
    if not mine:
        return _finding("climb", Outcome.NOT_APPLICABLE)
    ladder = next((one for one in mine if one.climbed), mine[-1])
    stages = ladder.stages
    slots: Slots = (("first", f"{stages[0].median:.0f}"), ("later", f"{stages[-1].median:.0f}")) if stages else ()
    last = stages[2] if len(stages) > 2 else None
    if last is not None and len(last.times) >= ENOUGH:
        slots = (("first", f"{stages[0].median:.0f}"), ("later", f"{last.median:.0f}"))
        if not slower(last, stages[0]):
            return _finding("climb", Outcome.PASS, "", ladder, slots)
        if stages[0].scattered or ladder.stays_slow:
            say = "slowed" if ladder.stays_slow else "scattered"
            return _finding("climb", Outcome.UNKNOWN, say, ladder, slots, reason=Reason.REVIEW)
        return _finding("climb", Outcome.FAIL, "", ladder, slots)
    if ladder.limited:
        if len(stages) > 1 and slower(stages[1], stages[0]):
            return _finding("climb", Outcome.UNKNOWN, "early", ladder, slots, reason=Reason.REVIEW)
        return _finding("climb", Outcome.PASS, "pass-early", ladder, slots)
    if ladder.end is End.SLOW and len(stages) > 1 and slower(stages[-1], stages[0]):
        return _finding("climb", Outcome.FAIL, "", ladder, slots)
    return _finding("climb", Outcome.UNKNOWN, "too-few", ladder, slots, reason=Reason.NOT_TESTED)


def _recovery(seen: Seen) -> Finding:
    """R8: whether the limit ends."""
    found = seen.recovery
    slots: Slots = (("seconds", f"{seen.waited:.0f}"),)
    if found is None:
        return _finding("recovery", Outcome.NOT_APPLICABLE)
    if found.kind in {Kind.THROTTLES, Kind.BLOCKED, Kind.SILENT, Kind.BREAKS}:
        return _finding("recovery", Outcome.UNKNOWN, "still", slots=slots, reason=Reason.INCONCLUSIVE, of=found)
    return _finding("recovery", Outcome.PASS, slots=slots, of=found)


def _per_user(seen: Seen) -> Finding:
    """R9: whose limit it is."""
    found = seen.other
    if found is None:
        return _finding("per-user", Outcome.NOT_APPLICABLE)
    if found.kind in {Kind.THROTTLES, Kind.BLOCKED}:
        return _finding("per-user", Outcome.PASS, "note", severity=Severity.NOTE, of=found)
    if found.kind in {Kind.SILENT, Kind.BREAKS, Kind.UNCLEAR}:
        return _finding("per-user", Outcome.UNKNOWN, "unknown", reason=Reason.INCONCLUSIVE, of=found)
    return _finding("per-user", Outcome.PASS, of=found)


def _forged(seen: Seen) -> Finding:
    """R10: whether a made-up sender address gets past the limit."""
    blocks = seen.blocks
    if blocks is None:
        limited = next((one for one in seen.ladders if one.limited), None)
        if limited is None:
            return _finding("forged-sender", Outcome.NOT_APPLICABLE)
        return _finding("forged-sender", Outcome.UNKNOWN, "left", limited, reason=Reason.NOT_TESTED)
    slots: Slots = (("plain", str(blocks.plain)), ("forged", str(blocks.forged)), ("again", str(blocks.again)))
    quiet = blocks.plain <= 1 and blocks.again <= 1
    whole = blocks.sent == 15
    if whole and quiet and blocks.forged == 5:
        outcome, say, reason = Outcome.FAIL, "", None
    elif whole and quiet and blocks.forged <= 1:
        outcome, say, reason = Outcome.PASS, "", None
    else:
        outcome, say = Outcome.UNKNOWN, "unknown" if whole else "left"
        reason = Reason.INCONCLUSIVE if whole else Reason.NOT_TESTED
    return Finding(
        f"{ITEM}.forged-sender",
        outcome,
        Basis.NONE if outcome is Outcome.UNKNOWN else Basis.OBSERVED,
        say,
        (("route", blocks.route), *slots),
        reason=reason,
        where=blocks.route,
        evidence=blocks.line,
    )


def _finding(
    name: str,
    outcome: Outcome,
    say: str = "",
    of: Ladder | Exchange | None = None,
    slots: Slots = (),
    reason: Reason | None = None,
    severity: Severity | None = None,
) -> Finding:
    route = of.route if of else ""
    return Finding(
        id=f"{ITEM}.{name}",
        outcome=outcome,
        basis=Basis.NONE if outcome is Outcome.UNKNOWN else Basis.OBSERVED,
        say=say,
        slots=(("route", route), ("host", route), *slots),
        severity=severity,
        reason=reason if outcome is Outcome.UNKNOWN else None,
        where=route,
        evidence=of.line[:_MOST_EVIDENCE] if of else "",
    )
