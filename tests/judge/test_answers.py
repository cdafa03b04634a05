"""Of which places an answer speaks, and what a proof of a closed key may settle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.judge.small import CHECKLIST, evidence, found, told
from tests.judge.small import PROBES as SMALL
from wizard.checklist import load, validate
from wizard.judge import fingerprint, judge, named, open_marks
from wizard.model import Answer, Basis, Consent, Evidence, FileRef, Finding, Observation, Outcome, Reason, Severity
from wizard.probe import Probe
from wizard.words import data

KNOWN = load()
ITEM = "frontend-secrets"
FILE = (FileRef("stripe.eml", "a" * 64),)
ONE, TWO = "0a1b2c3d4e5f", "5f4e3d2c1b0a"
P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Seen:
    findings: tuple[Finding, ...] = ()


async def observe(target: object, net: object) -> Seen:
    raise AssertionError("not run here")


PROBE = Probe(ITEM, ITEM, Consent.LOOK, Seen, observe, lambda seen: seen.findings, ())


def outcomes(findings: list[Finding], *answers: Answer) -> dict[str, tuple[Outcome, str]]:
    """(outcome, sentence) of each finding, by its mark or its place."""
    given = Evidence((Observation(ITEM, Seen(tuple(findings)), "2026-11-20T10:00:00Z", 0.1),), answers)
    verdict = judge(given, KNOWN, (PROBE,)).verdict(ITEM)
    for one in verdict.findings:
        words = KNOWN.words(one)
        assert words.text
        assert "{" not in words.text + words.next, words
    return {fingerprint(f) or f.where or f.id: (f.outcome, f.say) for f in verdict.findings}


def key(mark: str, check: str = "repo-history", basis: Basis = Basis.EVIDENCED, **more: Any) -> Finding:
    slots = {"name": "Stripe key", "risk": "It moves money.", "rotate": "x", "since": "2025-01-02", "count": "1"}
    slots |= {"label": f"sk_live_…4242 · {mark}", "fingerprint": mark}
    made = Finding(
        f"{ITEM}.{check}", F, basis, "fail", tuple(slots.items()), Severity.HIGH, where="src/pay.ts:3@abc1234"
    )
    return replace(made, **more)


def closed(*marks: str, files: tuple[FileRef, ...] = FILE, value: object = None) -> Answer:
    rows = [{"mark of the key": mark, "service": "Stripe", "day it was closed": "2026-11-19"} for mark in marks]
    return told(f"{ITEM}.revocation", rows if value is None else value, files=files)


PROOFS = {
    "a proof that names the key": (key(ONE), closed(ONE), P),
    "its mark in capitals, or its whole label": (key(ONE), closed(f"sk_live_…4242 · {ONE.upper()}"), P),
    "a proof of another key": (key(ONE), closed(TWO), F),
    "no file": (key(ONE), closed(ONE, files=()), F),
    "a yes and a file, and no key named": (key(ONE), closed(value="yes"), F),
    "a text that names the key": (key(ONE), closed(value=f"we closed {ONE}"), F),
    "no rows": (key(ONE), closed(value=[]), F),
    "nobody says it": (key(ONE), replace(closed(ONE), by=""), F),
    "'yes, rotated' alone": (key(ONE), told(f"{ITEM}.rotation", "yes"), F),
    "the same key in the code as it is now": (key(ONE, "repo-tree"), closed(ONE), F),
    "the same key in the page": (key(ONE, "bundle", Basis.OBSERVED), closed(ONE), F),
    "a fail that was seen on the running product": (key(ONE, basis=Basis.OBSERVED), closed(ONE), F),
    "a fail that is about no one key": (key("", say="more", slots=(("count", "9"),)), closed(ONE), F),
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_proof_of_a_closed_key(case: str) -> None:
    finding, answer, outcome = PROOFS[case]
    found = outcomes([finding], answer)
    assert found[fingerprint(finding) or finding.where][0] is outcome


def test_a_proved_key_passes_on_the_proof_and_names_its_file() -> None:
    given = Evidence((Observation(ITEM, Seen((key(ONE),)), "2026-11-20T10:00:00Z", 0.1),), (closed(ONE),))
    verdict = judge(given, KNOWN, (PROBE,)).verdict(ITEM)
    assert verdict.outcome is U  # the rest of the item was not looked at
    one = next(f for f in verdict.findings if f.check == "repo-history")
    assert (one.outcome, one.basis, one.severity, one.files) == (P, Basis.EVIDENCED, Severity.NOTE, FILE)
    assert one.answered_by == "Ada"
    assert "Ada" in KNOWN.words(one).text


def test_one_proof_settles_one_key_of_two() -> None:
    found = outcomes([key(ONE), key(TWO)], closed(ONE))
    assert (found[ONE][0], found[TWO][0]) == (P, F)


def look(where: str, mark: str = "", check: str = "bundle") -> Finding:
    slots = (("name", "key"), ("fingerprint", mark)) if mark else (("name", "key"),)
    return Finding(f"{ITEM}.{check}", U, Basis.OBSERVED, "look", slots, reason=Reason.REVIEW, where=where)


REVIEW = {"reason": Reason.REVIEW}
SMALL_ARGS = (CHECKLIST, SMALL)


@pytest.mark.parametrize(
    ("shown", "value", "settled"),
    [
        (("GET /x",), "yes", True),
        (("GET /w", "GET /x"), "yes", True),
        (("GET /w",), "yes", False),
        ((), "yes", False),
        (None, "yes", True),  # from a profile: nobody kept what was shown
    ],
)
def test_an_answer_speaks_of_the_places_that_it_was_shown_with(
    shown: tuple[str, ...] | None, value: str, settled: bool
) -> None:
    open_ = found("auth.door", "unknown", where="GET /x", **REVIEW)
    answer = told("auth.door", value, shown=shown)
    verdict = judge(evidence(found("auth.door", "pass", where="GET /a"), open_, answer), *SMALL_ARGS).verdict("auth")
    assert (verdict.outcome is P) is settled


def test_a_new_place_stays_open_beside_an_old_one() -> None:
    old, new = (found("auth.door", "unknown", where=where, **REVIEW) for where in ("GET /x", "GET /y"))
    answer = told("auth.door", "yes", shown=("GET /x",))
    verdict = judge(evidence(found("auth.door", "pass", where="GET /a"), old, new, answer), *SMALL_ARGS).verdict("auth")
    assert {f.where: f.outcome for f in verdict.findings} == {"GET /a": P, "GET /x": P, "GET /y": U}
    assert verdict.outcome is U


def test_a_new_place_stays_open_where_an_answer_alone_would_do() -> None:
    """Keys that are made for pages: a yes about one is no word about the next."""
    rows = [look("https://a.example/:1", ONE, "meter-keys"), look("https://a.example/:9", TWO, "meter-keys")]
    rows = [replace(one, say="unknown", slots=(*one.slots, ("risk", "x"))) for one in rows]
    answer = told(f"{ITEM}.meter-keys", "yes", shown=(ONE,))
    found = outcomes(rows, answer)
    assert (found["https://a.example/:1"][0], found[TWO][0]) == (P, U)


def test_a_key_that_moved_is_still_the_same_key() -> None:
    moved = replace(look("https://a.example/app.9f.js:7", ONE, "meter-keys"), say="unknown")
    moved = replace(moved, slots=(*moved.slots, ("risk", "x")))
    assert outcomes([moved], told(f"{ITEM}.meter-keys", "yes", shown=(ONE,)))[moved.where][0] is P


def test_what_is_about_no_place_is_settled_as_before() -> None:
    open_ = found("auth.door", "unknown", **REVIEW)
    verdict = judge(evidence(open_, found("auth.door", "pass"), told("auth.door", "yes", shown=())), *SMALL_ARGS)
    assert verdict.verdict("auth").outcome is P


def test_a_no_fails_and_keeps_the_new_place() -> None:
    new = found("auth.door", "unknown", where="GET /y", **REVIEW)
    verdict = judge(evidence(new, told("auth.door", "no", shown=())), *SMALL_ARGS).verdict("auth")
    assert verdict.outcome is F
    assert {f.outcome for f in verdict.findings} == {F, U}


def test_the_marks_of_a_question() -> None:
    question = KNOWN.questions()[f"{ITEM}.revocation"]
    rows = [key(TWO), key(ONE), key(ONE, "repo-tree"), key("", say="more"), look("x", "99", "repo-history")]
    assert open_marks(rows, question) == (ONE, TWO)
    assert open_marks(
        [look("b", check="meter-keys"), look("a", ONE, "meter-keys")], KNOWN.questions()[f"{ITEM}.meter-keys"]
    ) == (ONE, "b")


@pytest.mark.parametrize("value", ["yes", "", [], [{}], ["text"], [{"other": ONE}], [{"mark": "  "}], None, 3])
def test_an_answer_that_names_no_key(value: object) -> None:
    assert named(value, ["mark"]) == ()


def test_a_checklist_whose_proof_is_of_no_check_is_told(tmp_path: Any) -> None:
    for file in data("checklists/coach-chatbot").glob("*.toml"):
        text = file.read_text().replace(
            'proves = ["frontend-secrets.repo-history"]', 'proves = ["frontend-secrets.past"]'
        )
        (tmp_path / file.name).write_text(text)
    (only,) = validate(tmp_path)
    assert only.key == "checklist.no-such-check"
    assert only.slots["key"] == "frontend-secrets.past"
