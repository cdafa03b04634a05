"""The decision: the first of four verdicts that fits (contract: results)."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.checklist import Checklist
from wizard.model import Decide, Decision, Outcome, RedFlag, Slots, Verdict


def decide(
    verdicts: Sequence[Verdict], flags: Sequence[RedFlag], checklist: Checklist, *, partial: bool = False
) -> Decision:
    """Decide on all items, or on a part of them: then a flag that nobody asked about holds nothing back."""
    failed = tuple(v.item for v in verdicts if v.outcome is Outcome.FAIL)
    unknown = tuple(v.item for v in verdicts if v.outcome is Outcome.UNKNOWN)
    raised = tuple(f.id for f in flags if f.raised)
    open_ = () if partial else tuple(f.id for f in flags if not f.established)
    counted = [item for item in failed if checklist.item(item).row]
    many = len(counted) > checklist.index.max_scorecard_fails
    reasons: list[tuple[str, Slots]] = []
    if many:
        reasons.append(("too-many-fails", (("count", str(len(counted))),)))
    reasons += [("flag-raised", (("flag", checklist.index.red_flags[name].title),)) for name in raised]
    reasons += [("item-fails", (("item", checklist.item(name).title),)) for name in failed]
    reasons += [("item-unknown", (("item", checklist.item(name).title),)) for name in unknown]
    reasons += [("flag-open", (("flag", checklist.index.red_flags[name].title),)) for name in open_]
    if many or raised:
        verdict = Decide.SENIOR_ENGINEER
    elif failed:
        verdict = Decide.FIX_YOURSELF
    elif unknown or open_:
        verdict = Decide.NOT_ENOUGH_EVIDENCE
    else:
        verdict = Decide.READY
        reasons.append(("all-pass", ()))
    return Decision(verdict, failed, unknown, raised, open_, tuple(reasons))
