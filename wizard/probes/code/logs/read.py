"""From counts to findings, one function a check. A log that was handed over is evidence; too short a log can show that something is there, never that it is not."""

from __future__ import annotations

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots
from wizard.probes.code.logs.facts import Place, Seen

ITEM = "logging"
LEAST_RECORDS = 200
LEAST_COVERAGE = 0.95
LEAST_SHARE, FEW_SHARE = 0.9, 0.1
LEAST_WEAK = 3
LEAST_CONTENT = 3
MOST_SHOWN = 12


def read(seen: Seen) -> tuple[Finding, ...]:
    """Every check on the logs. Pure."""
    if not seen.records:
        if seen.unopened:
            return tuple(_partly(seen, check) for check in ALWAYS)
        return tuple(_finding(seen, check, Outcome.UNKNOWN, "empty") for check in ALWAYS)
    found = [
        _request_id(seen),
        _auth_failures(seen),
        *_limits(seen),
        _version(seen),
        _traces(seen),
        *_secrets(seen),
        _people(seen),
        _content(seen),
        *_canary(seen),
        *_forging(seen),
    ]
    return tuple(found)


ALWAYS = ("request-id", "auth-failures", "deploy-version", "error-traces", "no-secrets", "no-pii", "no-content")


def _finding(  # noqa: PLR0913  one keyword per field of a finding
    seen: Seen,
    check: str,
    outcome: Outcome,
    say: str = "",
    *,
    slots: Slots = (),
    places: tuple[Place, ...] = (),
    evidence: str = "",
    note: bool = False,
) -> Finding:
    shown = "\n".join(f"{place.where} {place.kind} {place.shown}".rstrip() for place in places[:MOST_SHOWN])
    told = (("records", f"{seen.records:,}"), ("count", str(len(places))), *slots)
    return Finding(
        f"{ITEM}.{check}",
        outcome,
        Basis.NONE if outcome is Outcome.UNKNOWN else Basis.EVIDENCED,
        say=say,
        slots=told,
        severity=Severity.NOTE if note else None,
        reason=Reason.INCONCLUSIVE if outcome is Outcome.UNKNOWN else None,
        where=places[0].where if places else "",
        evidence="\n".join(part for part in (shown, evidence) if part)[:1500],
        files=tuple(file for file in seen.files if file.sha256)[:20],
    )


def _request_id(seen: Seen) -> Finding:
    asked = seen.requests
    share = asked.with_id / asked.count if asked.count else 0.0
    slots = (("percent", f"{share * 100:.0f}"), ("requests", f"{asked.count:,}"))
    facts = f"{asked.with_id} of {asked.count} request records with an id, {asked.shared} ids on two records or more"
    if not asked.count:
        return _finding(seen, "request-id", Outcome.UNKNOWN, "no-requests")
    if share >= LEAST_SHARE and asked.shared:
        return _finding(seen, "request-id", Outcome.PASS, slots=slots, evidence=facts)
    if asked.count >= LEAST_RECORDS and seen.long_enough and share < FEW_SHARE:
        return _finding(seen, "request-id", Outcome.FAIL, slots=slots, evidence=facts)
    say = "not-shared" if share >= LEAST_SHARE else "some" if share >= FEW_SHARE else "short"
    return _finding(seen, "request-id", Outcome.UNKNOWN, say, slots=slots, evidence=facts)


def _auth_failures(seen: Seen) -> Finding:
    own = seen.own
    slots = (("seen", str(seen.refusals)), ("sent", str(own.refused)))
    facts = f"{seen.refusals} refusals in the log; this run: {own.refused} refused, {own.marked} marked records, {own.marked_refused} of them refused"
    if own.marked_refused:
        return _finding(seen, "auth-failures", Outcome.PASS, "own", slots=slots, evidence=facts)
    if own.refused >= 1 and own.answered >= 1 and not own.before:
        return _finding(seen, "auth-failures", Outcome.FAIL, slots=slots, evidence=facts)
    if seen.refusals:
        return _finding(seen, "auth-failures", Outcome.PASS, slots=slots, evidence=facts)
    return _finding(seen, "auth-failures", Outcome.UNKNOWN, "none", slots=slots, evidence=facts)


