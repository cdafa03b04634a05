"""How the readers of ``tls`` and ``edge`` write a finding down: bounded, printable, with a basis that fits its outcome."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots
from wizard.probes.edge.email.facts import clip

EVIDENCE_MOST = 1500
_NONE: Mapping[str, str] = {}


def finding(  # noqa: PLR0913  one keyword per field of a finding
    id_: str,
    outcome: Outcome,
    where: str,
    say: str = "",
    *,
    evidence: str = "",
    note: bool = False,
    severity: Severity | None = None,
    reason: Reason = Reason.INCONCLUSIVE,
    roots: tuple[str, ...] = (),
    slots: Mapping[str, str] = _NONE,
) -> Finding:
    """A finding seen from outside. `note`: a pass with advice. `where` also fills ``{host}`` unless that slot is given."""
    named: Slots = tuple((name, clip(value)) for name, value in ({"host": where} | dict(slots)).items())
    unknown = outcome is Outcome.UNKNOWN
    return Finding(
        id_,
        outcome,
        Basis.NONE if unknown else Basis.OBSERVED,
        say=say,
        slots=named,
        severity=Severity.NOTE if note else severity,
        reason=reason if unknown else None,
        where=clip(where),
        evidence=clip(evidence, EVIDENCE_MOST),
        roots=roots,
    )
