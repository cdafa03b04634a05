"""The order in which a person is asked, and what a page shows. The full-screen and the line-by-line face drive this same object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from wizard.checklist import Question
from wizard.judge import fingerprint, named, open_marks
from wizard.model import Answer, Basis, Finding, Outcome, Trouble
from wizard.report import said
from wizard.session.core import Session
from wizard.words import say

DONT_KNOW, NOT_APPLICABLE = "dont-know", "not-applicable"


@dataclass(frozen=True, slots=True)
class Page:
    """One question as it is shown. `choices`: (value, label); "I don't know" is always the last. `seen`: what the checks saw."""

    question: Question
    chapter: str
    choices: tuple[tuple[str, str], ...]
    seen: tuple[str, ...] = ()
    given: Answer | None = None
    number: int = 1
    of: int = 1
    start: str = ""
    """What the field of a table begins with: a row for each key that the answer could settle."""


class Flow:
    """Questions one after the other. `None` as `only`: the whole way, items first, then the interview."""

    def __init__(self, session: Session, only: tuple[str, ...] | None = None) -> None:
        self._session = session
        self._only = only

    def all(self) -> tuple[Question, ...]:
        """Every question of this way, in order."""
        known = self._session.checklist.questions()
        if self._only is not None:
            return tuple(known[id_] for id_ in self._only if id_ in known)
        return tuple(known.values())

    def open(self) -> tuple[Question, ...]:
        """Those that are not answered yet and that an answer could still settle."""
        given = self._session.answers()
        return tuple(q for q in self.all() if self._matters(q) and self._unsaid(q, given.get(q.id)))

    def _unsaid(self, question: Question, given: Answer | None) -> bool:
        """Not answered, or answered when a place was not there that is there now."""
        if given is None:
            return True
        return given.shown is not None and not set(self._marks(question)) <= set(given.shown)

    def _marks(self, question: Question) -> tuple[str, ...]:
        return open_marks(self._session.findings, question)

    def _matters(self, question: Question) -> bool:
        every = [f for v in self._session.judgement.verdicts for f in v.findings]
        if question.proves:
            return any(f.id in question.proves and f.outcome is Outcome.FAIL for f in every)
        findings = [f for f in every if f.id == question.id]
        if not findings:
            return not self._about_what_was_seen(question)
        return any(f.outcome is Outcome.UNKNOWN for f in findings)

    def _about_what_was_seen(self, question: Question) -> bool:
        """It asks a person to look at what a check saw, so it makes no sense, and settles nothing, before that check looked."""
        check = self._session.checklist.check(question.id)
        reviews = question.kind == "yes-no" and question.means.get("yes", Outcome.PASS) is Outcome.PASS
        return check is not None and check.basis is Basis.OBSERVED and reviews

    def page(self, question: Question) -> Page:
        """The page for one question."""
        given = self._session.answers()
        every = [q.id for q in self.all() if q.id in given or q.id == question.id or self._matters(q)]
        at = every.index(question.id) + 1 if question.id in every else 1
        return Page(
            question=question,
            chapter=self._chapter(question),
            choices=choices(question),
            seen=self._seen(question),
            given=self._session.answers().get(question.id),
            number=at,
            of=max(len(every), 1),
            start=self._start(question),
        )

    def _start(self, question: Question) -> str:
        """A row for each open fail that the answer may prove mended: the key's fingerprint, its name, and a cell to fill."""
        fails = [f for v in self._session.judgement.verdicts for f in v.findings if f.id in question.proves]
        keys = {fingerprint(f): dict(f.slots).get("name", "") for f in fails if f.outcome is Outcome.FAIL}
        return "\n".join(f"{mark} | {name} | " for mark, name in keys.items() if mark)

    def give(self, question: Question, value: Any, **more: Any) -> Answer:
        """Keep an answer, and of which places it speaks; on disk when this returns. Trouble for a row about a key that was not found."""
        shown = self._marks(question)
        if question.proves and (unknown := set(named(value, question.columns)) - set(shown)):
            raise Trouble("tui.question.no-such-key", mark=sorted(unknown)[0])
        return self._session.answer(question.id, value, shown=shown, **more)

    def _chapter(self, question: Question) -> str:
        area, name, *_ = question.id.split(".")
        checklist = self._session.checklist
        return checklist.chapters[name].title if area == "boundaries" else checklist.item(area).title

    def _seen(self, question: Question) -> tuple[str, ...]:
        wanted = (question.id, *question.show)
        checklist = self._session.checklist
        found = [f for v in self._session.judgement.verdicts for f in v.findings if _about(f, wanted)]
        return tuple(dict.fromkeys(said(f, checklist).text for f in found if not f.answered_by))[:4]


def choices(question: Question) -> tuple[tuple[str, str], ...]:
    """The answers to pick from, "I don't know" last; a text or a table has only the two ways out."""
    out = ((NOT_APPLICABLE, say("flow.not-applicable")), (DONT_KNOW, say("flow.dont-know")))
    if question.kind == "yes-no":
        return (("yes", say("flow.yes")), ("no", say("flow.no")), *out)
    return (*((c.value, c.label) for c in question.choices), *out)


def rows(question: Question, text: str) -> list[dict[str, str]]:
    """The rows of a table as a person types them: one a line, the columns parted by ``|``."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if any(cells):
            found.append(dict(zip(question.columns, cells + [""] * len(question.columns), strict=False)))
    return found


def table_text(question: Question, answer: Answer | None) -> str:
    """The rows of an answer as text again, the columns in the question's order."""
    if answer is None or not isinstance(answer.value, list | tuple):
        return answer.value if answer is not None and isinstance(answer.value, str) else ""
    return "\n".join(" | ".join(str(row.get(name, "")) for name in question.columns) for row in answer.value)


def day(text: str) -> str:
    """A day as a person types it, as ISO 8601; "" when it is none."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""


def _about(finding: Finding, wanted: tuple[str, ...]) -> bool:
    return any(name in (finding.id, finding.item) or finding.id.startswith(f"{name}.") for name in wanted)


__all__ = ["DONT_KNOW", "NOT_APPLICABLE", "Flow", "Page", "choices", "day", "rows", "table_text"]
