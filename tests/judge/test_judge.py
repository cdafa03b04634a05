"""The judge's rules as one table each, and what must hold for any evidence."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judge.small import CHECKLIST, PROBES, evidence, found, seen, told
from wizard.judge import Judgement, judge
from wizard.model import Answer, Basis, Evidence, FileRef, Finding, Observation, Outcome, Reason, Tag, Unobserved

FILE = (FileRef("drill.eml", "a" * 64),)
ROUTES = (("routes", "GET /a, GET /lists"),)
REVIEW = {"reason": Reason.REVIEW, "where": "GET /x"}


def run(*parts: Finding | Answer, only: tuple[str, ...] = ()) -> Judgement:
    return judge(evidence(*parts), CHECKLIST, PROBES, only)


ITEMS = {
    "no evidence": ("auth", [], "unknown", "none"),
    "an observed pass": ("auth", [found("auth.door", "pass")], "pass", "observed"),
    "an observed fail": ("auth", [found("auth.door", "fail")], "fail", "observed"),
    "a pass on too weak a basis": ("auth", [found("auth.door", "pass", "evidenced")], "unknown", "none"),
    "one pass and one unknown": (
        "auth",
        [found("auth.door", "pass"), found("auth.door", "unknown", where="b")],
        "unknown",
        "none",
    ),
    "a fail of a check that is not required": (
        "auth",
        [found("auth.door", "pass"), found("auth.extra", "fail")],
        "fail",
        "observed",
    ),
    "an unknown of a check that is not required": (
        "auth",
        [found("auth.door", "pass"), found("auth.extra", "unknown")],
        "pass",
        "observed",
    ),
    "binding only when reported": (
        "files",
        [found("files.wall", "pass"), found("files.side", "unknown")],
        "unknown",
        "none",
    ),
    "not applicable": ("auth", [found("auth.door", "not-applicable")], "not-applicable", "observed"),
    "a told yes does not outrank an observed fail": (
        "auth",
        [found("auth.door", "fail"), told("auth.door", "yes")],
        "fail",
        "observed",
    ),
    "a told yes alone does not make an observable item pass": ("auth", [told("auth.door", "yes")], "unknown", "none"),
    "a told no alone fails": ("auth", [told("auth.door", "no")], "fail", "attested"),
    "a told no over an observed pass": (
        "auth",
        [found("auth.door", "pass"), told("auth.door", "no")],
        "fail",
        "attested",
    ),
    "a person settles a review next to an observed pass": (
        "auth",
        [found("auth.door", "pass", where="a"), found("auth.door", "unknown", **REVIEW), told("auth.door", "yes")],
        "pass",
        "attested",
    ),
    "a settled review alone is not enough": (
        "auth",
        [found("auth.door", "unknown", **REVIEW), told("auth.door", "yes")],
        "unknown",
        "none",
    ),
    "a person cannot settle what proved nothing": (
        "auth",
        [
            found("auth.door", "pass"),
            found("auth.door", "unknown", reason=Reason.INCONCLUSIVE),
            told("auth.door", "yes"),
        ],
        "unknown",
        "none",
    ),
    "not applicable needs a reason": ("auth", [told("auth.door", "not-applicable")], "unknown", "none"),
    "not applicable with a reason": (
        "auth",
        [told("auth.door", "not-applicable", note="no routes")],
        "not-applicable",
        "attested",
    ),
    "nobody stands for the answer": ("more", [told("more.list", [{"a": "b"}], by="")], "unknown", "none"),
    "a filled table": ("more", [told("more.list", [{"a": "b"}])], "pass", "attested"),
    "an empty table": ("more", [told("more.list", [])], "unknown", "none"),
    "don't know": ("more", [told("more.list", "dont-know")], "unknown", "none"),
    "a drill without minutes": (
        "ops",
        [told("ops.drill", "yes"), told("ops.recipe", "yes", files=FILE)],
        "unknown",
        "none",
    ),
    "a drill with minutes": (
        "ops",
        [told("ops.drill", "yes", minutes=9.0), told("ops.recipe", "yes", files=FILE)],
        "pass",
        "attested",
    ),
    "a drill too long ago": (
        "ops",
        [
            found("auth.door", "pass"),
            told("ops.drill", "yes", minutes=9.0, at="2025-01-01"),
            told("ops.recipe", "yes", files=FILE),
        ],
        "unknown",
        "none",
    ),
    "a recipe that is only told": (
        "ops",
        [told("ops.drill", "yes", minutes=9.0), told("ops.recipe", "yes")],
        "unknown",
        "none",
    ),
    "a fail that another item tells": (
        "files",
        [found("auth.door", "fail"), found("files.wall", "fail", roots=("auth.door",))],
        "unknown",
        "none",
    ),
    "a root that failed elsewhere, and here was left for review": (
        "files",
        [
            found("auth.door", "fail", where="GET /b"),
            found("auth.door", "unknown", reason=Reason.REVIEW, where="api", slots=ROUTES),
            found("files.wall", "fail", where="GET /lists", roots=("auth.door",)),
        ],
        "fail",
        "observed",
    ),
    "a root that failed here among others": (
        "files",
        [
            found("auth.door", "fail", where="api", slots=ROUTES),
            found("auth.door", "unknown", reason=Reason.REVIEW, where="GET /b"),
            found("files.wall", "fail", where="GET /lists", roots=("auth.door",)),
        ],
        "unknown",
        "none",
    ),
    "a root that did not fail": (
        "files",
        [found("auth.door", "pass"), found("files.wall", "fail", roots=("auth.door",))],
        "fail",
        "observed",
    ),
}


@pytest.mark.parametrize(("item", "parts", "outcome", "basis"), ITEMS.values(), ids=ITEMS)
def test_item(item: str, parts: list[Finding | Answer], outcome: str, basis: str) -> None:
    verdict = run(*parts).verdict(item)
    assert (verdict.outcome.value, verdict.basis.value) == (outcome, basis)


ALL_GOOD = [
    found("auth.door", "pass"),
    found("files.wall", "pass"),
    told("ops.drill", "yes", minutes=9.0),
    told("ops.recipe", "yes", files=FILE),
    told("more.list", [{"a": "b"}]),
]
DECISIONS = {
    "all pass": (ALL_GOOD, "ready"),
    "nothing known": ([], "not-enough-evidence"),
    "one fails": ([*ALL_GOOD[1:], found("auth.door", "fail")], "fix-yourself"),
    "three of the scorecard fail": (
        [found("auth.door", "fail"), found("files.wall", "fail"), told("ops.recipe", "no")],
        "senior-engineer",
    ),
    "two of the scorecard and one beyond it fail": (
        [found("auth.door", "fail"), found("files.wall", "fail"), told("more.list", "no")],
        "fix-yourself",
    ),
    "another client's secret was seen": (
        [*ALL_GOOD[1:], found("auth.door", "pass", tags=(Tag.OTHER_SECRET_SEEN,))],
        "senior-engineer",
    ),
    "don't know raises": ([*ALL_GOOD[:2], told("ops.drill", "dont-know"), *ALL_GOOD[3:]], "senior-engineer"),
    "by hand without a recipe": (
        [*ALL_GOOD[:3], ALL_GOOD[4], told("ops.deploys", "by-hand")],
        "senior-engineer",
    ),
    "by hand with a recipe": ([*ALL_GOOD, told("ops.deploys", "by-hand")], "ready"),
}


@pytest.mark.parametrize(("parts", "verdict"), DECISIONS.values(), ids=DECISIONS)
def test_decision(parts: list[Finding | Answer], verdict: str) -> None:
    assert run(*parts).decision.verdict.value == verdict


def test_part_of_the_items_needs_no_flag_to_be_established() -> None:
    assert run(found("auth.door", "pass"), only=("auth",)).decision.verdict.value == "ready"


def test_a_probe_that_could_not_look_leaves_its_checks_unknown() -> None:
    gone = Observation("auth", Unobserved("no-site"), "2026-11-20T10:00:00Z", 0.0)
    verdict = judge(Evidence((gone,)), CHECKLIST, PROBES).verdict("auth")
    assert [(f.id, f.outcome, f.say, f.reason) for f in verdict.findings] == [
        ("auth.door", Outcome.UNKNOWN, "reasons.no-site", Reason.NOT_TESTED)
    ]


def test_a_probe_that_cannot_read_is_our_bug_and_unknown() -> None:
    broken = Observation("auth", {"not": "what it saw"}, "2026-11-20T10:00:00Z", 0.0)
    verdict = judge(Evidence((broken,)), CHECKLIST, PROBES).verdict("auth")
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.findings[0].say == "reasons.internal-error"


def test_the_newest_look_counts() -> None:
    old, new = seen(found("auth.door", "fail")), seen(found("auth.door", "pass"), at="2026-11-21T10:00:00Z")
    assert judge(Evidence(new + old), CHECKLIST, PROBES).verdict("auth").outcome is Outcome.PASS


# --- what must hold for any evidence -----------------------------------------------------------------------------------

outcomes = st.sampled_from(["pass", "fail", "unknown", "not-applicable"])
checks = st.sampled_from(
    ["auth.door", "auth.extra", "files.wall", "files.side", "ops.drill", "ops.recipe", "more.list"]
)
findings = st.builds(
    lambda id_, outcome, basis, reason, where, roots: found(
        id_, outcome, basis, reason=reason if outcome == "unknown" else None, where=where, roots=roots
    ),
    checks,
    outcomes,
    st.sampled_from(["observed", "evidenced", "attested"]),
    st.sampled_from(list(Reason)),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from([(), ("auth.door",), ("files",)]),
)
answers = st.builds(
    lambda question, value, note, minutes, files: told(question, value, note=note, minutes=minutes, files=files),
    st.sampled_from(["auth.door", "files.wall", "ops.drill", "ops.recipe", "ops.deploys", "more.list"]),
    st.sampled_from(["yes", "no", "dont-know", "not-applicable", "by-hand", ""]),
    st.sampled_from(["", "why"]),
    st.sampled_from([None, 5.0]),
    st.sampled_from([(), FILE]),
)
anything = st.lists(st.one_of(findings, answers), max_size=12)


@given(anything, st.integers())
@settings(deadline=None)
def test_order_does_not_matter(parts: list[Finding | Answer], seed: int) -> None:
    whole = evidence(*parts)
    shuffled = random.Random(seed)
    observations, given_ = list(whole.observations), list(whole.answers)
    shuffled.shuffle(observations)
    shuffled.shuffle(given_)
    again = judge(Evidence(tuple(observations), tuple(given_)), CHECKLIST, PROBES)
    assert judge(whole, CHECKLIST, PROBES) == again


@given(anything, st.sampled_from(["auth.door", "files.wall", "ops.drill", "ops.recipe", "more.list"]))
@settings(deadline=None)
def test_a_told_yes_never_lifts_an_observed_fail(parts: list[Finding | Answer], question: str) -> None:
    before = run(*parts)
    kept = [p for p in parts if not (isinstance(p, Answer) and p.question == question)]
    after = run(*kept, told(question, "yes", minutes=1.0, files=FILE, note="why"))
    for verdict in before.verdicts:
        if any(f.outcome is Outcome.FAIL and not f.root and f.basis is Basis.OBSERVED for f in verdict.findings):
            assert after.verdict(verdict.item).outcome is Outcome.FAIL


@given(anything)
@settings(deadline=None)
def test_an_unknown_is_never_ready(parts: list[Finding | Answer]) -> None:
    judged = run(*parts)
    if judged.decision.verdict.value == "ready":
        assert all(v.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) for v in judged.verdicts)
        assert all(f.established and not f.raised for f in judged.flags)


@given(anything)
@settings(deadline=None)
def test_no_pass_of_an_observable_item_without_an_observed_check(parts: list[Finding | Answer]) -> None:
    for verdict in run(*parts).verdicts:
        if verdict.outcome is Outcome.PASS and CHECKLIST.item(verdict.item).observable:
            assert any(f.outcome is Outcome.PASS and f.basis is Basis.OBSERVED for f in verdict.findings)


@given(anything, st.integers(0, 11))
@settings(deadline=None)
def test_taking_a_look_away_never_makes_an_item_pass(parts: list[Finding | Answer], at: int) -> None:
    """But for a fail or an unknown that is itself taken away."""
    before, whole = run(*parts), evidence(*parts)
    if not whole.observations:
        return
    gone = whole.observations[at % len(whole.observations)]
    rest = Evidence(tuple(o for o in whole.observations if o is not gone), whole.answers)
    after = judge(rest, CHECKLIST, PROBES)
    for verdict in before.verdicts:
        lost = [f for f in gone.seen.findings if f.item == verdict.item]
        if lost and CHECKLIST.item(verdict.item).observable:
            assert after.verdict(verdict.item).outcome is not Outcome.PASS
