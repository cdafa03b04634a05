"""One finding of the object-access item, with its slots, evidence and tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots, Tag
from wizard.probes.api.crosses import Told
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.seen import Seen

ITEM = "object-access"
_MOST_EVIDENCE = 1_600
_NOTES = frozenset({"signed-short", "small-numbers", "pass-unchanged"})


def finding(
    check: str,
    route: str,
    told: Told,
    exchanges: Iterable[Exchange],
    seen: Seen,
    leak: Exchange | None = None,
    slots: Slots = (),
) -> Finding:
    """`leak` is the exchange in which the other's word or person showed: it gives the sentence its caller, owner, word and place."""
    note = told.outcome is Outcome.PASS and told.say in _NOTES
    lines = "\n".join(exchange.line for exchange in exchanges)
    looked = told.outcome is not Outcome.NOT_APPLICABLE or told.say == "same-for-all"
    return Finding(
        id=f"{ITEM}.{check}",
        outcome=told.outcome,
        basis=Basis.OBSERVED if looked and told.outcome is not Outcome.UNKNOWN else Basis.NONE,
        say=told.say,
        slots=_slots(route, seen, leak, slots),
        severity=Severity.NOTE if note else Severity.CRITICAL if leak and has_word(leak) else None,
        reason=told.reason,
        where=route,
        evidence=lines[:_MOST_EVIDENCE],
        roots=("edge.cache-private",) if told.outcome is Outcome.FAIL and told.say == "fail-cache" else (),
        tags=(Tag.OTHER_SECRET_SEEN,) if leak and has_word(leak) and told.outcome is Outcome.FAIL else (),
    )


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One flaw, one finding: several objects of one route and check become the worst of them, with the others' rows as further examples."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.id, one.where, one.say if not one.where else ""), []).append(one)
    return tuple(_worst(group) for group in found.values())


def _worst(group: list[Finding]) -> Finding:
    first, *others = sorted(group, key=_rank)
    rows = [first.evidence, *(one.evidence for one in others if one.outcome is first.outcome)]
    tags = tuple(dict.fromkeys(tag for one in group for tag in one.tags))
    return replace(first, evidence="\n".join(row for row in rows if row)[:_MOST_EVIDENCE], tags=tags)


def _rank(one: Finding) -> tuple[int, int]:
    outcomes = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
    reasons = (Reason.REVIEW, Reason.INCONCLUSIVE, Reason.NOT_TESTED)
    return outcomes.index(one.outcome), reasons.index(one.reason) if one.reason else len(reasons)


def has_word(exchange: Exchange) -> bool:
    """Whether another account's secret word showed."""
    return any(hit.whose == "other" for hit in exchange.hits)


def _slots(route: str, seen: Seen, leak: Exchange | None, extra: Slots) -> Slots:
    hits = (
        sorted((one for one in leak.hits if one.whose in {"other", "person"}), key=lambda one: one.whose)
        if leak
        else []
    )
    hit = hits[0] if hits else None
    found = {
        "route": route,
        "host": seen.host,
        "caller": (leak.actor if leak else "a").upper(),
        "owner": (leak.whose or "b" if leak else "b").upper(),
        "word": hit.masked if hit else "",
        "place": (hit.pointer or hit.place) if hit else "",
        "count": str(seen.requests),
    }
    return tuple((found | dict(extra)).items())
