"""What is still open: risks with an owner and a day, and what was not tested at all."""

from __future__ import annotations

from typing import Any

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Finding, Outcome, Reason, Severity
from wizard.report.results import next_step, said
from wizard.report.times import due, moment
from wizard.words import say

_DAYS = {Severity.CRITICAL: 1, Severity.HIGH: 7, Severity.MEDIUM: 30, Severity.LOW: 90, Severity.NOTE: 90}
_UNKNOWN_DAYS = 14
MOST = 60


def points(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> list[dict[str, str]]:
    """Open risks, worst first: red flags that are up, fails, unknown items, flags that nobody settled. Each with owner and day."""
    owner = assessment.subject.assessor or say("report.reviewer.nobody")
    at = moment(assessment)
    found: list[dict[str, str]] = []

    def add(kind: str, title: str, text: str, days: int, anchor: str) -> None:
        found.append(
            {
                "kind": say(f"report.open.{kind}"),
                "title": title,
                "text": text,
                "owner": owner,
                "due": due(at, days),
                "anchor": anchor,
            }
        )

    for flag in judgement.flags:
        if flag.raised:
            add("flag", checklist.index.red_flags[flag.id].title, checklist.flag_words(flag), 1, "flags")
    for finding in _fails(judgement):
        text = said(finding, checklist).text
        days = _DAYS[finding.severity or Severity.MEDIUM]
        add("fail", checklist.item(finding.item).title, text, days, f"item-{finding.item}")
    for verdict in judgement.verdicts:
        if verdict.outcome is Outcome.UNKNOWN:
            title = checklist.item(verdict.item).title
            add("unknown", title, next_step(verdict, checklist), _UNKNOWN_DAYS, f"item-{verdict.item}")
    for flag in judgement.flags:
        if not flag.raised and not flag.established:
            add(
                "flag-open",
                checklist.index.red_flags[flag.id].title,
                checklist.flag_words(flag),
                _UNKNOWN_DAYS,
                "flags",
            )
    return found[:MOST]


def _fails(judgement: Judgement) -> list[Finding]:
    order = list(Severity)
    mine = [f for v in judgement.verdicts for f in v.findings if f.outcome is Outcome.FAIL and not f.root]
    return sorted(mine, key=lambda f: order.index(f.severity or Severity.MEDIUM))


def not_tested(judgement: Judgement, checklist: Checklist) -> list[dict[str, Any]]:
    """Checks that were not made, by item, each reason once."""
    found = []
    for verdict in judgement.verdicts:
        mine = [f for f in verdict.findings if f.outcome is Outcome.UNKNOWN and f.reason is Reason.NOT_TESTED]
        reasons: dict[str, list[str]] = {}
        for finding in mine:
            check = checklist.check(finding.id)
            reasons.setdefault(said(finding, checklist).text, []).append(check.title if check else finding.id)
        if not verdict.findings:
            reasons[say("report.not-tested.nothing")] = []
        for text, titles in reasons.items():
            found.append(
                {"title": checklist.item(verdict.item).title, "checks": list(dict.fromkeys(titles)), "text": text}
            )
    return found
