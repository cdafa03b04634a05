"""What was told in the interview, read safely: an answer may be missing, half filled, or not what its question asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wizard.checklist import Checklist, Question
from wizard.judge.findings import newest_answers
from wizard.model import Answer, Assessment, Basis

Row = dict[str, str]
"""One line of a table, by column; every column of the question is there, blanks trimmed."""

MOST_ROWS = 100
MOST_CELL, MOST_TEXT = 300, 1500
"""Characters kept of a cell and of a text answer; all of it is in the attached evidence."""
_OPEN = ("dont-know", "")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the interview with its questions in order: its own, then those that live with an item."""

    id: str
    title: str
    intro: str
    questions: tuple[Question, ...]


def chapters(checklist: Checklist) -> tuple[Chapter, ...]:
    """The chapters in order, each with its questions."""
    return tuple(
        Chapter(name, chapter.title, chapter.intro, checklist.chapter(name))
        for name, chapter in checklist.chapters.items()
    )


class Told:
    """The newest answers by question id."""

    def __init__(self, assessment: Assessment, checklist: Checklist) -> None:
        self.answers = newest_answers(assessment.evidence)
        self.questions = checklist.questions()

    def answer(self, question: str) -> Answer | None:
        """The answer, or None where nobody answered or the answer is "I don't know"."""
        found = self.answers.get(question)
        return None if found is None or found.value is None or found.value in _OPEN or found.value == [] else found

    def known(self, question: str) -> bool:
        """Whether somebody answered with more than "I don't know"."""
        return self.answer(question) is not None

    def basis(self, question: str) -> Basis:
        """Evidenced with a file, attested without, none when nobody knows."""
        found = self.answer(question)
        if found is None:
            return Basis.NONE
        return Basis.EVIDENCED if found.files else Basis.ATTESTED

    def value(self, question: str) -> str:
        """The answer as one word or text; "" for a table or no answer."""
        found = self.answer(question)
        return found.value[:MOST_TEXT].strip() if found is not None and isinstance(found.value, str) else ""

    def label(self, question: str) -> str:
        """The answer in words: the label of a choice, else the text itself."""
        value = self.value(question)
        asked = self.questions.get(question)
        choices = asked.choices if asked is not None else []
        return next((choice.label for choice in choices if choice.value == value), value)

    def rows(self, question: str) -> tuple[Row, ...]:
        """The lines of a table answer; () for anything else. Lines that are not tables, and empty ones, are left out."""
        found = self.answer(question)
        asked = self.questions.get(question)
        if found is None or not isinstance(found.value, list | tuple):
            return ()
        columns = asked.columns if asked is not None else []
        rows = [_row(line, columns) for line in found.value[:MOST_ROWS] if isinstance(line, dict)]
        return tuple(row for row in rows if any(row.values()))


def _row(line: dict[Any, Any], columns: Iterable[str]) -> Row:
    given = {str(key): "" if cell is None else str(cell)[:MOST_CELL].strip() for key, cell in line.items()}
    return {
        column: given.get(column, given.get(column.replace(" ", "_"), given.get(column.replace(" ", "-"), "")))
        for column in columns
    }
