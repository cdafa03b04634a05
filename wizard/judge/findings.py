"""From observations to findings: the newest look of each probe, read by the probe's own pure function."""

from __future__ import annotations

from dataclasses import replace

from wizard.model import Answer, Basis, Evidence, Finding, Observation, Outcome, Reason, Unobserved
from wizard.probe import Probe


def newest_answers(evidence: Evidence) -> dict[str, Answer]:
    """The newest answer to each question. An answer that nobody stands for counts for nothing."""
    found: dict[str, Answer] = {}
    for answer in sorted((a for a in evidence.answers if a.by), key=lambda a: (a.at, repr(a))):
        found[answer.question] = answer
    return found


def read_all(evidence: Evidence, probes: tuple[Probe, ...]) -> list[Finding]:
    """Every finding of the newest observation of every known probe, in the registry's order."""
    latest: dict[str, Observation] = {}
    for observation in sorted(evidence.observations, key=lambda o: (o.at, repr(o))):
        latest[observation.probe] = observation
    found: list[Finding] = []
    for probe in probes:
        if probe.id in latest:
            found += _read(probe, latest[probe.id])
    return found


def _read(probe: Probe, observation: Observation) -> list[Finding]:
    seen = observation.seen
    if isinstance(seen, Unobserved):
        return [_unknown(check, seen) for check in probe.checks]
    if not isinstance(seen, probe.seen):
        return [_unknown(check, Unobserved("internal-error")) for check in probe.checks]
    try:
        return [_sound(finding) for finding in probe.read(seen)]
    except Exception:  # `read` is ours: what it raises is our bug, told as unknown and never as a verdict
        return [_unknown(check, Unobserved("internal-error", reason=Reason.INCONCLUSIVE)) for check in probe.checks]


def _unknown(check: str, why: Unobserved) -> Finding:
    say = f"reasons.{why.say}"
    return Finding(check, Outcome.UNKNOWN, Basis.NONE, say=say, slots=why.slots, reason=why.reason)


def _sound(finding: Finding) -> Finding:
    """A finding as the contract wants it: only an unknown has a reason, and it always has one."""
    if finding.outcome is Outcome.UNKNOWN:
        return finding if finding.reason else replace(finding, reason=Reason.INCONCLUSIVE)
    return replace(finding, reason=None) if finding.reason else finding
