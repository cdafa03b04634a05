"""From findings to an item's verdict (contract: results). A fail with a root is told elsewhere and never fails a second item."""

from __future__ import annotations

from dataclasses import replace

from wizard.checklist import Checklist, Item
from wizard.model import Basis, Finding, Outcome, Reason, Severity, Verdict

_RANK = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3, Severity.NOTE: 4, None: 5}
_ORDER = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}


def root_causes(findings: list[Finding], checklist: Checklist) -> list[Finding]:
    """Findings with `root` set where what they name in `roots` failed by itself, and with their default severity."""
    return [_rooted(_graded(f, checklist), findings) for f in findings]


def _graded(finding: Finding, checklist: Checklist) -> Finding:
    check = checklist.check(finding.id)
    if finding.outcome is Outcome.FAIL and finding.severity is None and check is not None:
        return replace(finding, severity=check.severity)
    return finding


def _rooted(finding: Finding, findings: list[Finding]) -> Finding:
    if finding.outcome is not Outcome.FAIL:
        return finding
    for root in finding.roots:
        told = [f for f in findings if f is not finding and f.id != finding.id and root in (f.id, f.item)]
        looked = [f for f in told if f.id == root and finding.where and finding.where in _places(f)]
        if any(f.outcome is not Outcome.FAIL for f in looked):
            continue  # it looked at this very place, and tells no fail of it
        found = [f for f in told if f.outcome is Outcome.FAIL and not _leans(f, finding)]
        if found:
            same = [f for f in found if f.where == finding.where]
            return replace(finding, root=(same or found)[0].id)
    return finding


def _places(finding: Finding) -> tuple[str, ...]:
    """All places of a finding: one that speaks of several routes names them in a slot."""
    return finding.where, *dict(finding.slots).get("routes", "").split(", ")


def _leans(other: Finding, finding: Finding) -> bool:
    """`other` names `finding` as its own root: two findings never explain each other away."""
    return finding.id in other.roots or finding.item in other.roots


def verdict_of(item: Item, findings: list[Finding]) -> Verdict:
    """The item's outcome, the basis it rests on, its findings (worst first) and the required checks that are not met."""
    ordered = tuple(sorted(findings, key=lambda f: _place(f, item)))
    fails = [f for f in ordered if f.outcome is Outcome.FAIL and not f.root]
    if fails:
        return Verdict(item.id, Outcome.FAIL, fails[0].basis, ordered)
    missing = tuple(name for name in item.checks if not _met(item, name, findings))
    required = [f for f in findings if _binding(item, f.check)]
    passes = [f for f in required if f.outcome is Outcome.PASS]
    if missing or not required:
        return Verdict(item.id, Outcome.UNKNOWN, Basis.NONE, ordered, missing)
    if not passes:
        told = any(f.answered_by for f in required)
        return Verdict(item.id, Outcome.NOT_APPLICABLE, Basis.ATTESTED if told else Basis.OBSERVED, ordered)
    if item.observable and not any(f.basis is Basis.OBSERVED for f in passes):
        return Verdict(item.id, Outcome.UNKNOWN, Basis.NONE, ordered, tuple(dict.fromkeys(f.check for f in passes)))
    return Verdict(item.id, Outcome.PASS, min((f.basis for f in passes), key=lambda b: b.strength), ordered)


def _place(finding: Finding, item: Item) -> tuple[int, int, int, int, str, str]:
    names = list(item.checks)
    at = names.index(finding.check) if finding.check in names else len(names)
    free = 0 if _binding(item, finding.check) else 1
    told = 1 if finding.root else 0
    return (_ORDER[finding.outcome] + told, _RANK[finding.severity], free, at, finding.where, repr(finding))


def _binding(item: Item, check: str) -> bool:
    return check in item.checks and item.checks[check].required != "no"


def _met(item: Item, name: str, findings: list[Finding]) -> bool:
    check = item.checks[name]
    mine = [f for f in findings if f.check == name]
    if check.required == "no" or (check.required == "if-reported" and not mine):
        return True
    return bool(mine) and all(_good(f, check.basis) for f in mine)


def _good(finding: Finding, least: Basis) -> bool:
    if finding.outcome is Outcome.NOT_APPLICABLE:
        return True
    settled = finding.reason is Reason.REVIEW  # a person settled what was left for review
    return finding.outcome is Outcome.PASS and (settled or finding.basis.strength >= least.strength)
