"""From facts to findings: tables over the pure half, and every sentence that the probe can ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.probes.api.rig import words_of
from wizard.model import Outcome, Reason, Severity
from wizard.probes.api.crosses import SAFE, Cross, Told, control_of, outcome_of, worst
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.listings import Listing, Search
from wizard.probes.api.memory import Memory
from wizard.probes.api.objects import PROBE
from wizard.probes.api.objects_read import read
from wizard.probes.api.overwriting import Overwrite
from wizard.probes.api.planted import Planted
from wizard.probes.api.proof import Proof
from wizard.probes.api.seen import Seen, Variant
from wizard.probes.api.sightings import Hit

ROUTE = "GET /c/{id}"
OTHERS, PERSON, OWN = (Hit(whose, "json", "/text", "her…") for whose in ("other", "person", "own"))


def ex(kind: Kind, why: str = "", actor: str = "a", check: str = "swap", **more: Any) -> Exchange:
    return Exchange(check, actor, ROUTE, kind, why=why, status=200, **more)


def cross(kind: Kind, refuses: bool | None = False, **more: Any) -> Cross:
    facts = {name: more.pop(name) for name in ("like_missing", "like_own", "stale") if name in more}
    return Cross(ex(kind, **more), "b", refuses=refuses, **facts)


MINE = ex(Kind.GIVES, "own", hits=(OWN,))
SHUT = cross(Kind.HIDES, True)
LEAK = cross(Kind.LEAKS, why="other", hits=(OTHERS,), whose="b")


@pytest.mark.parametrize(
    ("given", "outcome", "say"),
    [
        (LEAK, "fail", "fail"),
        (cross(Kind.LEAKS, hits=(OTHERS,), cached=True), "fail", "fail-cache"),
        (cross(Kind.GIVES, hits=(PERSON,)), "fail", "fail-person"),
        (cross(Kind.REJECTS, True, hits=(PERSON,)), "pass", "pass"),
        (SHUT, "pass", "pass"),
        (cross(Kind.HIDES, True, stale=True), "unknown", "reasons.from-cache"),
        (cross(Kind.DENIES, None, weak=True), "unknown", "review"),
        (cross(Kind.GIVES, like_own=True), "pass", "pass"),
        (cross(Kind.GIVES, like_missing=True), "pass", "pass"),
        (cross(Kind.GIVES), "unknown", "review"),
        (cross(Kind.GIVES, why="own"), "unknown", "review"),
        (cross(Kind.UNCLEAR, why="page", like_missing=True), "pass", "pass"),
        (cross(Kind.UNCLEAR, why="page"), "unknown", "reasons.page-not-api"),
        (cross(Kind.BREAKS, like_missing=True), "unknown", "reasons.broke"),
        (cross(Kind.SHELL), "unknown", "reasons.page-not-api"),
        (cross(Kind.BLOCKED), "unknown", "reasons.challenged"),
        (cross(Kind.THROTTLES), "unknown", "reasons.throttled"),
        (cross(Kind.SILENT, why="timeout"), "unknown", "reasons.host-down"),
        (cross(Kind.SILENT, why="budget"), "unknown", "reasons.budget-spent"),
        (cross(Kind.SILENT, why="stopped"), "unknown", "reasons.stopped"),
        (cross(Kind.UNCLEAR, why="cut"), "unknown", "reasons.cut-off"),
        (cross(Kind.UNCLEAR, why="cannot-decode"), "unknown", "reasons.unreadable"),
        (cross(Kind.UNCLEAR, why="moved"), "unknown", "reasons.moved"),
        (cross(Kind.UNCLEAR, why="status"), "unknown", "reasons.unclear-answer"),
    ],
)
def test_the_rule_of_a_cross(given: Cross, outcome: str, say: str) -> None:
    told = outcome_of(given)
    assert (told.outcome, told.say) == (outcome, say)
    assert (told.reason is None) == (outcome != "unknown")


def test_between_clients_who_share_a_leak_is_for_a_person_to_judge() -> None:
    assert outcome_of(LEAK, shared=True) == Told(Outcome.UNKNOWN, "shared", Reason.REVIEW)
    assert outcome_of(SHUT, shared=True) == SAFE


@pytest.mark.parametrize(
    ("given", "say"),
    [
        (MINE, "pass"),
        (ex(Kind.GIVES, "data"), "reasons.no-marker"),
        (ex(Kind.DENIES, "401"), "reasons.session-ended"),
        (ex(Kind.HIDES, "404"), "reasons.control-failed"),
        (ex(Kind.LEAKS, "other"), "reasons.control-failed"),
        (ex(Kind.BLOCKED, "edge"), "reasons.challenged"),
        (ex(Kind.SHELL, "shell"), "reasons.page-not-api"),
        (ex(Kind.SILENT, "unfit"), "reasons.not-sendable"),
        (ex(Kind.UNCLEAR, "not-modified"), "reasons.not-modified"),
    ],
)
def test_the_rule_of_an_own_control(given: Exchange, say: str) -> None:
    assert control_of(given).say == say


def test_the_worst_decides() -> None:
    fail, review = Told(Outcome.FAIL, "f"), Told(Outcome.UNKNOWN, "r", Reason.REVIEW)
    lost, never = Told(Outcome.UNKNOWN, "i", Reason.INCONCLUSIVE), Told(Outcome.UNKNOWN, "t", Reason.NOT_TESTED)
    assert worst([SAFE, never, lost, review, fail]) is fail
    assert worst([SAFE, never, lost, review]) is review
    assert worst([SAFE, never, lost]) is lost
    assert worst([SAFE]) is SAFE


def proof(*crosses: Cross, **more: Any) -> Proof:
    own = (MINE, replace(MINE, actor="b"))
    return Proof(ROUTE, own=own, missing=ex(Kind.HIDES), crosses=crosses, **{"after": MINE, "shape": "uuid", **more})


def one(seen: Seen, check: str) -> tuple[str, str]:
    """(outcome, say) of the only finding of a check; every sentence must exist."""
    findings = read(seen)
    words_of(findings)
    (found,) = [finding for finding in findings if finding.check == check]
    return str(found.outcome), found.say


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (proof(SHUT, SHUT), ("pass", "pass")),
        (proof(SHUT, LEAK), ("fail", "fail")),
        (proof(SHUT, SHUT, after=ex(Kind.DENIES, "401")), ("unknown", "reasons.session-ended")),
        (proof(SHUT, LEAK, after=ex(Kind.DENIES, "401")), ("fail", "fail")),
        (proof(SHUT, SHUT, after=None), ("unknown", "reasons.stopped")),
        (proof(SHUT, LEAK, after=None), ("fail", "fail")),
        (Proof(ROUTE, own=(ex(Kind.DENIES, "401"),)), ("unknown", "reasons.session-ended")),
        (Proof(ROUTE, refused="reasons.same-account"), ("unknown", "reasons.same-account")),
    ],
)
def test_the_verdict_of_a_proof(given: Proof, expected: tuple[str, str]) -> None:
    assert one(Seen(proofs=(given,)), "swap") == expected


def test_the_secret_word_is_named_before_the_person() -> None:
    both = replace(LEAK, exchange=replace(LEAK.exchange, hits=(replace(PERSON, pointer="/owner"), OTHERS)))
    (found,) = [f for f in read(Seen(proofs=(proof(SHUT, both),))) if f.check == "swap"]
    assert dict(found.slots)["place"] == "/text"


def test_no_proof_at_all_is_told() -> None:
    assert one(Seen(), "swap") == ("unknown", "reasons.no-pair")


def test_a_single_places_leak_is_its_own_check() -> None:
    by_user = replace(LEAK, exchange=replace(LEAK.exchange, check="user-id"))
    by_child = replace(LEAK, exchange=replace(LEAK.exchange, check="nested"))
    seen = Seen(proofs=(proof(SHUT, SHUT, by_user, by_child),))
    assert one(seen, "swap") == ("pass", "pass")
    assert one(seen, "user-id") == ("fail", "fail")
    assert one(seen, "nested") == ("fail", "fail")


def test_a_variant_fails_on_another_words_only() -> None:
    def of(*crosses: Cross) -> tuple[str, str]:
        return one(Seen(proofs=(proof(SHUT, SHUT),), variants=(Variant("two-ids", ROUTE, crosses),)), "two-ids")

    assert of(SHUT, cross(Kind.GIVES), cross(Kind.BREAKS)) == ("pass", "pass")
    assert of(SHUT, LEAK) == ("fail", "fail")
    assert of(cross(Kind.BLOCKED)) == ("unknown", "reasons.challenged")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Listing(ROUTE, ex(Kind.LEAKS, hits=(OTHERS,))), ("fail", "fail")),
        (Listing(ROUTE, ex(Kind.GIVES), other_id="/0/id"), ("fail", "fail-id")),
        (Listing(ROUTE, ex(Kind.GIVES, hits=(PERSON,))), ("fail", "fail-id")),
        (Listing(ROUTE, ex(Kind.GIVES), own=True), ("pass", "pass")),
        (Listing(ROUTE, ex(Kind.EMPTIES), ex(Kind.GIVES), theirs=True), ("pass", "pass")),
        (Listing(ROUTE, ex(Kind.GIVES), ex(Kind.GIVES), same=True), ("not-applicable", "same-for-all")),
        (Listing(ROUTE, ex(Kind.EMPTIES), ex(Kind.EMPTIES)), ("unknown", "nothing-own")),
        (Listing(ROUTE, ex(Kind.DENIES)), ("pass", "pass-shut")),
        (Listing(ROUTE, ex(Kind.DENIES, weak=True)), ("unknown", "review")),
        (Listing(ROUTE, ex(Kind.HIDES)), ("unknown", "no-list")),
        (Listing(ROUTE, ex(Kind.REJECTS)), ("unknown", "no-list")),
        (Listing(ROUTE, ex(Kind.SHELL)), ("unknown", "reasons.page-not-api")),
    ],
)
def test_the_verdict_of_a_list(given: Listing, expected: tuple[str, str]) -> None:
    assert one(Seen(listings=(given,)), "lists") == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Search(ROUTE, ex(Kind.LEAKS, hits=(OTHERS,))), ("fail", "fail")),
        (Search(ROUTE, ex(Kind.EMPTIES), ex(Kind.GIVES, "own")), ("pass", "pass")),
        (Search(ROUTE, ex(Kind.GIVES), ex(Kind.GIVES, "own")), ("pass", "pass")),
        (Search(ROUTE, ex(Kind.EMPTIES), ex(Kind.EMPTIES)), ("unknown", "quiet")),
        (Search(ROUTE, ex(Kind.BLOCKED), ex(Kind.GIVES, "own")), ("unknown", "reasons.challenged")),
    ],
)
def test_the_verdict_of_a_search(given: Search, expected: tuple[str, str]) -> None:
    assert one(Seen(searches=(given,)), "search") == expected


FILE = ex(Kind.UNCLEAR, "file", actor="b")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Planted(ROUTE, FILE, ex(Kind.HIDES), ex(Kind.DENIES)), ("pass", "pass")),
        (Planted(ROUTE, FILE, ex(Kind.LEAKS, "same-file"), ex(Kind.DENIES)), ("fail", "fail")),
        (Planted(ROUTE, FILE, ex(Kind.HIDES), ex(Kind.LEAKS, "same-file")), ("fail", "fail-stranger")),
        (Planted(ROUTE, FILE, ex(Kind.LEAKS), ex(Kind.LEAKS), True, 600.0), ("pass", "signed-short")),
        (Planted(ROUTE, FILE, ex(Kind.LEAKS), ex(Kind.LEAKS), True, 7200.0), ("unknown", "signed-long")),
        (Planted(ROUTE, FILE, ex(Kind.LEAKS), ex(Kind.LEAKS), True, None), ("unknown", "signed-long")),
        (Planted(ROUTE, FILE, ex(Kind.GIVES), ex(Kind.DENIES)), ("unknown", "review")),
        (Planted(ROUTE, FILE, ex(Kind.HIDES), ex(Kind.BLOCKED)), ("unknown", "reasons.challenged")),
        (Planted(ROUTE, ex(Kind.HIDES, "404")), ("unknown", "reasons.control-failed")),
    ],
)
def test_the_verdict_of_a_planted_file(given: Planted, expected: tuple[str, str]) -> None:
    assert one(Seen(files=(given,)), "files") == expected


@pytest.mark.parametrize(
    ("given", "asked", "expected"),
    [
        (None, False, ("not-applicable", "not-asked")),
        (None, True, ("not-applicable", "no-memory")),
        (Memory(refused="reasons.no-chat"), True, ("unknown", "reasons.no-chat")),
        (Memory(ROUTE, "", MINE, (ex(Kind.GIVES),) * 3), True, ("pass", "pass")),
        (Memory(ROUTE, "", ex(Kind.GIVES), (ex(Kind.GIVES),) * 3), True, ("unknown", "quiet")),
        (Memory(ROUTE, "", MINE, (ex(Kind.GIVES), ex(Kind.LEAKS, hits=(OTHERS,)))), True, ("fail", "fail")),
        (Memory(ROUTE, "", MINE, (ex(Kind.THROTTLES),)), True, ("unknown", "reasons.throttled")),
    ],
)
def test_the_verdict_on_the_bots_memory(given: Memory | None, asked: bool, expected: tuple[str, str]) -> None:
    assert one(Seen(memory=given, asked_memory=asked), "bot-memory") == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Overwrite(ROUTE, "", MINE, ex(Kind.EMPTIES), MINE, changed=True), ("fail", "fail")),
        (Overwrite(ROUTE, "", MINE, ex(Kind.EMPTIES), MINE, True, False), ("fail", "fail-not-restored")),
        (Overwrite(ROUTE, "", MINE, ex(Kind.HIDES), MINE), ("pass", "pass")),
        (Overwrite(ROUTE, "", MINE, ex(Kind.HIDES, soft=True), MINE), ("pass", "pass-unchanged")),
        (Overwrite(ROUTE, "", MINE, ex(Kind.GIVES), MINE), ("pass", "pass-unchanged")),
        (Overwrite(ROUTE, "", MINE, ex(Kind.BREAKS), MINE), ("unknown", "reasons.broke")),
        (Overwrite(ROUTE, "", MINE, ex(Kind.HIDES), ex(Kind.DENIES)), ("unknown", "reasons.control-failed")),
        (Overwrite(ROUTE, "reasons.needs-push"), ("unknown", "reasons.needs-push")),
        (Overwrite(ROUTE, "no-title"), ("unknown", "no-title")),
    ],
)
def test_the_verdict_of_a_cross_write(given: Overwrite, expected: tuple[str, str]) -> None:
    assert one(Seen(writes=(given,)), "cross-write") == expected


def test_several_objects_of_one_route_are_one_finding() -> None:
    kept = Planted(ROUTE, FILE, ex(Kind.HIDES), ex(Kind.DENIES))
    open_ = Planted(ROUTE, FILE, ex(Kind.LEAKS, "same-file"), ex(Kind.DENIES))
    seen = Seen(files=(kept, open_, open_), proofs=(proof(SHUT, SHUT), proof(SHUT, LEAK)))
    assert one(seen, "files") == ("fail", "fail")
    assert one(seen, "swap") == ("fail", "fail")
    (found,) = [finding for finding in read(seen) if finding.check == "files"]
    assert len(found.evidence.split("\n")) == 6


def test_counted_ids_are_a_note_and_never_a_fail() -> None:
    (found,) = [f for f in read(Seen(proofs=(proof(SHUT, SHUT, shape="integer"),))) if f.check == "guessable-ids"]
    assert (found.outcome, found.severity, found.say) == (Outcome.PASS, Severity.NOTE, "small-numbers")


def test_all_leaks_between_clients_who_share_are_left_for_review() -> None:
    leak = ex(Kind.LEAKS, "other", hits=(OTHERS,))
    seen = Seen(
        shared=True,
        proofs=(proof(LEAK),),
        streams=(proof(LEAK),),
        variants=(Variant("two-ids", ROUTE, (LEAK,)), Variant("dropped-filter", ROUTE, (LEAK,))),
        listings=(Listing(ROUTE, leak),),
        searches=(Search(ROUTE, leak),),
        files=(Planted(ROUTE, FILE, leak, ex(Kind.DENIES)),),
        memory=Memory(ROUTE, "", MINE, (leak,)),
        writes=(Overwrite(ROUTE, "", MINE, MINE, MINE, changed=True),),
    )
    findings = read(seen)
    words_of(findings)
    assert not [f.id for f in findings if f.outcome is Outcome.FAIL or f.tags]
    assert len([f for f in findings if f.say == "shared"]) == 9


def test_every_finding_is_one_that_the_probe_announces() -> None:
    kinds = [read(Seen()), read(Seen(proofs=(proof(SHUT, SHUT),), streams=(proof(LEAK),)))]
    assert {finding.id for findings in kinds for finding in findings} <= set(PROBE.checks)
