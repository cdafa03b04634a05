"""The boundaries for the page: the diagram with its arrows in words, then the four chapters with their tables and open questions."""

from __future__ import annotations

from typing import Any

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Outcome
from wizard.report.boundaries import Chapter, Graph, Told, chapters, derive
from wizard.report.boundaries import tables as made
from wizard.report.boundaries.svg import address, alternative, picture
from wizard.report.times import due, moment
from wizard.words import say

DAYS_TO_ANSWER = 14
"""An open question is due this many days after the document's day."""


def pages(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    """The diagram, its legend, and a page for each chapter."""
    told = Told(assessment, checklist)
    graph = derive(assessment, judgement, told)
    svg, wide, high = picture(graph)
    return {
        "diagram": {"src": address(svg), "alt": alternative(graph), "wide": round(wide), "high": round(high)},
        "legend": legend(graph),
        "chapters": [_chapter(chapter, told, assessment, judgement, checklist) for chapter in chapters(checklist)],
    }


def legend(graph: Graph) -> list[dict[str, Any]]:
    """Every arrow in words: number, from, to, identity, how we know."""
    return [
        {
            "number": number,
            "source": graph.node(edge.source).label,
            "target": graph.node(edge.target).label,
            "identity": edge.identity,
            "basis": edge.basis.value,
            "basis_word": say(f"report.basis.{edge.basis.value}"),
        }
        for number, edge in enumerate(graph.edges, 1)
    ]


def _settled(question: str, judgement: Judgement, checklist: Checklist) -> bool:
    """Whether a question that lives with an item needs no answer: its check passed without one, or has nothing to ask about."""
    check = checklist.check(question)
    item = next((v for v in judgement.verdicts if v.item == question.partition(".")[0]), None)
    if check is None or item is None:
        return False
    mine = {f.outcome for f in item.findings if f.id == question}
    if not mine:
        return item.outcome is Outcome.PASS
    return mine <= {Outcome.PASS, Outcome.NOT_APPLICABLE}


def _chapter(
    chapter: Chapter, told: Told, assessment: Assessment, judgement: Judgement, checklist: Checklist
) -> dict[str, Any]:
    statements = made.statements(chapter, told)
    extra = {
        "identity": [made.access_matrix(told)],
        "data": [made.data_table(told), made.subprocessors(told)],
    }.get(chapter.id, [])
    tables = [*(table for table in extra if table.rows), *made.told_tables(chapter, told)]
    return {
        "id": chapter.id,
        "title": chapter.title,
        "intro": chapter.intro,
        "flow": list(made.auth_flow(told)) if chapter.id == "identity" else [],
        "tables": [made.plain(table) | {"basis_word": say(f"report.basis.{table.basis.value}")} for table in tables],
        "known": [_known(s) for s in statements if s.answer],
        "open": [
            _open(s, assessment) for s in statements if not s.answer and not _settled(s.question, judgement, checklist)
        ],
    }


def _known(statement: made.Statement) -> dict[str, str]:
    return {
        "ask": statement.ask,
        "answer": statement.answer,
        "at": statement.at,
        "known_by": " · ".join(part for part in (say(f"report.basis.{statement.basis.value}"), statement.by) if part),
    }


def _open(statement: made.Statement, assessment: Assessment) -> dict[str, str]:
    return {
        "ask": statement.ask,
        "who": statement.who.rstrip("."),
        "owner": assessment.subject.assessor or say("report.reviewer.nobody"),
        "due": due(moment(assessment), DAYS_TO_ANSWER),
    }