def _limits(seen: Seen) -> list[Finding]:
    """Only where this run was told to slow down, or where the log shows that somebody was."""
    own = seen.own
    slots = (("seen", str(seen.limits)), ("sent", str(own.limited)))
    facts = f"{seen.limits} limit events in the log; this run: {own.limited} answers 429, {own.marked_limited} of them in the log"
    if seen.limits:
        return [_finding(seen, "rate-limit-events", Outcome.PASS, slots=slots, evidence=facts)]
    if not own.limited:
        return []
    if own.before:
        return [_finding(seen, "rate-limit-events", Outcome.NOT_APPLICABLE, "before", slots=slots, evidence=facts)]
    if own.answered and not seen.edge:
        return [_finding(seen, "rate-limit-events", Outcome.FAIL, slots=slots, evidence=facts)]
    say = "at-edge" if own.answered else "elsewhere"
    return [_finding(seen, "rate-limit-events", Outcome.UNKNOWN, say, slots=slots, evidence=facts)]


def _version(seen: Seen) -> Finding:
    slots = (("release", seen.released), ("live", seen.live))
    facts = f"log: {seen.released or '-'} ({seen.release_at or '-'}); live: {seen.live or '-'}"
    if not seen.released:
        return _finding(seen, "deploy-version", Outcome.UNKNOWN, "none", slots=slots)
    if seen.live and not _same(seen.released, seen.live):
        return _finding(seen, "deploy-version", Outcome.UNKNOWN, "other", slots=slots, evidence=facts)
    say = "matches" if seen.live else ""
    return _finding(seen, "deploy-version", Outcome.PASS, say, slots=slots, evidence=facts)


def _same(one: str, other: str) -> bool:
    """Equal, or one the short form of the other's commit."""
    one, other = (text.lower().removeprefix("v").rpartition("@")[2] for text in (one, other))
    return one == other or (min(len(one), len(other)) >= 7 and (one.startswith(other) or other.startswith(one)))


def _traces(seen: Seen) -> Finding:
    broken = seen.requests.broken
    slots = (("broken", str(broken)), ("traces", str(seen.traces)))
    facts = f"{broken} answers 5xx, {seen.traces} stacks, {seen.tied} with a request id, {seen.error_ids} error ids"
    if seen.tied:
        return _finding(seen, "error-traces", Outcome.PASS, slots=slots, evidence=facts)
    if seen.error_ids:
        return _finding(seen, "error-traces", Outcome.PASS, "error-id", slots=slots, evidence=facts, note=True)
    if seen.traces:
        return _finding(seen, "error-traces", Outcome.UNKNOWN, "untied", slots=slots, evidence=facts)
    if not broken:
        return _finding(seen, "error-traces", Outcome.NOT_APPLICABLE, slots=slots, evidence=facts)
    if seen.long_enough:
        return _finding(seen, "error-traces", Outcome.FAIL, slots=slots, evidence=facts)
    return _finding(seen, "error-traces", Outcome.UNKNOWN, "short", slots=slots, evidence=facts)


def _whole(seen: Seen) -> bool:
    """Whether all that matters was read; nobody can tell how much a packed file holds that stays shut."""
    return seen.coverage >= LEAST_COVERAGE and not seen.capped and not seen.unopened


def _facts(seen: Seen) -> str:
    skipped = ", ".join(f"{why} {count}" for why, count in seen.skipped) or "-"
    return f"{len(seen.files)} files, {seen.read} bytes, {seen.unread} unread, {seen.records} records over {seen.span:.0f} s; skipped: {skipped}; {seen.capped}"


_SHUT = frozenset({"bomb", "members", "broken", "encrypted", "nested"})


def _partly(seen: Seen, check: str) -> Finding:
    if seen.unopened and not seen.capped:
        one = seen.unopened[0]
        say = f"reasons.packed-{one.kind if one.kind in _SHUT else 'other'}"
        packed = (("file", one.where),)
        return _finding(seen, check, Outcome.UNKNOWN, say, slots=packed, places=seen.unopened, evidence=_facts(seen))
    slots = (("percent", f"{seen.coverage * 100:.0f}"),)
    return _finding(seen, check, Outcome.UNKNOWN, "partly", slots=slots, evidence=_facts(seen))


