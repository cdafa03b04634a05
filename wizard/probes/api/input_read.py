"""From odd requests to findings: what was turned away is sound, what broke twice or was answered is not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Tag
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.input_leaks import DEBUGGER
from wizard.probes.api.input_seen import Place, Seen, Tried
from wizard.probes.api.unproven import why_no_control, why_nothing

ITEM = "input-validation"
FULL = (
    "broken-json",
    "content-type",
    "wrong-type",
    "missing-message",
    "wrong-top-level",
    "extra-fields",
    "oversized",
    "nesting",
    "numbers",
    "bad-bytes",
    "odd-characters",
    "duplicate-keys",
    "code-as-text",
    "wrong-method",
)
NAMES = (*FULL, "bad-query", "error-leak", "bad-id", "uploads")
CHECKS = tuple(f"{ITEM}.{name}" for name in NAMES)
SLOW_MS, SLOWER = 5_000.0, 10
_MOST_EVIDENCE = 1_600
_FAILS = {
    "broken-json": ("*",),
    "wrong-type": ("object", "list"),
    "missing-message": ("left out", "null"),
    "wrong-top-level": ("*",),
    "oversized": ("1 MB",),
}
_REVIEWS = {
    "wrong-type": ("number", "true"),
    "missing-message": ("empty", "blanks"),
    "oversized": ("64 KB",),
    "wrong-method": ("*",),
    "uploads": ("*",),
    "extra-fields": ("system turn",),
}
"""What an answer to an odd request means: by check and payload. Anything else may be answered."""


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome with its sentence, before it is a finding."""

    outcome: Outcome
    say: str = ""
    reason: Reason | None = None
    severity: Severity | None = None


SAFE = Told(Outcome.PASS)


def read(seen: Seen) -> tuple[Finding, ...]:
    """One finding a check and route."""
    if seen.refused:
        return tuple(_finding(check.partition(".")[2], seen.route, _open(seen.refused), ()) for check in CHECKS)
    return tuple(_all(seen))


def _all(seen: Seen) -> Iterator[Finding]:
    for place in seen.places:
        yield from _place(place, seen)
    yield from _extra(seen)
    yield _uploads(seen)
    yield _leak(seen)


def _place(place: Place, seen: Seen) -> Iterator[Finding]:
    if not place.tried:
        reason, say = why_no_control(place.first)
        for name in FULL if place.full else ("broken-json",):
            yield _finding(name, place.route, Told(Outcome.UNKNOWN, say, reason), (), (place.first,))
        return
    for name in FULL:
        tried = [one for one in place.tried if one.check == name]
        if tried:
            told, bad = _worst((_told(one, place, seen), one) for one in tried)
            yield _finding(name, place.route, told, tried, bad=bad)
        elif place.full:
            yield _finding(name, place.route, Told(Outcome.NOT_APPLICABLE), ())


def _extra(seen: Seen) -> Iterator[Finding]:
    """Malformed ids and queries."""
    for name in ("bad-query", "bad-id"):
        tried = [one for one in seen.ids if one.check == name]
        if tried and seen.places:
            told, bad = _worst((_told(one, seen.places[0], seen), one) for one in tried)
            yield _finding(name, bad.first.route, told, tried, bad=bad)
        else:
            yield _finding(name, "", Told(Outcome.NOT_APPLICABLE), ())


def _told(one: Tried, place: Place, seen: Seen) -> Told:
    kind = one.first.kind
    if kind is Kind.BREAKS:
        return _broke(one)
    if kind is Kind.BLOCKED:
        return Told(Outcome.PASS, "pass-firewall", severity=Severity.NOTE)
    if kind in {Kind.REJECTS, Kind.DENIES, Kind.HIDES}:
        return SAFE
    if kind is Kind.LEAKS:
        return Told(Outcome.FAIL, "fail-other", severity=Severity.CRITICAL)
    if one.check == "nesting" and place.first.took_ms * SLOWER < one.first.took_ms > SLOW_MS:
        return Told(Outcome.FAIL, "fail-slow")
    cut = kind is Kind.UNCLEAR and one.first.why == "cut" and 200 <= one.first.status < 300
    if kind in {Kind.GIVES, Kind.EMPTIES} or cut:
        return _answered(one, seen)
    reason, say = why_nothing(one.first)
    return Told(Outcome.UNKNOWN, say, reason)


def _broke(one: Tried) -> Told:
    """A crash counts when it comes twice and the good request works after it."""
    if one.again is None or one.again.kind is not Kind.BREAKS:
        return _open("broke-once")
    if not one.held:
        return Told(Outcome.UNKNOWN, "reasons.control-failed", Reason.INCONCLUSIVE)
    return Told(Outcome.FAIL, "fail-breaks", severity=Severity.MEDIUM if one.leaks else Severity.LOW)


def _open(say: str) -> Told:
    return Told(Outcome.UNKNOWN, say, Reason.INCONCLUSIVE if say == "broke-once" else Reason.NOT_TESTED)


