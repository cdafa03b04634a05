"""From found keys to findings: the same value is one finding with its places, whatever number of files it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots, Tag
from wizard.probes.code import phrases
from wizard.probes.code.places import Fate, rule
from wizard.probes.code.secrets import Found, Grade, Place

ITEM = "frontend-secrets"
MOST_PLACES = 20
MOST_FINDINGS = 60
_RANK = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3, Severity.NOTE: 4, None: 5}


def where(found: Found) -> str:
    """``path:line``, in history ``path:line@abc1234``."""
    return found.match.where + (f"@{found.commit}" if found.commit else "")


def grouped(found: Iterable[Found], fates: frozenset[Fate]) -> list[list[Found]]:
    """Found keys of these fates, those of one value together, the worst first."""
    groups: dict[tuple[str, str], list[Found]] = {}
    for one in found:
        if rule(one).fate in fates:
            groups.setdefault((one.match.kind, one.match.fingerprint), []).append(one)
    return sorted(groups.values(), key=lambda g: (_RANK[rule(g[0]).severity], g[0].match.grade is not Grade.MASTER))


def fails(
    check: str, found: Iterable[Found], basis: Basis, *, roots: tuple[str, ...] = (), say: str = ""
) -> list[Finding]:
    """A fail for each value that must not stand where it does."""
    groups = grouped(found, frozenset((Fate.FAIL,)))
    made = [_fail(check, group, basis, roots, say) for group in groups[:MOST_FINDINGS]]
    return [*made, *_more(check, groups, basis)]


def _fail(check: str, group: list[Found], basis: Basis, roots: tuple[str, ...], say: str) -> Finding:
    first = group[0]
    served = first.place is Place.SERVED
    key = say or ("sandbox" if first.match.sandbox else "fail")
    return Finding(
        f"{ITEM}.{check}",
        Outcome.FAIL,
        basis,
        say=key,
        slots=slots(group),
        severity=rule(first).severity,
        where=where(first),
        evidence=evidence(group),
        roots=roots,
        tags=(Tag.KEY_SERVED,) if served and not first.match.sandbox else (),
    )


def _more(check: str, groups: list[list[Found]], basis: Basis) -> list[Finding]:
    left = len(groups) - MOST_FINDINGS
    if left <= 0:
        return []
    worst = rule(groups[MOST_FINDINGS][0]).severity
    return [Finding(f"{ITEM}.{check}", Outcome.FAIL, basis, say="more", slots=(("count", str(left)),), severity=worst)]


def to_review(check: str, found: Iterable[Found], basis: Basis, say: str = "look") -> list[Finding]:
    """An unknown for each value that a person must look at."""
    made: list[Finding] = []
    for group in grouped(found, frozenset((Fate.LOOK,)))[:MOST_FINDINGS]:
        key = {Place.DANGLING: "dangling", Place.ENV_NO_GIT: "shared"}.get(group[0].place, say)
        made.append(_unknown(check, group, basis, key))
    return made


def meters(own: list[Found], basis: Basis) -> list[Finding]:
    """Keys that are made for pages but that someone pays for: a person says whether they are locked. One that pays for AI fails with the page."""
    made = []
    for group in grouped(own, frozenset((Fate.METER,)))[:20]:
        made.append(replace(_unknown("meter-keys", group, basis, "unknown"), severity=Severity.MEDIUM))
    gemini = [one for one in own if one.match.kind.startswith("gemini")]
    return made + fails("meter-keys", gemini, basis, roots=(f"{ITEM}.bundle", f"{ITEM}.build-output"))


def made_up(found: Iterable[Found], basis: Basis) -> list[Finding]:
    """What looks made up, listed apart: it never fails and never holds the item back."""
    groups = grouped(found, frozenset((Fate.MADE_UP,)))
    return [_unknown("made-up", group, basis, "unknown") for group in groups[:MOST_FINDINGS]]


def _unknown(check: str, group: list[Found], basis: Basis, say: str) -> Finding:
    extra = (("why", group[0].match.made_up),) if group[0].match.made_up else ()
    return Finding(
        f"{ITEM}.{check}",
        Outcome.UNKNOWN,
        basis,
        say=say,
        slots=(*slots(group), *extra),
        severity=Severity.LOW,
        reason=Reason.REVIEW,
        where=where(group[0]),
        evidence=evidence(group),
    )


def listed(check: str, found: Iterable[Found], basis: Basis, fates: frozenset[Fate], say: str) -> list[Finding]:
    """One passing note for all keys of these fates; nothing when there is none."""
    groups = grouped(found, fates)
    if not groups:
        return []
    names = sorted({phrases.name(group[0].match.kind) for group in groups})
    told = (("count", str(len(groups))), ("names", ", ".join(names[:8])))
    facts = "\n".join(f"{where(g[0])}  {g[0].match.kind}  {g[0].match.label}" for g in groups[:MOST_PLACES])
    return [
        Finding(
            f"{ITEM}.{check}",
            Outcome.PASS,
            basis,
            say=say,
            slots=told,
            severity=Severity.NOTE,
            where=where(groups[0][0]),
            evidence=facts,
        )
    ]


def slots(group: list[Found]) -> Slots:
    """What a sentence about a key may name."""
    first = group[0]
    kind = first.match.kind
    dates = sorted(found.since for found in group if found.since)
    return (
        ("name", phrases.name(kind)),
        ("risk", phrases.risk(kind)),
        ("rotate", phrases.rotate(kind)),
        ("label", first.match.label),
        ("fingerprint", first.match.fingerprint),
        ("count", str(len(group))),
        ("since", dates[0] if dates else "?"),
    )


def evidence(group: list[Found]) -> str:
    """The redacted line, then every place (20 at most)."""
    places = list(dict.fromkeys(where(found) for found in group))
    more = f"\n+{len(places) - MOST_PLACES}" if len(places) > MOST_PLACES else ""
    first = group[0].match
    return (
        f"{first.kind} {first.label} ({first.confidence})\n{first.excerpt}\n" + "\n".join(places[:MOST_PLACES]) + more
    )
