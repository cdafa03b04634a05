"""What is said once: findings alike, reasons of one kind, things left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report import samples
from wizard.checklist import load
from wizard.model import Basis, Finding, Outcome, Reason
from wizard.report import items
from wizard.report.aftercare import aftercare
from wizard.report.alike import together, untested
from wizard.report.chapters import pages
from wizard.report.decision import decision, sprint

KNOWN = samples.checklist()


def passing(where: str, **more) -> Finding:
    one = next(f for f in samples.findings() if f.outcome is Outcome.PASS and f.item == "object-access")
    return replace(one, where=where, **more)


def test_the_same_words_about_other_places_are_one_entry() -> None:
    found = together([passing("GET /a"), passing("GET /b"), passing("GET /b"), passing("GET /c")], KNOWN)
    assert [(f.where, places) for f, places in found] == [("GET /a", ("GET /b", "GET /c"))]


@pytest.mark.parametrize(
    "other",
    [
        {"basis": Basis.EVIDENCED},
        {"answered_by": "Ada Osei"},
        {"outcome": Outcome.NOT_APPLICABLE},
        {"root": "auth.missing-token"},
        {"id": "object-access.swap-2"},
    ],
)
def test_what_differs_in_anything_but_the_place_stays_apart(other) -> None:
    assert len(together([passing("GET /a"), passing("GET /b", **other)], KNOWN)) == 2


def test_checks_left_out_for_one_reason_are_named_together() -> None:
    left = Finding(
        "rate-limits.login", Outcome.UNKNOWN, Basis.NONE, reason=Reason.NOT_TESTED, say="reasons.stopped", where=""
    )
    found = untested([left, replace(left, id="rate-limits.reset"), replace(left, evidence="POST /x -> 500")], load())
    assert [len(group) for group in found] == [2, 1]


def test_nothing_is_lost_by_being_told_together() -> None:
    one = samples.assessment()
    judged = samples.judged(one)
    for verdict in judged.verdicts:
        page = items.page(verdict, one, KNOWN)
        assert page["more"] == 0
        text = str(page)
        assert [f.where for f in verdict.findings if f.where and f.where not in text] == []


def test_reasons_of_one_kind_are_one_sentence() -> None:
    made = decision(samples.judged(samples.assessment(), samples.flagged()), KNOWN)
    fails = [r for r in made["reasons"] if "fail" in r]
    assert len(made["reasons"]) <= 5
    assert any("items fail: " in r for r in fails)


def test_the_plan_begins_with_the_keys_and_names_what_was_not_tested() -> None:
    plan = sprint(samples.judged(samples.assessment(), samples.flagged()), KNOWN)
    assert plan["phases"][1]["points"][0]["text"].startswith("Before anything else")
    assert all(point["text"] for phase in plan["phases"] for point in phase["points"])


def test_things_left_behind_are_added_up_by_place_and_person() -> None:
    found = aftercare(
        (
            "POST /chat as a: 4 messages",
            "POST /chat as a: 1 message",
            "POST /notes as b: 1 texts: LR test 77",
            "POST /login: limited, retry-after 5 s",
            "Conversation c_1 holds test messages.",
        )
    )
    assert found["left"] == [
        {"where": "POST /chat", "who": "Client A", "what": "5 messages", "mark": ""},
        {"where": "POST /notes", "who": "Client B", "what": "1 text", "mark": "LR test 77"},
        {"where": "POST /login", "who": "", "what": "limited, retry-after 5 s", "mark": ""},
    ]
    assert found["lines"] == ["Conversation c_1 holds test messages."]


@pytest.mark.parametrize(
    ("outcomes", "asked"),
    [((), True), ((Outcome.PASS,), False), ((Outcome.PASS, Outcome.FAIL), True), ((Outcome.UNKNOWN,), True)],
)
def test_a_question_whose_check_passed_is_not_open(outcomes: tuple[Outcome, ...], asked: bool) -> None:
    known = load()
    one = replace(samples.assessment(), evidence=replace(samples.assessment().evidence, answers=()))
    more = [Finding("prompt-injection.tool-inventory", outcome, Basis.EVIDENCED) for outcome in outcomes]
    judged = samples.judged(one, more)
    access = next(c for c in pages(one, judged, known)["chapters"] if c["id"] == "access")
    assert any("Can the bot change anything" in row["ask"] for row in access["open"]) == asked
