"""The results as plain data (contract: Results, schema 1), and the sentences that every face shows for an item."""

from __future__ import annotations

import json
from typing import Any

from wizard import __version__
from wizard.checklist import Checklist, Words
from wizard.judge import Judgement
from wizard.model import Assessment, Finding, Outcome, Verdict
from wizard.report.standards import of_item


def results(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    """Everything a program may read about an assessment. The same evidence gives the same dictionary, in the same order."""
    subject, run, decision = assessment.subject, assessment.run, judgement.decision
    return {
        "schema": 1,
        "tool": {"name": "launch-ready", "version": __version__},
        "run": {"id": run.id, "started": run.started, "finished": run.finished, "requests": run.requests},
        "subject": {"business": subject.business, "product": subject.product, "site": subject.site},
        "items": [_item(verdict, checklist) for verdict in judgement.verdicts],
        "red_flags": [
            {
                "id": flag.id,
                "raised": flag.raised,
                "established": flag.established,
                "basis": flag.basis.value,
                "why": checklist.flag_words(flag),
            }
            for flag in judgement.flags
        ],
        "decision": {
            "verdict": decision.verdict.value,
            "failed": list(decision.failed),
            "unknown": list(decision.unknown),
            "reasons": [checklist.reason(key, slots) for key, slots in decision.reasons],
        },
    }


def encode(found: dict[str, Any]) -> bytes:
    """Results as they are written to a file: UTF-8, two blanks deep, one newline at the end."""
    return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def said(finding: Finding, checklist: Checklist) -> Words:
    """The words of a finding; its raw facts where the checklist knows no sentence (an older or edited checklist)."""
    try:
        return checklist.words(finding)
    except KeyError:
        return Words(text=finding.evidence or finding.id)


def summary(verdict: Verdict, checklist: Checklist) -> str:
    """One line on the item as a whole."""
    return checklist.item(verdict.item).summary[verdict.outcome.value]


def next_step(verdict: Verdict, checklist: Checklist) -> str:
    """What to do next about an item: the first step of the worst fail's fix, or how to get the missing proof; "" after a pass."""
    item = checklist.item(verdict.item)
    for finding in verdict.findings:
        words = said(finding, checklist)
        if verdict.outcome is Outcome.FAIL and finding.outcome is Outcome.FAIL and not finding.root:
            first = (words.fix or item.fix).strip().partition("\n\n")[0]
            return first[:-1] + "." if first.endswith(":") else first
        lacking = not verdict.missing or finding.check in verdict.missing
        if verdict.outcome is Outcome.UNKNOWN and finding.outcome is Outcome.UNKNOWN and words.next and lacking:
            return words.next
    if verdict.outcome is not Outcome.UNKNOWN:
        return ""
    for name in verdict.missing:
        if name in item.checks and item.checks[name].next:
            return item.checks[name].next
    return item.questions[0].ask if item.questions else item.recheck


def _item(verdict: Verdict, checklist: Checklist) -> dict[str, Any]:
    return {
        "id": verdict.item,
        "outcome": verdict.outcome.value,
        "basis": verdict.basis.value,
        "summary": summary(verdict, checklist),
        "next": next_step(verdict, checklist),
        "scorecard": checklist.item(verdict.item).row > 0,
        "findings": [_finding(finding, checklist) for finding in verdict.findings],
    }


def _finding(finding: Finding, checklist: Checklist) -> dict[str, Any]:
    words = said(finding, checklist)
    unknown = finding.outcome is Outcome.UNKNOWN
    return {
        "id": finding.id,
        "outcome": finding.outcome.value,
        "basis": finding.basis.value,
        "severity": finding.severity.value if finding.severity else "",
        "reason": finding.reason.value if finding.reason and unknown else "",
        "where": finding.where,
        "summary": words.text,
        "evidence": finding.evidence,
        "next": words.next,
        "fix": words.fix,
        "files": [{"name": file.name, "sha256": file.sha256} for file in finding.files if file.sha256],
        "root": finding.root,
        "standards": list(of_item(finding.item)),
    }
