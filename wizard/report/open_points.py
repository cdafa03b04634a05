"""What is still open: risks with an owner and a day, and what was not tested at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Finding, Outcome, Reason, RedFlag, Severity
from wizard.report.results import next_step, said
from wizard.report.times import due, moment
from wizard.words import say

_DAYS = {Severity.CRITICAL: 1, Severity.HIGH: 7, Severity.MEDIUM: 30, Severity.LOW: 90, Severity.NOTE: 90}
_UNKNOWN_DAYS = 14
MOST, MOST_AN_ITEM = 60, 4
"""Lines of the table, and of them for one item; the item's own page has all."""


@dataclass(frozen=True, slots=True)
class _Risk:
    kind: str
    title: str
    text: str
    days: int
    anchor: str


def points(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> list[dict[str, str]]:
    """Open risks, worst first: red flags that are up, fails, unknown items, flags that nobody settled. Each with owner and day."""
    owner = assessment.subject.assessor or say("report.reviewer.nobody")
    at = moment(assessment)
    risks = [
        *_flags("flag", [f for f in judgement.flags if f.raised], 1, checklist),
        *_failing(judgement, checklist),
        *_unknown(judgement, checklist),
        *_flags(
            "flag-open", [f for f in judgement.flags if not f.raised and not f.established], _UNKNOWN_DAYS, checklist
        ),
    ]
    return [
        {
            "kind": say(f"report.open.{risk.kind}"),
            "title": risk.title,
            "text": risk.text,
            "owner": owner,
            "due": due(at, risk.days),
            "anchor": risk.anchor,
        }
        for risk in risks[:MOST]
    ]


def _flags(kind: str, flags: list[RedFlag], days: int, checklist: Checklist) -> Iterator[_Risk]:
    for flag in flags:
        yield _Risk(kind, checklist.index.red_flags[flag.id].title, checklist.flag_words(flag), days, "flags")


def _failing(judgement: Judgement, checklist: Checklist) -> Iterator[_Risk]:
    """The fails, the first few of each item; the last of them counts the others."""
    fails = _fails(judgement)
    named: dict[str, int] = {}
    for finding in fails:
        item = finding.item
        named[item] = named.get(item, 0) + 1
        if named[item] > MOST_AN_ITEM:
            continue
        text = _alone(finding, checklist)
        more = sum(f.item == item for f in fails) - MOST_AN_ITEM
        if named[item] == MOST_AN_ITEM and more > 0:
            text = say("report.open.more", text=text, count=more)
        days = _DAYS[finding.severity or Severity.MEDIUM]
        yield _Risk("fail", checklist.item(item).title, text, days, f"item-{item}")


def _alone(finding: Finding, checklist: Checklist) -> str:
    """The sentence of a finding; with the check's title before it where a person's word is all that it quotes."""
    text = said(finding, checklist).text
    check = checklist.check(finding.id)
    quoted = bool(finding.answered_by) and text.startswith(finding.answered_by)
    return say("report.open.asked", check=check.title, text=text) if check is not None and quoted else text


def _unknown(judgement: Judgement, checklist: Checklist) -> Iterator[_Risk]:
    for verdict in judgement.verdicts:
        if verdict.outcome is Outcome.UNKNOWN:
            title, step = checklist.item(verdict.item).title, next_step(verdict, checklist)
            yield _Risk("unknown", title, step, _UNKNOWN_DAYS, f"item-{verdict.item}")


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
