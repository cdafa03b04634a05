"""The five-minute proof as a table: who asked, for whose conversation, what came back, whether a marker was in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wizard.model import Assessment, Outcome
from wizard.probes.api.crosses import control_of, outcome_of
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import is_shut
from wizard.probes.api.proof import Proof
from wizard.probes.api.seen import Seen
from wizard.report.times import minute
from wizard.words import area, say

MOST_ROUTES = 4
"""Routes whose proof is printed row by row; the others are in the attached evidence."""


def proof(assessment: Assessment) -> dict[str, Any] | None:
    """The rows of the newest proof in the order of its steps, or None when it was not made."""
    looks = [o for o in assessment.evidence.observations if isinstance(o.seen, Seen)]
    for look in sorted(looks, key=lambda o: o.at, reverse=True):
        made = [p for p in look.seen.proofs if p.own][:MOST_ROUTES]
        shared = look.seen.shared
        rows = [_row(*step) for one in made for step in _steps(one, shared)]
        if rows:
            return {"at": minute(look.at), "rows": rows}
    return None


def _steps(made: Proof, shared: bool) -> Iterator[tuple[str, Exchange, Outcome]]:
    """The exchanges with the names of their steps and what each came to; crosses beyond two share the name of their direction."""
    for step, exchange in zip(("P1", "P2"), made.own, strict=False):
        yield step, exchange, control_of(exchange).outcome
    if made.missing is not None:
        yield "P3", made.missing, Outcome.PASS if is_shut(made.missing.kind) else Outcome.UNKNOWN
    for cross in made.crosses:
        yield ("P4" if cross.exchange.actor == "a" else "P5"), cross.exchange, outcome_of(cross, shared=shared).outcome
    if made.after is not None:
        yield "P6", made.after, control_of(made.after).outcome


def _row(step: str, exchange: Exchange, outcome: Outcome) -> dict[str, str]:
    words: dict[str, Any] = area("report")["proof"]
    whose = exchange.whose or exchange.actor
    hits = dict.fromkeys(words["markers"].get(hit.whose, hit.whose) for hit in exchange.hits)
    return {
        "step": step,
        "outcome": outcome.value,
        "who": words["accounts"].get(exchange.actor, exchange.actor),
        "whose": words["own"] if whose == exchange.actor else words["accounts"].get(whose, whose),
        "route": exchange.route,
        "back": say(
            "report.proof.back",
            status=exchange.status or words["no-answer"],
            kind=words["kinds"].get(exchange.kind.value, exchange.kind.value),
            size=exchange.size,
        ),
        "marker": ", ".join(hits) or words["none"],
        "must": words["must"][step],
    }
