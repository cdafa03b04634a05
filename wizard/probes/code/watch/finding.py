"""How the readers write a finding down."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.model import Basis, FileRef, Finding, Outcome, Reason, Severity
from wizard.probes.edge.email.facts import clip

ITEM = "monitoring"
_NONE: Mapping[str, str] = {}


def found(  # noqa: PLR0913  one keyword per field of a finding
    check: str,
    outcome: Outcome,
    say: str = "",
    *,
    basis: Basis = Basis.OBSERVED,
    where: str = "",
    evidence: str = "",
    note: bool = False,
    reason: Reason = Reason.INCONCLUSIVE,
    roots: tuple[str, ...] = (),
    files: tuple[FileRef, ...] = (),
    slots: Mapping[str, str] = _NONE,
) -> Finding:
    """A finding of this item; an unknown has no basis, a note is a pass with advice."""
    unknown = outcome is Outcome.UNKNOWN
    return Finding(
        f"{ITEM}.{check}",
        outcome,
        Basis.NONE if unknown else basis,
        say=say,
        slots=tuple((name, clip(value)) for name, value in slots.items()),
        severity=Severity.NOTE if note else None,
        reason=reason if unknown else None,
        where=clip(where),
        evidence="\n".join(clip(line, 400) for line in evidence.splitlines())[:1500],
        roots=roots,
        files=tuple(file for file in files if file.sha256),
    )
