"""JUnit XML for CI: every finding is a case. Unknown is a failure of type "unknown", never skipped: skipped is green in CI."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Finding, Outcome, Verdict
from wizard.report.results import next_step, said, summary

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> bytes:
    """UTF-8 XML: a suite for each item, a case for each finding, and one for the item as a whole."""
    root = Element("testsuites", name="launch-ready")
    for verdict in judgement.verdicts:
        _suite(root, verdict, assessment, checklist)
    for name in ("tests", "failures"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _suite(root: Element, verdict: Verdict, assessment: Assessment, checklist: Checklist) -> None:
    suite = SubElement(root, "testsuite", name=verdict.item)
    if assessment.run.finished:
        suite.set("timestamp", _clean(assessment.run.finished.rstrip("Z")))
    whole = SubElement(suite, "testcase", classname=verdict.item, name=_clean(checklist.item(verdict.item).title))
    if verdict.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        step = next_step(verdict, checklist)
        _failure(whole, verdict.outcome.value, summary(verdict, checklist), step)
    for finding in verdict.findings:
        _case(suite, finding, checklist)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", "0")


def _case(suite: Element, finding: Finding, checklist: Checklist) -> None:
    name = f"{finding.id} {finding.where}".strip()
    case = SubElement(suite, "testcase", classname=finding.item, name=_clean(name))
    if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN) and not finding.root:
        words = said(finding, checklist)
        _failure(
            case,
            finding.outcome.value,
            words.text,
            "\n".join(p for p in (finding.evidence, words.next, words.fix) if p),
        )


def _failure(case: Element, kind: str, message: str, body: str) -> None:
    failure = SubElement(case, "failure", type=kind, message=_clean(message))
    failure.text = _clean(body)


def _clean(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