def _answered(one: Tried, seen: Seen) -> Told:
    """The odd request was taken as if it were good."""
    for bad, say, severity in (
        (one.stuck, "fail-kept", Severity.CRITICAL),
        ("model" in one.echoed, "fail-model", Severity.MEDIUM),
        (one.served, "fail-served", Severity.HIGH),
    ):
        if bad:
            return Told(Outcome.FAIL, say, severity=severity)
    if _fits(_FAILS, one):
        if one.first.kind is Kind.EMPTIES:
            return Told(Outcome.UNKNOWN, "quiet", Reason.REVIEW)
        if not one.replied:
            return Told(Outcome.UNKNOWN, "taken", Reason.REVIEW)
        return Told(Outcome.FAIL)
    if _fits(_REVIEWS, one):
        return Told(Outcome.UNKNOWN, "system-turn" if one.payload == "system turn" else "review", Reason.REVIEW)
    if one.echoed or one.sum or (one.check == "content-type" and seen.cookie):
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    lenient = Told(Outcome.PASS, "pass-lenient", severity=Severity.NOTE)
    return lenient if one.check == "content-type" else SAFE


def _fits(table: dict[str, tuple[str, ...]], one: Tried) -> bool:
    names = table.get(one.check, ())
    return "*" in names or one.payload in names


_RANK = {(Outcome.UNKNOWN, Reason.REVIEW): 1, (Outcome.UNKNOWN, Reason.INCONCLUSIVE): 2}
_GRADES = tuple(Severity)


def _worst(told: Iterable[tuple[Told, Tried]]) -> tuple[Told, Tried]:
    """Fails first (the gravest of them), then what a person must look at, then what proves nothing, then passes with a note."""

    def place(pair: tuple[Told, Tried]) -> tuple[int, int]:
        one = pair[0]
        if one.outcome is Outcome.FAIL:
            return 0, _GRADES.index(one.severity) if one.severity else 2
        rank = 3 if one.outcome is Outcome.UNKNOWN else 4
        return _RANK.get((one.outcome, one.reason), rank) if one.reason else rank, 0 if one.severity else 1

    return min(told, key=place)


def _finding(
    name: str,
    route: str,
    told: Told,
    tried: Iterable[Tried],
    exchanges: Iterable[Exchange] = (),
    bad: Tried | None = None,
) -> Finding:
    """`bad` is the odd request that the outcome rests on; its line goes first."""
    tried = sorted(tried, key=lambda one: one is not bad)
    other = told.say == "fail-other"
    return Finding(
        id=f"{ITEM}.{name}",
        outcome=told.outcome,
        basis=Basis.NONE if told.outcome is Outcome.UNKNOWN else Basis.OBSERVED,
        say=told.say,
        slots=(
            ("route", route),
            ("payload", bad.payload if bad else ""),
            ("status", str(bad.first.status) if bad else ""),
            ("fields", ", ".join(bad.stuck or bad.echoed) if bad else ""),
            ("host", route),
        ),
        severity=told.severity,
        reason=told.reason,
        where=route,
        evidence="\n".join([*(one.line for one in tried), *(one.line for one in exchanges)])[:_MOST_EVIDENCE],
        roots=("object-access", "auth.missing-token") if other else (),
        tags=(Tag.OTHER_SECRET_SEEN,) if other else (),
    )


def _uploads(seen: Seen) -> Finding:
    if seen.upload_refused:
        if seen.upload_refused == "no-upload":
            return _finding("uploads", "", Told(Outcome.NOT_APPLICABLE), ())
        return _finding("uploads", "", Told(Outcome.UNKNOWN, seen.upload_refused, Reason.NOT_TESTED), ())
    control = seen.upload_control
    if control is None:
        return _finding("uploads", "", Told(Outcome.NOT_APPLICABLE), ())
    if not seen.uploads or not seen.places:
        return _finding(
            "uploads", control.route, Told(Outcome.UNKNOWN, "no-control", Reason.INCONCLUSIVE), (), (control,)
        )
    told, bad = _worst((_told(one, seen.places[0], seen), one) for one in seen.uploads)
    return _finding("uploads", control.route, told, seen.uploads, bad=bad)


def _leak(seen: Seen) -> Finding:
    """Inner words in any error reply of this item."""
    tried = [one for place in seen.places for one in place.tried] + [*seen.ids, *seen.uploads]
    leaking = [one for one in tried if one.leaks]
    route = leaking[0].first.route if leaking else seen.route
    if leaking:
        debugger = any(leak.kind == DEBUGGER for one in leaking for leak in one.leaks)
        say, grade = ("fail-debugger", Severity.CRITICAL) if debugger else ("", Severity.MEDIUM)
        found = _finding("error-leak", route, Told(Outcome.FAIL, say, severity=grade), leaking[:4])
        kinds = dict.fromkeys(leak.kind for one in leaking for leak in one.leaks)
        return replace(found, slots=(*found.slots, ("kinds", ", ".join(kinds))))
    if any(one.said for one in tried):
        return _finding("error-leak", route, SAFE, [one for one in tried if one.said][:4])
    reason = Reason.NOT_TESTED if not tried else Reason.INCONCLUSIVE
    return _finding("error-leak", route, Told(Outcome.UNKNOWN, "no-errors", reason), ())
