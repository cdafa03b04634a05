"""Results, SARIF and JUnit: what other programs read."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import msgspec
import pytest

from tests.report import samples
from wizard import report
from wizard.model import Decide, Finding, Outcome, Severity
from wizard.report.results import next_step
from wizard.report.schema import Results
from wizard.report.standards import LISTS, of_item, table

KNOWN = samples.checklist()
ONE = samples.assessment()
JUDGED = samples.judged(ONE)


def test_results_have_the_shape_of_the_contract() -> None:
    found = report.results(ONE, JUDGED, KNOWN)
    msgspec.convert(found, Results)
    assert list(found) == ["schema", "tool", "run", "subject", "items", "red_flags", "decision"]
    assert [item["id"] for item in found["items"]] == list(samples.NAMES)
    assert [item["scorecard"] for item in found["items"]] == [True] * 10 + [False] * 3
    assert len(found["red_flags"]) == 5
    assert found["decision"]["verdict"] == "fix-yourself"
    assert found["decision"]["failed"] == ["auth", "rate-limits"]
    auth = found["items"][0]["findings"][0]
    assert auth["where"] == "GET /conversations/{id}"
    assert auth["severity"] == "high"
    assert auth["reason"] == ""
    assert auth["standards"][:2] == ["API2:2023", "API5:2023"]
    assert found["items"][11]["findings"][0]["reason"] == "not-tested"
    assert found["items"][9]["findings"][0]["files"] == [{"name": "docs/ROLLBACK.md", "sha256": "ab" * 32}]


def test_results_do_not_depend_on_the_order_of_evidence() -> None:
    turned = samples.judged(ONE, list(reversed(samples.findings())))
    assert report.encode(report.results(ONE, turned, KNOWN)) == report.encode(report.results(ONE, JUDGED, KNOWN))
    assert json.loads(report.encode(report.results(ONE, JUDGED, KNOWN)))["schema"] == 1


def test_a_reason_stands_only_with_unknown() -> None:
    settled = [replace(f, reason=samples.Reason.REVIEW) for f in samples.findings()]
    found = report.results(ONE, samples.judged(ONE, settled), KNOWN)
    for item in found["items"]:
        for one in item["findings"]:
            assert bool(one["reason"]) == (one["outcome"] == "unknown")


def test_next_steps() -> None:
    assert next_step(JUDGED.verdict("auth"), KNOWN) == "Ask for a token before any route of private data answers."
    assert next_step(JUDGED.verdict("tls"), KNOWN) == ""
    assert next_step(JUDGED.verdict("logging"), KNOWN).startswith("Save a day of logs")
    silent = samples.judged(samples.bare(), [])
    assert next_step(silent.verdict("tls"), KNOWN).startswith("Add two test clients")


def test_an_unknown_sentence_falls_back_to_the_raw_fact() -> None:
    found = [Finding("auth.gone", Outcome.UNKNOWN, samples.Basis.NONE, evidence="raw fact")]
    item = report.results(ONE, samples.judged(ONE, found), KNOWN)["items"][0]
    assert item["findings"][0]["summary"] == "raw fact"


def test_sarif_holds_the_fails_alone() -> None:
    sarif = report.sarif(ONE, JUDGED, KNOWN)
    run = sarif["runs"][0]
    assert sarif["version"] == "2.1.0"
    assert [r["ruleId"] for r in run["results"]] == ["auth.main", "rate-limits.main"]
    assert {r["kind"] for r in run["results"]} == {"fail"}
    assert {r["level"] for r in run["results"]} == {"error"}
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert " " not in one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert len({r["partialFingerprints"]["launchReady/v1"] for r in run["results"]}) == 2
    assert run["properties"]["items"]["tls"] == {"outcome": "pass", "basis": "observed"}
    assert json.loads(json.dumps(sarif)) == sarif


def test_sarif_fingerprints_do_not_move_with_evidence() -> None:
    moved = [
        replace(f, evidence="other", severity=Severity.LOW) if f.outcome is Outcome.FAIL else f
        for f in samples.findings()
    ]
    prints = [
        [r["partialFingerprints"] for r in report.sarif(ONE, j, KNOWN)["runs"][0]["results"]]
        for j in (JUDGED, samples.judged(ONE, moved))
    ]
    assert prints[0] == prints[1]


@pytest.mark.parametrize(
    ("where", "uri", "line"),
    [
        ("src/app.ts:12", "src/app.ts", 12),
        ("src/app.ts:12@abc1234", "src/app.ts", 12),
        ("GET /c/{id}", "GET/c/%7Bid%7D", None),
        ("app.brightside.example:443", "app.brightside.example%3A443", None),
        ("brightside.example", "brightside.example", None),
    ],
)
def test_sarif_places(where: str, uri: str, line: int | None) -> None:
    found = [replace(f, where=where) if f.outcome is Outcome.FAIL else f for f in samples.findings()]
    place = report.sarif(ONE, samples.judged(ONE, found), KNOWN)["runs"][0]["results"][0]["locations"][0][
        "physicalLocation"
    ]
    assert place["artifactLocation"]["uri"] == uri
    assert place.get("region", {}).get("startLine") == line


def test_a_fail_that_is_told_elsewhere_is_no_second_result() -> None:
    found = [
        replace(f, root="tls.main") if f.item == "auth" and f.outcome is Outcome.FAIL else f for f in samples.findings()
    ]
    judged = samples.judged(ONE, found)
    assert [r["ruleId"] for r in report.sarif(ONE, judged, KNOWN)["runs"][0]["results"]] == ["rate-limits.main"]


def test_junit_counts_unknown_as_failure_and_skips_nothing() -> None:
    root = ET.fromstring(report.junit(ONE, JUDGED, KNOWN))
    assert [s.get("name") for s in root] == list(samples.NAMES)
    kinds = [f.get("type") for f in root.iter("failure")]
    assert kinds.count("fail") == 4
    assert kinds.count("unknown") == 6
    assert not list(root.iter("skipped"))
    assert int(root.get("failures", "0")) == len(kinds)
    assert int(root.get("tests", "0")) == len(list(root.iter("testcase")))
    for suite in root:
        assert int(suite.get("failures", "-1")) == len(suite.findall("testcase/failure"))
    bad = [samples.finding("auth", Outcome.FAIL, where="\x00\x1b<&>", evidence="\ud800\x0b")]
    ET.fromstring(report.junit(ONE, samples.judged(ONE, bad), KNOWN))


def test_all_four_verdicts_are_told_with_their_lists() -> None:
    from wizard.report.decision import decision

    ready = [samples.finding(name, Outcome.PASS) for name in samples.NAMES]
    cases = {
        Decide.FIX_YOURSELF: samples.findings(),
        Decide.SENIOR_ENGINEER: samples.flagged(),
        Decide.NOT_ENOUGH_EVIDENCE: [],
        Decide.READY: ready,
    }
    for wanted, found in cases.items():
        judged = samples.judged(ONE, found)
        if wanted is Decide.READY:
            judged = replace(judged, decision=replace(judged.decision, verdict=Decide.READY))
        made = decision(judged, KNOWN)
        assert made["verdict"] == wanted.value
        assert made["title"]
        assert bool(made["fixes"]) == (wanted is Decide.FIX_YOURSELF)
        assert (made["sprint"] is not None) == (wanted is Decide.SENIOR_ENGINEER)


def test_the_plan_has_four_phases_with_this_products_points_and_six_areas() -> None:
    from wizard.report.decision import sprint

    plan = sprint(samples.judged(ONE, samples.flagged()), KNOWN)
    assert [p["hours"] for p in plan["phases"]] == ["0 to 12", "12 to 24", "24 to 36", "36 to 48"]
    assert [a["title"] for a in plan["scope"]] == ["Domain", "E-mail", "Edge", "Deployment", "Secrets", "Monitoring"]
    fix = [p["title"] for p in plan["phases"][1]["points"] if p["title"]]
    assert fix == [samples.TITLES[n] for n in ("auth", "object-access", "rate-limits", "tls")]
    assert any("--item tls" in p["text"] for p in plan["phases"][2]["points"])
    text = json.dumps(plan).lower()
    assert not [word for word in ("$", "price", "€", "discount", "book a call") if word in text]


def test_fixes_come_in_the_order_of_the_checklist_each_with_its_recheck() -> None:
    from wizard.report.decision import fixes

    found = fixes(samples.judged(ONE, samples.flagged()), KNOWN)
    assert [f["title"] for f in found][:2] == ["Put Cloudflare in front", "Add five sign-in tests"]
    assert all(f["rechecks"] for f in found)


# --- standards ---------------------------------------------------------------------------------------------------------

EDITIONS = {
    "api": {f"API{n}:2023" for n in range(1, 11)},
    "llm": {f"LLM{n:02}:2025" for n in range(1, 11)},
    "llm26": {f"LLM{n:02}:2026" for n in range(1, 11)},
    "asvs": {
        f"v5.0.0-{n}"
        for n in ["2.2.1", "2.2.2", "2.4.1", "3.4.1", "3.4.2", "3.5.1", "3.5.2", "4.1.3", "5.2.1", "5.2.4", "6.3.1", "7.2.1", "8.2.1", "8.2.2", "8.2.3", "8.3.1", "8.4.1", "9.1.1", "9.2.1", "9.2.3", "10.4.5", "12.1.1", "12.2.1", "12.2.2", "13.3.1", "13.4.1", "13.4.2", "14.2.1", "15.2.2", "15.2.3", "15.3.3", "15.3.4", "16.2.1", "16.2.5", "16.3.1", "16.3.2", "16.3.3", "16.4.1", "16.4.3", "16.5.1"]
    },
    "cwe": {
        f"CWE-{n}"
        for n in (
            20, 116, 117, 200, 209, 213, 285, 290, 294, 295, 306, 307, 319, 348, 400, 532, 540, 613, 639, 693, 770, 778, 798, 799, 862,
            915, 942, 1059, 1188, 1427,
        )
    },
    "mvsp": {f"MVSPv3-{n}" for n in ["1.3", "1.8", "2.1", "2.2", "2.5", "2.7", "2.8", "3.1", "3.2", "3.3", "3.5", "4.2", "4.3", "4.4"]},
    "cis": {f"CISv8-{n}" for n in ["3.3", "3.10", "4.1", "4.4", "8.2", "8.5", "8.11", "9.5", "11.5", "13.1", "16.8", "16.10"]},
}  # fmt: skip


def test_every_standard_id_exists_in_its_edition() -> None:
    assert set(EDITIONS) == set(LISTS) == set(table()["editions"])
    for item, lists in table()["items"].items():
        assert item in samples.NAMES
        for name, ids in lists.items():
            assert set(ids) <= EDITIONS[name], (item, name)
    categories = {"CWE-2", "CWE-16", "CWE-388"}
    assert not categories & {i for item in samples.NAMES for i in of_item(item)}
    assert all(of_item(item) for item in samples.NAMES)


def test_the_verdict_says_of_how_many_items_it_says_nothing() -> None:
    text = report.verdict_text(JUDGED, KNOWN)
    assert text.startswith(KNOWN.index.decision["fix-yourself"].text)
    assert "3 of 13 items are also not known yet" in text
    silent = samples.judged(samples.bare(), [])
    assert "13 of 13 items are not known yet" in report.verdict_text(silent, KNOWN)
    passed = [replace(f, outcome=Outcome.PASS, basis=samples.Basis.OBSERVED, say="") for f in samples.findings()]
    judged = samples.judged(ONE, passed)
    assert not judged.decision.unknown
    assert report.verdict_text(judged, KNOWN) == KNOWN.index.decision[judged.decision.verdict.value].text
