"""Each item for the page: criterion, outcome, what was tried, what was seen, what to do, what the test cannot show."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from wizard.checklist import Checklist, Item
from wizard.model import Assessment, Finding, Outcome, Verdict
from wizard.probes import PROBES
from wizard.report.alike import together, untested
from wizard.report.results import next_step, said, summary
from wizard.report.standards import of_item
from wizard.report.times import minute
from wizard.words import say

MOST_FINDINGS, MOST_PASSES = 24, 48
"""Findings printed for one item, those that need somebody and those that do not; the rest are counted and stand in the attached evidence."""
MOST_EVIDENCE, MOST_CALM_EVIDENCE = 900, 110
"""Characters of evidence printed with a finding; of a pass its first line. All of it is in the attached evidence."""


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
    raised = [f for f in verdict.findings if f.outcome not in calm]
    loud = untested([f for f in raised if not f.root], checklist)[:MOST_FINDINGS]
    same = together([f for f in raised if f.root], checklist)[:MOST_FINDINGS]
    passes = together([f for f in verdict.findings if f.outcome in calm], checklist)[:MOST_PASSES]
    shown = sum(len(group) for group in loud) + sum(1 + len(places) for _, places in (*same, *passes))
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
        "findings": [_group(group, checklist) for group in loud],
        "same": [_placed(finding, places, checklist) for finding, places in same],
        "passes": [_placed(finding, places, checklist) for finding, places in passes],
        "passed": sum(1 + len(places) for _, places in passes),
        "more": max(0, len({_told(f, checklist) for f in verdict.findings}) - shown),
        "fixes": _fixes(verdict, item, checklist),
        "standards": ", ".join(of_item(item.id)),
    }


def _looked(item: Item, assessment: Assessment) -> str:
    mine = {probe.id for probe in PROBES if probe.item == item.id}
    return max((o.at for o in assessment.evidence.observations if o.probe in mine), default="")


def _told(finding: Finding, checklist: Checklist) -> tuple[str, ...]:
    """What tells two printed findings apart."""
    return (finding.id, finding.outcome, finding.where, finding.root, said(finding, checklist).text)


def _group(group: list[Finding], checklist: Checklist) -> dict[str, Any]:
    """Checks that were left out for one and the same reason, as one entry that names them all."""
    titles = dict.fromkeys(_finding(finding, checklist)["title"] for finding in group)
    return _finding(group[0], checklist) | {"title": ", ".join(titles)}


def _placed(finding: Finding, places: tuple[str, ...], checklist: Checklist) -> dict[str, Any]:
    """A finding that needs nobody any more: in short, with the other places of which it is true."""
    first, _, rest = finding.evidence.partition("\n")
    proof = _cut(first, MOST_CALM_EVIDENCE)
    proof = proof + " …" if rest and not proof.endswith("…") else proof
    quoted = finding.answered_by and first.startswith(f"{finding.answered_by}:")
    likewise = say("report.page.likewise", places=", ".join(places)) if places else ""
    return _finding(finding, checklist) | {"evidence": "" if quoted else proof, "likewise": likewise}


def _finding(finding: Finding, checklist: Checklist) -> dict[str, Any]:
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
        "evidence": _cut(finding.evidence, MOST_EVIDENCE),
        "fingerprint": hashlib.sha256(finding.evidence.encode("utf-8", "replace")).hexdigest()[:12]
        if finding.evidence
        else "",
        "files": [{"name": file.name, "sha256": file.sha256[:16]} for file in finding.files if file.sha256],
        "told_at": _cause(finding, checklist) if finding.root else "",
        "by": "" if finding.answered_by in words.text else finding.answered_by,
    }


def _cause(finding: Finding, checklist: Checklist) -> str:
    """Where the flaw behind a finding is told: under another check of the same item, or under another item."""
    item = finding.root.partition(".")[0]
    check = checklist.check(finding.root) if item in checklist.order else None
    if item == finding.item and check is not None:
        return say("report.page.same-cause", root=check.title)
    return say("report.page.told-at", root=checklist.item(item).title if item in checklist.order else finding.root)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + " …"


def _fixes(verdict: Verdict, item: Item, checklist: Checklist) -> list[list[dict[str, str]]]:
    """The fixes of the item's own fails, each once, as paragraphs and blocks to paste."""
    if verdict.outcome is not Outcome.FAIL:
        return []
    own = [f for f in verdict.findings if f.outcome is Outcome.FAIL and not f.root]
    texts = dict.fromkeys(said(finding, checklist).fix.strip() or item.fix.strip() for finding in own)
    printed: set[str] = set()
    found = []
    for text in texts:
        fresh = [block for block in blocks(text) if block["kind"] == "code" or block["text"] not in printed]
        printed.update(block["text"] for block in fresh)
        found.append(fresh)
    return [part for part in found if part]


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
