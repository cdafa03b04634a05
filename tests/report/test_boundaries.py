"""The interview and what follows from it: every row of the handover is asked, and every table and sentence comes from answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report import samples
from wizard.model import Answer, Basis, FileRef
from wizard.report.boundaries import Told, chapters
from wizard.report.boundaries.tables import (
    MERGED,
    access_matrix,
    auth_flow,
    data_table,
    joined,
    statements,
    subprocessors,
    told_tables,
)
from wizard.report.chapters import pages
from wizard.words import area

KNOWN = samples.checklist()


def told(**changed: object) -> Told:
    one = samples.assessment()
    names = {f"boundaries.{name.replace('__', '.').replace('_', '-')}": value for name, value in changed.items()}
    answers = [a for a in one.evidence.answers if a.question not in names]
    answers += [Answer(name, value, "Ada Osei", "2026-11-21") for name, value in names.items()]
    return Told(replace(one, evidence=replace(one.evidence, answers=tuple(answers))), KNOWN)


def test_four_chapters_hold_every_question_once() -> None:
    found = chapters(KNOWN)
    assert [c.id for c in found] == ["identity", "data", "access", "deployment"]
    ids = [q.id for c in found for q in c.questions]
    assert len(ids) == len(set(ids))
    assert {q.id for q in KNOWN.interview} <= set(ids)


@pytest.mark.parametrize("question", KNOWN.interview, ids=lambda q: q.id)
def test_each_question_is_complete(question) -> None:
    assert question.id.split(".")[0] == "boundaries"
    assert question.ask.endswith("?")
    assert question.help
    assert question.who
    assert question.message
    assert (question.kind == "table") == bool(question.columns)
    assert (question.kind == "choice") == bool(question.choices)
    for text in (question.ask, question.help, question.message):
        for sentence in text.replace("?", ".").split(". "):
            assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("identity", "sign-in second factor session long out password role scope refresh webhook leave"),
        (
            "data",
            "notes transcripts lead bookings payments files embeddings region encrypted tables buckets caches vector kept deleted backup trained purpose terms",
        ),
        ("access", "contractors factor keys changed tool writes rights confirmed support logged"),
        ("deployment", "front review environment settings migration back alert leak hours registrar owns ill"),
    ],
)
def test_the_interview_covers_what_a_handover_must_establish(chapter: str, words: str) -> None:
    text = " ".join(
        f"{q.ask} {q.help} {q.message} {' '.join(q.columns)}".lower()
        for found in chapters(KNOWN)
        for q in found.questions
        if found.id == chapter
    )
    assert [word for word in words.split() if word not in text] == []


def test_what_is_shown_beside_a_question_belongs_to_an_item() -> None:
    assert {name.partition(".")[0] for q in KNOWN.interview for name in q.show} <= set(samples.NAMES)


def test_every_table_has_a_title() -> None:
    titles = area("report")["titles"]
    tables = [q.id for q in KNOWN.interview if q.kind == "table" and q.id not in MERGED]
    assert [name for name in tables if name.removeprefix("boundaries.") not in titles] == []


def test_flow_is_eight_sentences_with_and_without_answers() -> None:
    spoken = auth_flow(told())
    assert len(spoken) == 8
    assert (
        spoken[0]
        == "These groups sign in: Clients by e-mail link, Coach by password and Nightly report script by service token."
    )
    assert spoken[2] == "The session is kept in a cookie that scripts on the page cannot read."
    one = samples.bare()
    silent = auth_flow(Told(one, KNOWN))
    assert len(silent) == 8
    assert all("not" in sentence for sentence in silent)
    assert not any("{" in sentence for sentence in (*spoken, *silent))


@pytest.mark.parametrize(
    "value",
    [c.value for q in KNOWN.interview for c in q.choices if q.id.endswith((".sessions", ".session-end", ".refresh"))],
)
def test_each_choice_has_its_sentence(value: str) -> None:
    flow = area("report")["flow"]
    assert any(value in words for words in flow.values())


def test_data_table_joins_kinds_and_retention() -> None:
    table = data_table(told())
    assert table.rows[0] == (
        "Chat transcripts",
        "very private",
        "Main database",
        "2 years",
        "script on request",
        "7 days",
    )
    assert table.rows[1][3:] == ("", "", "")
    assert table.basis is Basis.ATTESTED


def test_subprocessors_name_each_company_once_with_training() -> None:
    rows = subprocessors(told()).rows
    assert [row[0] for row in rows] == ["OpenAI", "Supabase", "Stripe", "Postmark"]
    assert rows[0][4] == "Trained on: no. Kept: 30 days."


def test_access_matrix_is_role_by_data() -> None:
    table = access_matrix(told())
    assert table.columns == ("role", "Chats", "Files", "Bookings")
    assert table.rows == (
        ("Client", "read, write (own)", "read (own)", "–"),
        ("Coach", "read (own clients)", "–", "admin (all)"),
    )


def test_dont_know_is_an_open_question_with_owner_and_day() -> None:
    one = samples.assessment()
    found = pages(one, samples.judged(one), KNOWN)
    deployment = found["chapters"][3]
    line = next(o for o in deployment["open"] if o["ask"].startswith("Does a second person"))
    assert line["owner"] == "Ada Osei"
    assert line["due"] == "7 December 2026"
    assert not any(k["ask"] == line["ask"] for k in deployment["known"])


def test_a_file_makes_an_answer_evidenced() -> None:
    one = samples.assessment()
    file = FileRef("dpa.pdf", "ab" * 32)
    answers = tuple(
        replace(a, files=(file,)) if a.question.endswith("data.models") else a for a in one.evidence.answers
    )
    known = Told(replace(one, evidence=replace(one.evidence, answers=answers)), KNOWN)
    assert known.basis("boundaries.data.models") is Basis.EVIDENCED


def test_the_newest_answer_counts_and_nobody_counts_for_nothing() -> None:
    one = samples.bare()
    answers = (
        Answer("boundaries.identity.leavers", "old", "Ada", "2026-01-01"),
        Answer("boundaries.identity.leavers", "new", "Ada", "2026-02-01"),
        Answer("boundaries.deployment.contact", "x@example.com", "", "2026-02-01"),
    )
    known = Told(replace(one, evidence=replace(one.evidence, answers=answers)), KNOWN)
    assert known.value("boundaries.identity.leavers") == "new"
    assert not known.known("boundaries.deployment.contact")


def test_minutes_and_notes_are_told_with_the_answer() -> None:
    data = next(c for c in chapters(KNOWN) if c.id == "data")
    found = {s.question: s.answer for s in statements(data, told())}
    assert found["boundaries.data.restore"] == "Yes. It took 25 minutes."
    assert any(t.title == "Where data lies" for t in told_tables(data, told()))


def test_joining() -> None:
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"


def test_no_secret_value_is_asked_for() -> None:
    columns = {column for q in KNOWN.interview for column in q.columns}
    assert not columns & {"value", "key", "password", "secret"}


def test_open_risks_come_worst_first_and_an_item_does_not_flood_the_table() -> None:
    from wizard.model import Outcome, Severity
    from wizard.report.open_points import points

    one = samples.assessment()
    many = [samples.finding("cors", Outcome.FAIL, where=f"GET /{n}", severity=Severity.LOW) for n in range(9)]
    found = points(one, samples.judged(one, [*samples.flagged(), *many]), KNOWN)
    kinds = [line["kind"] for line in found]
    assert kinds == sorted(kinds, key=["Red flag", "Fails", "Unknown", "Not settled"].index)
    cors = [line for line in found if line["anchor"] == "item-cors"]
    assert len(cors) == 4
    assert cors[-1]["text"].endswith("And 5 more on the page of this item.")
    assert {line["owner"] for line in found} == {"Ada Osei"}
    assert found[0]["due"] == "24 November 2026"
