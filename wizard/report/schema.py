"""The JSON Schema of the results (contract: Results, schema 1), from one typed picture of them that the tests hold against real results."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from wizard.model import Basis, Decide, Outcome, Reason, Severity


def _one_of(names: type[Severity] | type[Reason]) -> str:
    """A pattern for one of these names, or nothing."""
    return "^(" + "|".join(names) + ")?$"


class _Tool(msgspec.Struct, forbid_unknown_fields=True):
    name: Literal["launch-ready"]
    version: str


class _Run(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    started: str
    finished: str
    requests: Annotated[int, msgspec.Meta(ge=0)]


class _Subject(msgspec.Struct, forbid_unknown_fields=True):
    business: str
    product: str
    site: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class _Finding(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z-]+\.[a-z0-9-]+$")]
    outcome: Outcome
    basis: Basis
    severity: Annotated[str, msgspec.Meta(pattern=_one_of(Severity))]
    reason: Annotated[str, msgspec.Meta(pattern=_one_of(Reason))]
    where: str
    summary: str
    evidence: str
    next: str
    fix: str
    files: list[_File]
    root: str
    standards: list[str]


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    outcome: Outcome
    basis: Basis
    summary: str
    next: str
    scorecard: bool
    findings: list[_Finding]


class _Flag(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    raised: bool
    established: bool
    basis: Basis
    why: str


class _Decision(msgspec.Struct, forbid_unknown_fields=True):
    verdict: Decide
    failed: list[str]
    unknown: list[str]
    reasons: list[str]


class Results(msgspec.Struct, forbid_unknown_fields=True, rename={"version": "schema"}):
    """What ``--json`` writes."""

    version: Literal[1]
    tool: _Tool
    run: _Run
    subject: _Subject
    items: list[_Item]
    red_flags: list[_Flag]
    decision: _Decision


def results_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the results."""
    made = msgspec.json.schema(Results)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
