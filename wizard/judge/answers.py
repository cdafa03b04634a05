"""What a person's answer may do: settle what was left for review, or stand where the checklist lets an answer stand. Never more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from wizard.checklist import Check, Checklist, Question
from wizard.model import Answer, Basis, Finding, Outcome, Reason


def settle(findings: list[Finding], answers: dict[str, Answer], checklist: Checklist, now: str) -> list[Finding]:
    """Findings with the answers worked in; an observed fail stays a fail whatever anybody says."""
    for item in checklist.items:
        for question in item.questions:
            answer, check = answers.get(question.id), checklist.check(question.id)
            if answer is not None and check is not None:
                told = _told(question, check, answer, now)
                mine = [f for f in findings if f.id == question.id]
                others = [f for f in findings if f.id != question.id]
                findings = others + _combine(mine, told, check)
    return findings


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


def _combine(mine: list[Finding], told: Finding, check: Check) -> list[Finding]:
    if not mine:
        return [told]
    if told.outcome is Outcome.FAIL:
        return [*(f for f in mine if f.outcome is not Outcome.UNKNOWN), told]
    return [_settled(f, told, check) for f in mine]


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
