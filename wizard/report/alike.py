"""Findings that say the same about several places, told once: a page that repeats itself is a page that nobody reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wizard.checklist import Checklist, Words
from wizard.model import Finding
from wizard.report.results import said

_HERE = "\x00"


def together(findings: Sequence[Finding], checklist: Checklist) -> list[tuple[Finding, tuple[str, ...]]]:
    """Each finding with the other places of which the very same words are true. Order of the first of each."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_key(finding, said(finding, checklist)), []).append(finding)
    return [
        (mine[0], tuple(dict.fromkeys(f.where for f in mine[1:] if f.where != mine[0].where)))
        for mine in groups.values()
    ]


def _key(finding: Finding, words: Words) -> tuple[str, ...]:
    """What must be equal. The place itself is taken out of the sentence; everything else that differs keeps two findings apart."""
    places = [finding.where, finding.where.rpartition(":")[0], finding.where.partition(" ")[2]]
    text = words.text
    for place in places:
        text = text.replace(place, _HERE) if place else text
    files = tuple(file.sha256 for file in finding.files)
    return (
        finding.id,
        finding.outcome,
        finding.basis,
        finding.severity or "",
        finding.reason or "",
        finding.answered_by,
        finding.root,
        text,
        words.next,
        *files,
    )


def untested(findings: Iterable[Finding], checklist: Checklist) -> list[list[Finding]]:
    """Findings in the order given, those next to each other in a list that have one reason and one next step, and no proof of their own."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        words = said(finding, checklist)
        alone = finding.evidence or finding.where or finding.answered_by or finding.root
        key = (str(number),) if alone else (finding.outcome, finding.reason or "", words.text, words.next)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())
