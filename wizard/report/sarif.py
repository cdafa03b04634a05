"""SARIF 2.1.0 (OASIS) for code scanners: only what fails is a result; everything else stands in the run's properties."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

from wizard import __version__
from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Finding, Outcome, Severity
from wizard.report.results import said
from wizard.report.standards import of_item

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
_FILE = re.compile(r"(?P<path>[^\s:?*<>|\"]+):(?P<line>\d{1,9})(?:@[0-9a-f]{7,40})?")


def sarif(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    """One run. A fail that is told elsewhere (`root`) is no second result."""
    fails = [f for v in judgement.verdicts for f in v.findings if f.outcome is Outcome.FAIL and not f.root]
    names = list(dict.fromkeys(f.id for f in fails))
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "launch-ready",
                        "semanticVersion": __version__,
                        "rules": [_rule(name, checklist) for name in names],
                    }
                },
                "automationDetails": {"id": f"launch-ready/{assessment.run.id}"},
                "invocations": [{"executionSuccessful": True, **_times(assessment)}],
                "results": [_result(finding, names, checklist) for finding in fails],
                "properties": {
                    "business": assessment.subject.business,
                    "verdict": judgement.decision.verdict.value,
                    "items": {v.item: {"outcome": v.outcome.value, "basis": v.basis.value} for v in judgement.verdicts},
                    "redFlags": {f.id: {"raised": f.raised, "established": f.established} for f in judgement.flags},
                },
            }
        ],
    }


def _times(assessment: Assessment) -> dict[str, str]:
    run = assessment.run
    return {k: v for k, v in (("startTimeUtc", run.started), ("endTimeUtc", run.finished)) if v}


def _rule(name: str, checklist: Checklist) -> dict[str, Any]:
    check = checklist.check(name)
    item = checklist.item(name.partition(".")[0])
    title = check.title if check is not None else name
    severity = check.severity if check is not None else Severity.MEDIUM
    return {
        "id": name,
        "name": re.sub(r"[^A-Za-z0-9]", "", name.title()),
        "shortDescription": {"text": title},
        "fullDescription": {"text": item.what},
        "help": {"text": (check.fix if check is not None and check.fix else item.fix)},
        "defaultConfiguration": {"level": _LEVEL.get(severity, "warning")},
        "properties": {
            "security-severity": _SCORE.get(severity, "5.5"),
            "tags": ["security", item.id, *of_item(item.id)],
        },
    }


def _result(finding: Finding, names: list[str], checklist: Checklist) -> dict[str, Any]:
    severity = finding.severity or Severity.MEDIUM
    print_ = hashlib.sha256(f"{finding.id}\n{finding.where}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": finding.id,
        "ruleIndex": names.index(finding.id),
        "kind": "fail",
        "level": _LEVEL.get(severity, "warning"),
        "message": {"text": said(finding, checklist).text},
        "locations": [_location(finding.where or finding.item)],
        "partialFingerprints": {"launchReady/v1": print_[:32]},
        "properties": {"basis": finding.basis.value, "severity": severity.value, "evidence": finding.evidence},
    }


def _location(where: str) -> dict[str, Any]:
    """A file with its line where the place is one; else a logical place and an artifact name that viewers can show."""
    found = _FILE.fullmatch(where)
    if found and not re.fullmatch(r"[\w.-]+\.[a-z]{2,}", found["path"].partition("/")[0]):
        region = {"startLine": max(1, int(found["line"]))}
        return {"physicalLocation": {"artifactLocation": {"uri": quote(found["path"])}, "region": region}}
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(where.replace(" ", "/").replace("//", "/"), safe="/")}},
        "logicalLocations": [{"fullyQualifiedName": where}],
    }
