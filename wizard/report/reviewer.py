"""The reviewer's questions, answered from evidence: verdicts and findings first, then what a named person said, else who owes the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import msgspec

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Basis, Finding, Outcome, Severity
from wizard.report.boundaries import Told
from wizard.report.boundaries.tables import joined
from wizard.report.times import day
from wizard.words import area, data, fill, say

MOST_PARTS = 6  # lines of a table named in one answer; the page has the rest


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question of the file. `checks` together, else `items` in order, then `answers`; `say` has a sentence for each outcome or answer."""

    id: str
    topic: str
    ask: str
    say: dict[str, str]
    items: list[str] = []
    checks: list[str] = []
    answers: list[str] = []
    row: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topics: dict[str, str]
    questions: list[Asked]


@dataclass(frozen=True, slots=True)
class Reply:
    """A question with its answer. `pointer` is the anchor of the page that shows the proof; `owner` owes the answer while `open`."""

    number: int
    id: str
    topic: str
    ask: str
    answer: str
    bases: tuple[Basis, ...]
    pointer: str
    label: str
    open: bool
    owner: str


@cache
def questions(checklist: str = "coach-chatbot") -> _File:
    """The reviewer's questions as they ship."""
    return msgspec.toml.decode(data(f"checklists/{checklist}/reviewer.toml").read_bytes(), type=_File)


def replies(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> tuple[Reply, ...]:
    """Every question answered in one or two sentences, in the order of the file."""
    desk = _Desk(assessment, judgement, checklist)
    return tuple(desk.reply(number, asked) for number, asked in enumerate(questions(checklist.index.id).questions, 1))


class _Desk:
    def __init__(self, assessment: Assessment, judgement: Judgement, checklist: Checklist) -> None:
        self.told = Told(assessment, checklist)
        self.owner = assessment.subject.assessor
        self.verdicts = {verdict.item: verdict for verdict in judgement.verdicts}
        self.findings = [finding for verdict in judgement.verdicts for finding in verdict.findings]
        self.checklist = checklist
        self.topics = questions(checklist.index.id).topics

    def reply(self, number: int, asked: Asked) -> Reply:
        seen = self._seen(asked)
        told = self._told(asked)
        parts = [part for part in (seen, told) if part is not None]
        text = " ".join(part[0] for part in parts)
        bases = tuple(dict.fromkeys(part[1] for part in parts))
        pointer, label = self._pointer(asked, parts)
        owner = ""
        if not parts:
            owner = self._owner(asked)
            text = say("report.reviewer.open", owner=owner)
        topic = self.topics[asked.topic]
        return Reply(number, asked.id, topic, asked.ask, text, bases, pointer, label, not parts, owner)

    def _seen(self, asked: Asked) -> tuple[str, Basis, str] | None:
        """A sentence from findings or verdicts, with its basis and the item that shows it. Unknown says nothing."""
        mine = [f for f in self.findings if f.id in asked.checks]
        all_there = set(asked.checks) == {f.id for f in mine}
        told = _telling(mine)
        if told is not None and (all_there or told.outcome is Outcome.FAIL):
            key = "note" if told.outcome is Outcome.PASS and told.severity is Severity.NOTE else told.outcome.value
            if key in asked.say:
                return self._filled(asked.say[key], told), told.basis, told.item
        for item in asked.items:
            verdict = self.verdicts.get(item)
            if verdict is not None and verdict.outcome is not Outcome.UNKNOWN and verdict.outcome.value in asked.say:
                worst = next((f for f in verdict.findings if f.outcome is verdict.outcome and not f.root), None)
                return self._filled(asked.say[verdict.outcome.value], worst), verdict.basis, item
        return None

    @staticmethod
    def _filled(text: str, finding: Finding | None) -> str:
        where = finding.where if finding is not None and finding.where else say("report.reviewer.somewhere")
        return fill(text, {"where": where})

    def _told(self, asked: Asked) -> tuple[str, Basis, str] | None:
        for question in asked.answers:
            if not self.told.known(question):
                continue
            value = self.told.value(question)
            answer = self.told.answer(question)
            if answer is not None and value == "not-applicable" and value not in asked.say:
                text = say("report.reviewer.not-applicable", note=answer.note).strip()
                return text, self.told.basis(question), question
            text = asked.say.get(value, asked.say.get("told", ""))
            if not text:
                continue
            slots = {"value": self._value(question), "rows": self._rows(question, asked.row)}
            slots["at"] = day(answer.at) if answer else ""
            if "{rows}" in text and not slots["rows"]:
                continue
            note = answer.note.strip() if answer is not None and value else ""
            return f"{fill(text, slots)} {note}".strip(), self.told.basis(question), question
        return None

    def _value(self, question: str) -> str:
        label = self.told.label(question)
        return str(area("report")["answers"].get(label, label)).rstrip(" .")

    def _rows(self, question: str, pattern: str) -> str:
        rows = self.told.rows(question)
        slotted = [
            {c.replace(" ", "-"): cell or say("report.diagram.not-told") for c, cell in row.items()} for row in rows
        ]
        parts = list(dict.fromkeys(fill(pattern, row) for row in slotted)) if pattern else []
        if len(parts) > MOST_PARTS:
            more = say("report.reviewer.more", count=len(parts) - MOST_PARTS + 1)
            parts = [*parts[: MOST_PARTS - 1], more]
        return joined(parts)

    def _pointer(self, asked: Asked, parts: list[tuple[str, Basis, str]]) -> tuple[str, str]:
        """The anchor and its title; where nothing is known, the place that would show it."""
        known = [part[2] for part in parts]
        wanted = known or [*asked.items, *(c.partition(".")[0] for c in asked.checks), *asked.answers]
        for name in wanted:
            head, _, rest = name.partition(".")
            if head == "boundaries":
                chapter = rest.partition(".")[0]
                return f"boundaries-{chapter}", say(f"report.boundaries.{chapter}")
            if head in self.verdicts:
                return f"item-{head}", self.checklist.item(head).title
        return "method", say("report.method.title")

    def _owner(self, asked: Asked) -> str:
        return self.owner or say("report.reviewer.nobody")


def _telling(findings: list[Finding]) -> Finding | None:
    """The finding that decides the sentence: the first of the worst outcome, a pass with advice before a plain one, then the weakest basis."""
    own = [f for f in findings if not f.root]
    for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE):
        mine = [f for f in own if f.outcome is outcome]
        if mine:
            return min(mine, key=lambda f: (f.severity is not Severity.NOTE, f.basis.strength))
    return None
