"""The reviewer's questions: enough of them, each answerable from evidence, honest when it is not; and the answer library."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from tests.report import samples
from wizard.model import Answer, Basis, Finding, Outcome, Severity
from wizard.report import answers_csv, answers_md
from wizard.report.answers import _cell, _line
from wizard.report.reviewer import questions, replies

FILE = questions()
KNOWN = samples.checklist()


def of(found, id_: str):
    return next(reply for reply in found if reply.id == id_)


def test_at_least_45_questions_on_every_topic() -> None:
    assert len(FILE.questions) >= 45
    assert {q.topic for q in FILE.questions} == set(FILE.topics)
    assert len({q.id for q in FILE.questions}) == len(FILE.questions)
    text = " ".join(q.ask.lower() for q in FILE.questions)
    wanted = "sign in|encrypt|apart|kept|deleted|backed up|leak|other companies|train|hostile prompts|actions|logged|report a security|change reach|away for a month"
    assert [
        word for word in wanted.split("|") if word not in text and not re.search(word.replace(" ", ".*"), text)
    ] == []


@pytest.mark.parametrize("asked", FILE.questions, ids=lambda q: q.id)
def test_each_question_has_sources_and_sentences(asked) -> None:
    assert asked.ask.endswith("?")
    assert asked.items or asked.checks or asked.answers
    assert set(asked.items) <= set(samples.NAMES)
    known = KNOWN.questions()
    for name in asked.answers:
        if name not in known:
            assert name.partition(".")[0] in samples.NAMES
            continue
        question = known[name]
        if question.kind == "choice":
            assert {c.value for c in question.choices} <= set(asked.say)
        elif question.kind == "yes-no":
            assert {"yes", "no"} <= set(asked.say)
        elif question.kind == "table":
            slots = set(re.findall(r"\{([a-z-]+)\}", asked.row))
            assert slots
            assert slots <= {c.replace(" ", "-") for c in question.columns}
        else:
            assert "told" in asked.say
    for sentence in asked.say.values():
        assert set(re.findall(r"\{([a-z-]+)\}", sentence)) <= {"rows", "value", "where", "at"}
        assert all(len(part.split()) <= 25 for part in sentence.split(". "))


def test_answers_come_from_evidence_with_basis_and_page() -> None:
    one = samples.assessment()
    found = replies(one, samples.judged(one), KNOWN)
    proof = of(found, "isolation.proof")
    assert proof.bases == (Basis.OBSERVED,)
    assert proof.pointer == "item-object-access"
    assert proof.answer.startswith("No.")
    models = of(found, "model.training")
    assert models.answer == "Used for training, by provider: OpenAI: no."
    assert models.bases == (Basis.ATTESTED,)
    assert models.pointer == "boundaries-data"
    fails = of(found, "access.enforced")
    assert "GET /conversations/{id}" in fails.answer
    assert not any("{rows}" in r.answer or "{value}" in r.answer or "{where}" in r.answer for r in found)


def test_dates_are_spelled_and_notes_are_told() -> None:
    one = samples.assessment()
    noted = [
        replace(a, note="Backups age out.") if a.question.endswith("data.deletion") else a for a in one.evidence.answers
    ]
    one = replace(one, evidence=replace(one.evidence, answers=tuple(noted)))
    found = replies(one, samples.judged(one), KNOWN)
    assert of(found, "continuity.restore").answer == "A trial restore was done on 20 November 2026."
    assert of(found, "data.deletion").answer == "Yes, in every store, on request. Backups age out."


def test_what_nobody_knows_names_who_owes_it() -> None:
    one = samples.assessment()
    found = replies(one, samples.judged(one), KNOWN)
    review = of(found, "change.review")
    assert review.open
    assert review.answer == "Not answered yet. Ada Osei owes this answer."
    bare = samples.bare()
    silent = replies(bare, samples.judged(bare, []), KNOWN)
    assert all(reply.open and reply.bases == () for reply in silent)
    assert of(silent, "data.kinds").answer == "Not answered yet. The founder owes this answer."


def test_an_unknown_item_is_no_answer_and_a_told_yes_never_hides_a_seen_fail() -> None:
    one = samples.assessment()
    found = [
        replace(f, outcome=Outcome.FAIL, where="x") if f.item == "object-access" else f for f in samples.findings()
    ]
    proof = of(replies(one, samples.judged(one, found), KNOWN), "isolation.proof")
    assert proof.answer.startswith("Today yes")
    assert of(replies(one, samples.judged(one), KNOWN), "logging.events").open


def test_every_pointer_is_a_page_of_the_document() -> None:
    from wizard.report import make_html

    one = samples.assessment()
    judged = samples.judged(one)
    html = make_html(one, judged, KNOWN, samples.evidence(one))
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    assert {reply.pointer for reply in replies(one, judged, KNOWN)} <= anchors
    assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors


def test_library_as_csv_has_every_question_and_no_formula() -> None:
    one = samples.assessment()
    evil = '=HYPERLINK("http://evil.example")\n+1\t@x'
    answers = (*one.evidence.answers, Answer("boundaries.identity.leavers", evil, "Ada", "2026-11-22"))
    one = replace(one, evidence=replace(one.evidence, answers=answers))
    rows = list(csv.reader(io.StringIO(answers_csv(one, samples.judged(one), KNOWN))))
    assert len(rows) == len(FILE.questions) + 1
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "|", "%"))]
    assert not [cell for row in rows for cell in row if "\n" in cell]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|cmd", "%0A"])
def test_a_cell_never_starts_a_formula(text: str) -> None:
    assert _cell(text)[0] in "'0[" or not _cell(text).startswith(("=", "+", "-", "@", "|", "%"))


def test_library_as_markdown_takes_no_markup_from_outside() -> None:
    assert _line("<img src=x> [a](b) *b* `c`\n# d") == "\\<img src=x\\> \\[a\\](b) \\*b\\* \\`c\\` \\# d"
    one = samples.assessment()
    text = answers_md(one, samples.judged(one), KNOWN)
    assert text.count("**") == 2 * len(FILE.questions)
    assert text.startswith("# Answers for security forms: Ask Bright")


@pytest.mark.parametrize(
    ("markup", "exfiltration", "said"),
    [
        (Outcome.PASS, Outcome.PASS, "It was asked for both"),
        (Outcome.PASS, Outcome.UNKNOWN, ""),
        (Outcome.PASS, None, ""),
        (Outcome.PASS, Outcome.FAIL, "Today yes"),
        (None, Outcome.FAIL, "Today yes"),
    ],
)
def test_a_question_on_two_checks_needs_both(markup, exfiltration, said: str) -> None:
    one = samples.assessment()
    told = {"prompt-injection.markup": markup, "prompt-injection.exfiltration": exfiltration}
    more = [Finding(name, outcome, Basis.OBSERVED, where="POST /chat") for name, outcome in told.items() if outcome]
    reply = of(replies(one, samples.judged(one, [*samples.findings(), *more]), KNOWN), "model.output")
    assert reply.open == (said == "")
    assert reply.answer.startswith(said)


def test_a_pass_with_advice_is_no_plain_yes() -> None:
    one = samples.assessment()
    note = Finding("tls.hsts", Outcome.PASS, Basis.OBSERVED, severity=Severity.NOTE, where="a.example")
    fine = Finding("tls.hsts", Outcome.PASS, Basis.OBSERVED, where="b.example")
    found = replies(one, samples.judged(one, [*samples.findings(), fine, note]), KNOWN)
    assert of(found, "encryption.hsts").answer == "Not as well as it could be (a.example)."
    found = replies(one, samples.judged(one, [*samples.findings(), fine]), KNOWN)
    assert of(found, "encryption.hsts").answer.startswith("Yes.")
