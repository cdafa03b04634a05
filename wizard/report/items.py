"""Each item for the page: criterion, outcome, what was tried, what was seen, what to do, what the test cannot show."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from wizard.checklist import Checklist, Item
from wizard.model import Assessment, Finding, Outcome, Verdict
from wizard.probes import PROBES
from wizard.report.results import next_step, said, summary
from wizard.report.standards import of_item
from wizard.report.times import minute
from wizard.words import say

MOST_FINDINGS, MOST_PASSES = 24, 48
"""Findings printed for one item, those that need somebody and those that do not; the rest are counted and stand in the attached evidence."""
MOST_EVIDENCE, MOST_CALM_EVIDENCE = 900, 320
"""Characters of evidence printed with a finding."""


def scorecard(verdicts: Sequence[Verdict], checklist: Checklist) -> list[dict[str, Any]]:
    """One line an item: mark and word, basis, one sentence, next step."""
    return [
        {
            **_outcome(verdict),
            "id": verdict.item,
            "row": checklist.item(verdict.item).row,
            "title": checklist.item(verdict.item).title,
            "summary": summary(verdict, checklist),
            "next": next_step(verdict, checklist),
        }
        for verdict in verdicts
    ]


def _outcome(verdict: Verdict) -> dict[str, str]:
    return {
        "outcome": verdict.outcome.value,
        "mark": say(f"report.marks.{verdict.outcome.value}"),
        "word": say(f"report.outcomes.{verdict.outcome.value}"),
        "basis": verdict.basis.value,
        "basis_word": say(f"report.basis.{verdict.basis.value}"),
    }


def page(verdict: Verdict, assessment: Assessment, checklist: Checklist) -> dict[str, Any]:
    """Everything that the item's page shows."""
    item = checklist.item(verdict.item)
    calm = (Outcome.PASS, Outcome.NOT_APPLICABLE)
    loud = [f for f in verdict.findings if f.outcome not in calm][:MOST_FINDINGS]
    passes = [f for f in verdict.findings if f.outcome in calm][:MOST_PASSES]
    return {
        **_outcome(verdict),
        "id": item.id,
        "row": item.row,
        "title": item.title,
        "what": item.what,
        "pass": item.pass_,
        "why": item.why,
        "breaks": item.breaks,
        "tested": item.tested,
        "limits": item.limits,
        "recheck": item.recheck,
        "summary": summary(verdict, checklist),
        "next": next_step(verdict, checklist),
        "at": minute(_looked(item, assessment)),
        "findings": [_finding(finding, checklist) for finding in loud],
        "passes": [_finding(finding, checklist, MOST_CALM_EVIDENCE) for finding in passes],
        "more": len(verdict.findings) - len(loud) - len(passes),
        "fixes": _fixes(verdict, item, checklist),
        "standards": ", ".join(of_item(item.id)),
    }


def _looked(item: Item, assessment: Assessment) -> str:
    mine = {probe.id for probe in PROBES if probe.item == item.id}
    return max((o.at for o in assessment.evidence.observations if o.probe in mine), default="")


def _finding(finding: Finding, checklist: Checklist, most: int = MOST_EVIDENCE) -> dict[str, Any]:
    words = said(finding, checklist)
    check = checklist.check(finding.id)
    kind = finding.outcome.value
    return {
        "id": finding.id,
        "title": check.title if check is not None else finding.id,
        "outcome": kind,
        "mark": say(f"report.marks.{kind}"),
        "word": say(f"report.outcomes.{kind}"),
        "basis_word": say(f"report.basis.{finding.basis.value}"),
        "severity": say(f"report.severity.{finding.severity.value}") if finding.severity else "",
        "reason": say(f"report.reasons.{finding.reason.value}")
        if finding.reason and finding.outcome is Outcome.UNKNOWN
        else "",
        "where": finding.where,
        "text": words.text,
        "next": words.next if finding.outcome is Outcome.UNKNOWN else "",
        "evidence": _cut(finding.evidence, most),
        "fingerprint": hashlib.sha256(finding.evidence.encode("utf-8", "replace")).hexdigest()[:12]
        if finding.evidence
        else "",
        "files": [{"name": file.name, "sha256": file.sha256[:16]} for file in finding.files],
        "told_at": say("report.page.told-at", root=_titled(finding.root, checklist)) if finding.root else "",
        "by": finding.answered_by,
    }


def _titled(finding_id: str, checklist: Checklist) -> str:
    item = finding_id.partition(".")[0]
    return checklist.item(item).title if item in checklist.order else finding_id


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + " …"


def _fixes(verdict: Verdict, item: Item, checklist: Checklist) -> list[list[dict[str, str]]]:
    """The fixes of the item's own fails, each once, as paragraphs and blocks to paste."""
    if verdict.outcome is not Outcome.FAIL:
        return []
    own = [f for f in verdict.findings if f.outcome is Outcome.FAIL and not f.root]
    texts = dict.fromkeys(said(finding, checklist).fix.strip() or item.fix.strip() for finding in own)
    return [blocks(text) for text in texts if text]


def blocks(text: str) -> list[dict[str, str]]:
    """Paragraphs of a fix. Code is what is fenced, indented, or announced by a colon and does not end like a sentence."""
    found: list[dict[str, str]] = []
    fence: list[str] | None = None
    prose: list[str] = []

    def flush() -> None:
        if prose:
            announced = bool(found) and found[-1]["text"].endswith(":") and not prose[-1].endswith(".")
            code = announced or all(line.startswith("    ") for line in prose)
            found.append(
                {
                    "kind": "code" if code else "prose",
                    "text": "\n".join(line.removeprefix("    ") if code else line for line in prose),
                }
            )
            prose.clear()

    for line in text.splitlines():
        if line.strip().startswith("```"):
            if fence is None:
                flush()
                fence = []
            else:
                found.append({"kind": "code", "text": "\n".join(fence)})
                fence = None
        elif fence is not None:
            fence.append(line)
        elif line.strip():
            prose.append(line.rstrip())
        else:
            flush()
    if fence:
        found.append({"kind": "code", "text": "\n".join(fence)})
    flush()
    return found
