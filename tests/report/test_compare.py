"""Two results side by side."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.report import pdftext, samples
from tests.report.test_pdf import failures
from wizard import report
from wizard.model import Outcome

KNOWN = samples.checklist()


def found(**outcomes: Outcome) -> dict:
    one = samples.assessment()
    told = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    mine = [samples.finding(n, told.get(n, Outcome.PASS), where="here") for n in samples.NAMES]
    return report.results(one, samples.judged(one, mine), KNOWN)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (Outcome.FAIL, Outcome.PASS, "better"),
        (Outcome.UNKNOWN, Outcome.PASS, "better"),
        (Outcome.PASS, Outcome.FAIL, "worse"),
        (Outcome.UNKNOWN, Outcome.FAIL, "worse"),
        (Outcome.PASS, Outcome.UNKNOWN, "unknown"),
        (Outcome.FAIL, Outcome.UNKNOWN, "unknown"),
        (Outcome.PASS, Outcome.PASS, "same"),
        (Outcome.FAIL, Outcome.FAIL, "same"),
    ],
)
def test_each_way_an_item_can_move(old: Outcome, new: Outcome, kind: str) -> None:
    moved = report.compare(found(tls=old), found(tls=new))
    change = next(c for c in moved.changes if c.item == "tls")
    assert change.kind == kind
    assert (change.before, change.after) == (old.value, new.value)
    assert len(moved.of("same")) == (13 if kind == "same" else 12)


def test_items_that_come_and_go() -> None:
    old, new = found(), found()
    old["items"] = [i for i in old["items"] if i["id"] != "cors"]
    new["items"] = [i for i in new["items"] if i["id"] != "edge"]
    moved = report.compare(old, new)
    assert [c.item for c in moved.of("new")] == ["cors"]
    assert [c.item for c in moved.of("gone")] == ["edge"]


def test_findings_and_flags_that_change() -> None:
    old, new = found(tls=Outcome.FAIL), found(cors=Outcome.FAIL)
    new["red_flags"][0]["raised"] = True
    old["red_flags"][1]["raised"] = True
    moved = report.compare(old, new)
    assert moved.fixed == ("tls.main here",)
    assert moved.broken == ("cors.main here",)
    assert moved.flags_raised == (new["red_flags"][0]["id"],)
    assert moved.flags_lowered == (new["red_flags"][1]["id"],)
    assert json.loads(json.dumps(moved.plain()))["schema"] == 1


def test_what_runs_out_next_stands_with_the_warned_first() -> None:
    new = found()
    one = new["items"][6]["findings"][0]
    new["items"][6]["findings"] += [
        one | {"id": "tls.expiry", "where": "b.example:443", "summary": "Runs until March.", "severity": ""},
        one | {"id": "tls.expiry", "where": "c.example:443", "summary": "Ends in 9 days.", "severity": "note"},
    ]
    moved = report.compare(found(), new)
    assert moved.ahead == (("c.example:443", "Ends in 9 days."), ("b.example:443", "Runs until March."))


def test_one_page_as_pdf() -> None:
    old = found(tls=Outcome.FAIL, auth=Outcome.FAIL, cors=Outcome.UNKNOWN)
    new = found(edge=Outcome.FAIL, logging=Outcome.UNKNOWN)
    moved = replace(report.compare(old, new), flags_raised=("mixed-tenants",))
    raw = report.compare_pdf(moved, KNOWN, "Ask Bright")
    assert failures(raw) == []
    pages = pdftext.pages(raw)
    assert len(pages) == 1
    for wanted in ("Better", "Worse", "Went unknown", "Behind an edge", "Clients' data is mixed: went up"):
        assert wanted in pages[0]
    assert json.loads(pdftext.attached(raw)["comparison.json"]) == moved.plain()
