"""What a person's answer may do: settle what was left for review, or stand where the checklist lets an answer stand. Never more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeGuard

from wizard.checklist import Check, Checklist, Question
from wizard.model import Answer, Basis, Finding, Outcome, Reason, Severity


def settle(findings: list[Finding], answers: dict[str, Answer], checklist: Checklist, now: str) -> list[Finding]:
    """Findings with the answers worked in; an observed fail stays a fail whatever anybody says."""
    for item in checklist.items:
        for question in item.questions:
            answer, check = answers.get(question.id), checklist.check(question.id)
            if answer is not None and check is not None:
                told = _told(question, check, answer, now)
                mine = [f for f in findings if f.id == question.id]
                others = [f for f in findings if f.id != question.id]
                findings = others + _combine(mine, told, check, answer.shown)
                findings = [_proved(f, question, answer, told) for f in findings] if question.proves else findings
    return findings


def mark(finding: Finding) -> str:
    """What tells a sight from the next one of its check: the key's fingerprint, else the place; "" when it is about neither."""
    return fingerprint(finding) or finding.where


def fingerprint(finding: Finding) -> str:
    """The fingerprint of the key that the finding is about, or ""."""
    return dict(finding.slots).get("fingerprint", "")


def open_marks(findings: Iterable[Finding], question: Question) -> tuple[str, ...]:
    """The marks of all that an answer to `question` would speak of now: reviews of its check, and fails that it may prove mended."""
    marks = [
        mark(f)
        for f in findings
        if (f.id == question.id and f.reason is Reason.REVIEW and f.outcome is Outcome.UNKNOWN)
        or (f.id in question.proves and f.outcome is Outcome.FAIL and fingerprint(f))
    ]
    return tuple(sorted({one for one in marks if one}))


def named(value: object, columns: Sequence[str]) -> tuple[str, ...]:
    """The fingerprints in the first column of an answer's rows; of a whole label, its last word."""
    cells = [str(row.get(columns[0], "")) for row in value if isinstance(row, dict)] if _is_rows(value) else []
    return tuple(cell.split()[-1].lower() for cell in cells if cell.split())


def _is_rows(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    return isinstance(value, list | tuple)


def _proved(finding: Finding, question: Question, answer: Answer, told: Finding) -> Finding:
    """A fail on what was handed over, such as a key in old code, passes when files show that it is mended. A bare yes shows nothing."""
    if finding.id not in question.proves or finding.outcome is not Outcome.FAIL or finding.basis is not Basis.EVIDENCED:
        return finding
    if told.outcome is not Outcome.PASS or not answer.files:
        return finding
    if fingerprint(finding) not in named(answer.value, question.columns):
        return finding
    return replace(
        finding,
        outcome=Outcome.PASS,
        say="told-proved",
        slots=(*finding.slots, ("by", answer.by), ("at", answer.at[:10])),
        severity=Severity.NOTE,
        files=answer.files,
        answered_by=answer.by,
    )


def _told(question: Question, check: Check, answer: Answer, now: str) -> Finding:
    """The finding that the answer makes by itself."""
    outcome, say = meaning(question, answer, now)
    basis = Basis.EVIDENCED if answer.files else Basis.ATTESTED
    slots = (
        ("by", answer.by),
        ("at", answer.at[:10]),
        ("question", question.ask),
        ("value", _short(answer.value, question.columns)),
    )
    return Finding(
        question.id,
        outcome,
        Basis.NONE if outcome is Outcome.UNKNOWN else basis,
        say=say,
        slots=slots,
        severity=check.severity if outcome is Outcome.FAIL else None,
        reason=Reason.REVIEW if outcome is Outcome.UNKNOWN else None,
        evidence=f"{answer.by}: {_short(answer.value, question.columns)}",
        files=answer.files,
        answered_by=answer.by,
    )


def meaning(question: Question, answer: Answer, now: str) -> tuple[Outcome, str]:
    """What an answer comes to, and the key of the sentence that says so. `now`: ISO 8601, for dates that may be too old."""
    value = answer.value
    if value == "dont-know":
        return Outcome.UNKNOWN, "told-dont-know"
    if value == "not-applicable":
        return (Outcome.NOT_APPLICABLE, "told-not-applicable") if answer.note else (Outcome.UNKNOWN, "told-no-reason")
    outcome = _mapped(question, value)
    if outcome is not Outcome.PASS:
        return outcome, f"told-{outcome.value}"
    if _lacks(question, answer):
        return Outcome.UNKNOWN, "told-incomplete"
    if question.max_age_days and _days(answer.at, now) > question.max_age_days:
        return Outcome.UNKNOWN, "told-too-old"
    return outcome, "told-pass"


def _mapped(question: Question, value: object) -> Outcome:
    if isinstance(value, str) and value in question.means:
        return question.means[value]
    if question.kind in ("text", "table") and value not in ("yes", "no"):
        return question.means.get("filled", Outcome.PASS) if value else Outcome.UNKNOWN
    return {"yes": Outcome.PASS, "no": Outcome.FAIL}.get(str(value), Outcome.UNKNOWN)


def _lacks(question: Question, answer: Answer) -> bool:
    have = {"date": answer.at, "minutes": answer.minutes is not None, "files": answer.files, "note": answer.note}
    return any(not have[need] for need in question.needs)


def _days(then: str, now: str) -> int:
    try:
        return (date.fromisoformat(now[:10]) - date.fromisoformat(then[:10])).days
    except ValueError:
        return 0


def _combine(mine: list[Finding], told: Finding, check: Check, shown: tuple[str, ...] | None) -> list[Finding]:
    if not mine:
        return [told]
    if told.outcome is Outcome.FAIL:
        return [*(f for f in mine if f.outcome is not Outcome.UNKNOWN or _fresh(f, shown)), told]
    return [f if _fresh(f, shown) else _settled(f, told, check) for f in mine]


def _fresh(finding: Finding, shown: tuple[str, ...] | None) -> bool:
    """Left for review at a place that was not there when the answer was given: nobody has looked at it."""
    return shown is not None and finding.reason is Reason.REVIEW and mark(finding) not in ("", *shown)


def _settled(finding: Finding, told: Finding, check: Check) -> Finding:
    """One finding after the answer: only an unknown moves, and only as far as the basis reaches."""
    if finding.outcome is not Outcome.UNKNOWN or told.outcome is Outcome.UNKNOWN:
        return finding
    reviewed = finding.reason is Reason.REVIEW
    if told.outcome is Outcome.PASS and not reviewed and told.basis.strength < check.basis.strength:
        return finding
    return replace(
        told,
        where=finding.where,
        evidence=finding.evidence or told.evidence,
        tags=finding.tags,
        reason=Reason.REVIEW if reviewed else None,  # kept as the mark of a settled review: see `verdicts`
    )


def _short(value: object, columns: Sequence[str]) -> str:
    """An answer in one line; of a table, its first column. The order of a row's own keys is lost when it is saved."""
    if isinstance(value, list | tuple):
        first = columns[0] if columns else ""
        value = ", ".join(str(row.get(first, "")) if isinstance(row, dict) else str(row) for row in value)
    text = str(value)
    return text if len(text) <= 200 else text[:199] + "…"