def _secrets(seen: Seen) -> list[Finding]:
    found: list[Finding] = []
    told = {_mark(place) for place in seen.logins}
    keys = tuple(place for place in seen.keys if _mark(place) not in told)
    if keys:
        found.append(_finding(seen, "no-secrets", Outcome.FAIL, "fail-key", places=keys))
    for kind in ("header", "cookie", "query"):
        own = tuple(place for place in seen.logins if place.kind.startswith(kind))
        if own:
            slots = (("name", own[0].kind.partition(":")[2]),)
            found.append(_finding(seen, "no-secrets", Outcome.FAIL, f"fail-{kind}", places=own, slots=slots))
    if found:
        return found
    if seen.maybe_keys:
        return (
            [_finding(seen, "no-secrets", Outcome.PASS, "maybe", places=seen.maybe_keys, note=True)]
            if _whole(seen)
            else [_partly(seen, "no-secrets")]
        )
    return [
        _finding(seen, "no-secrets", Outcome.PASS, evidence=_facts(seen))
        if _whole(seen)
        else _partly(seen, "no-secrets")
    ]


def _mark(place: Place) -> str:
    return place.shown.rpartition("· ")[2]


def _people(seen: Seen) -> Finding:
    strong = tuple(place for place in seen.people if place.kind in _STRONG)
    slots = (
        ("lines", str(seen.strong + seen.weak)),
        ("kinds", ", ".join(sorted({place.kind for place in seen.people}))),
    )
    facts = f"{seen.strong} records with strong signs, {seen.weak} with weak ones; {seen.addresses} with a public IP address (not counted)"
    if seen.strong:
        return _finding(seen, "no-pii", Outcome.FAIL, slots=slots, places=strong, evidence=facts)
    if seen.weak >= LEAST_WEAK:
        return _finding(seen, "no-pii", Outcome.FAIL, "weak", slots=slots, places=seen.people, evidence=facts)
    if not _whole(seen):
        return _partly(seen, "no-pii")
    if seen.records < LEAST_RECORDS:
        return _finding(seen, "no-pii", Outcome.UNKNOWN, "short", slots=slots, evidence=facts)
    return _finding(seen, "no-pii", Outcome.PASS, slots=slots, evidence=facts)


_STRONG = frozenset({"e-mail", "card", "account", "phone"})


def _content(seen: Seen) -> Finding:
    slots = (("texts", str(seen.contents)),)
    if seen.contents >= LEAST_CONTENT:
        return _finding(seen, "no-content", Outcome.FAIL, slots=slots, places=seen.content)
    if not _whole(seen):
        return _partly(seen, "no-content")
    if seen.records < LEAST_RECORDS:
        return _finding(seen, "no-content", Outcome.UNKNOWN, "short", slots=slots)
    return _finding(seen, "no-content", Outcome.PASS, slots=slots, evidence=_facts(seen), places=seen.content)


def _canary(seen: Seen) -> list[Finding]:
    """Only where this run sent one, or the log holds one of an earlier run. Without our own requests in the log it never passes."""
    own = seen.own
    asked, found = set(own.asked), set(own.found)
    kinds = ", ".join(sorted({place.kind for place in seen.canaries}))
    slots = (("kinds", kinds), ("found", str(len(found & asked))), ("asked", str(len(asked))))
    facts = f"sent: {', '.join(own.asked) or '-'}; request ids found: {', '.join(own.found) or '-'}; earlier runs found: {seen.runs}"
    if seen.canaries:
        return [_finding(seen, "canary", Outcome.FAIL, slots=slots, places=seen.canaries, evidence=facts)]
    if asked and (asked <= found or own.marked >= len(asked)):
        return [_finding(seen, "canary", Outcome.PASS, slots=slots, evidence=facts)]
    if seen.runs and (not asked or own.before):
        return [_finding(seen, "canary", Outcome.PASS, "earlier", slots=slots, evidence=facts)]
    if not asked:
        return []
    if own.before:
        return [_finding(seen, "canary", Outcome.NOT_APPLICABLE, "before", slots=slots, evidence=facts)]
    say = "some" if found & asked or own.marked else "elsewhere"
    return [_finding(seen, "canary", Outcome.UNKNOWN, say, slots=slots, evidence=facts)]


def _forging(seen: Seen) -> list[Finding]:
    if seen.forged:
        return [_finding(seen, "forging", Outcome.FAIL, places=seen.forged)]
    if not seen.line_sent:
        return []
    if "line" in seen.own.found or seen.line_found:
        return [_finding(seen, "forging", Outcome.PASS)]
    return [_finding(seen, "forging", Outcome.UNKNOWN, "elsewhere")]
