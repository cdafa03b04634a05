"""Evidence in, verdicts out. Pure: no clock, no disk, no network; the same evidence gives the same page in any order."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.checklist import Checklist
from wizard.judge.answers import fingerprint, named, open_marks, settle
from wizard.judge.decide import decide
from wizard.judge.findings import newest_answers, read_all
from wizard.judge.flags import raise_flags
from wizard.judge.verdicts import root_causes, verdict_of
from wizard.model import Decision, Evidence, RedFlag, Verdict
from wizard.probe import Probe

__all__ = ["Judgement", "fingerprint", "judge", "named", "open_marks", "read_all"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that any face shows: a verdict per item in the checklist's order, the five red flags, the decision."""

    verdicts: tuple[Verdict, ...]
    flags: tuple[RedFlag, ...]
    decision: Decision

    def verdict(self, item: str) -> Verdict:
        """The verdict on one item; KeyError if it was not asked for."""
        for verdict in self.verdicts:
            if verdict.item == item:
                return verdict
        raise KeyError(item)


def judge(evidence: Evidence, checklist: Checklist, probes: tuple[Probe, ...], only: tuple[str, ...] = ()) -> Judgement:
    """Judge all items, or `only` these (then verdict and flags speak of them alone: a flag counts when it is raised).

    An id that the checklist does not know asks for nothing; when `only` names no known one, all are judged: nothing looked at is never ready.
    """
    only = tuple(name for name in only if name in checklist.order)
    answers = newest_answers(evidence)
    findings = settle(read_all(evidence, probes), answers, checklist, _now(evidence))
    findings = root_causes(findings, checklist)
    wanted = [item for item in checklist.items if not only or item.id in only]
    verdicts = tuple(verdict_of(item, [f for f in findings if f.item == item.id]) for item in wanted)
    flags = raise_flags(findings, answers, checklist)
    return Judgement(verdicts, flags, decide(verdicts, flags, checklist, partial=bool(only)))


def _now(evidence: Evidence) -> str:
    """The newest moment that the evidence knows of: ages are counted from there, so that judging again gives the same."""
    return max((o.at for o in evidence.observations), default="")
