"""The five red flags: raised by what was seen or by an answer; not established when nobody looked and nobody was asked."""

from __future__ import annotations

from wizard.checklist import Checklist, Flag
from wizard.model import Answer, Basis, Finding, Outcome, RedFlag


def raise_flags(findings: list[Finding], answers: dict[str, Answer], checklist: Checklist) -> tuple[RedFlag, ...]:
    """All red flags in the checklist's order."""
    return tuple(_flag(name, flag, findings, answers, checklist) for name, flag in checklist.index.red_flags.items())


def _flag(name: str, flag: Flag, findings: list[Finding], answers: dict[str, Answer], checklist: Checklist) -> RedFlag:
    excused = flag.excused_by in answers and answers[flag.excused_by].value not in ("no", "dont-know")
    tagged = [f for f in findings if set(f.tags) & set(flag.tags) and not excused]
    if tagged:
        worst = max(tagged, key=lambda f: f.basis.strength)
        basis = Basis.ATTESTED if worst.basis is Basis.NONE else worst.basis  # a list in the profile: somebody told it
        return RedFlag(name, True, True, basis, "seen", (("where", worst.where), ("check", worst.id)))
    for raised in flag.raises:
        answer = answers.get(raised.question)
        excuse = raised.unless_pass and any(f.id == raised.unless_pass and f.outcome is Outcome.PASS for f in findings)
        if answer is not None and answer.value in raised.values and not excuse:
            return _by_answer(name, "told", answer, checklist)
    for question in flag.questions:
        if question in answers and answers[question].value == "dont-know":
            return _by_answer(name, "dont-know", answers[question], checklist)
    return _calm(name, flag, findings, answers)


def _by_answer(name: str, say: str, answer: Answer, checklist: Checklist) -> RedFlag:
    question = checklist.questions().get(answer.question)
    asked = question.ask if question else answer.question
    return RedFlag(name, True, True, Basis.ATTESTED, say, (("by", answer.by), ("question", asked)))


def _calm(name: str, flag: Flag, findings: list[Finding], answers: dict[str, Answer]) -> RedFlag:
    """Not raised: established by a look, or by answers to all of its questions."""
    looked = [f for f in findings if f.id in flag.seen_by and f.outcome in (Outcome.PASS, Outcome.FAIL)]
    if looked:
        return RedFlag(name, False, True, max(looked, key=lambda f: f.basis.strength).basis, "clear")
    shown = {f.id for f in findings if f.outcome is Outcome.PASS}  # what was seen or handed over needs no asking
    if flag.questions and all(question in answers or question in shown for question in flag.questions):
        return RedFlag(name, False, True, Basis.ATTESTED, "clear")
    return RedFlag(name, False, False, Basis.NONE, "not-established")
