"""The five-minute proof as a table: who asked, for whose conversation, what came back, whether a marker was in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from wizard.model import Assessment
from wizard.probes import PROBES
from wizard.probes.api.evidence import Exchange
from wizard.report.times import minute
from wizard.words import area, say

STEPS = ("P1", "P2", "P3", "P4", "P5", "P6")
_ITEM = "object-access"


def proof(assessment: Assessment) -> dict[str, Any] | None:
    """The rows of the newest proof in the order of its steps, or None when it was not made."""
    mine = {probe.id for probe in PROBES if probe.item == _ITEM}
    looks = sorted((o for o in assessment.evidence.observations if o.probe in mine), key=lambda o: o.at, reverse=True)
    for look in looks:
        rows = _steps(list(_exchanges(look.seen)))
        if rows:
            return {"at": minute(look.at), "rows": [_row(step, exchange) for step, exchange in rows]}
    return None


def _exchanges(value: Any, depth: int = 6) -> Iterator[Exchange]:
    """Every exchange kept anywhere in what a probe saw, in its own order."""
    if isinstance(value, Exchange):
        yield value
    elif depth and isinstance(value, tuple | list):
        for inner in value:
            yield from _exchanges(inner, depth - 1)
    elif depth and is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _exchanges(getattr(value, field.name), depth - 1)


def _steps(exchanges: list[Exchange]) -> list[tuple[str, Exchange]]:
    """The exchanges that carry a step's name, each step in order."""
    found = []
    for step in STEPS:
        found += [(step, e) for e in exchanges if e.check.rpartition(".")[2].upper() == step]
    return found


def _row(step: str, exchange: Exchange) -> dict[str, str]:
    words: dict[str, Any] = area("report")["proof"]
    whose = exchange.whose or exchange.actor
    hits = sorted({hit.whose for hit in exchange.hits})
    seen = [words["markers"].get(hit, hit) for hit in hits]
    return {
        "step": step,
        "who": words["accounts"].get(exchange.actor, exchange.actor),
        "whose": words["own"] if whose == exchange.actor else words["accounts"].get(whose, whose),
        "route": exchange.route,
        "back": say(
            "report.proof.back",
            status=exchange.status or words["no-answer"],
            kind=words["kinds"].get(exchange.kind.value, exchange.kind.value),
            size=exchange.size,
        ),
        "marker": ", ".join(seen) if seen else words["none"],
        "must": words["must"].get(step, ""),
    }
