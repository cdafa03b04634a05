"""From what a database function answered to what it comes to. Pure."""

from __future__ import annotations

from wizard.model import Outcome, Reason
from wizard.probes.api.crosses import SAFE, Told
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind, is_shut
from wizard.probes.api.hosted_seen import Called
from wizard.probes.api.unproven import why_nothing

NEEDS_VALUES = "PGRST202"
WRITES = frozenset({"25006", "PGRST101"})
"""The database says that this function writes: no read-only transaction, or no GET, runs it (PostgreSQL, PostgREST)."""
_DATA = frozenset({Kind.GIVES, Kind.LEAKS})


def shows_other(exchange: Exchange | None) -> bool:
    """Whether an answer shows another account's secret word, or who it is."""
    if exchange is None:
        return False
    named = exchange.kind is Kind.GIVES and any(hit.whose == "person" for hit in exchange.hits)
    return exchange.kind is Kind.LEAKS or named


def told_function(called: Called) -> Told:
    """Another's word fails. Data without one is for a person to look at: a price list is no leak."""
    if any(shows_other(one) for one in (called.stranger, called.filled)):
        return Told(Outcome.FAIL, "fail")
    if any(shows_other(one) for one in (called.own, called.cross)):
        return Told(Outcome.FAIL, "fail-other")
    if any(one is not None and one.kind in _DATA for one in (called.stranger, called.filled)):
        return (
            Told(Outcome.NOT_APPLICABLE, "public") if called.public else Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
        )
    return _with_values(called) if called.filled is not None else _bare(called)


def _bare(called: Called) -> Told:
    """Called without any value, and a stranger was given no data."""
    stranger = called.stranger
    if stranger is None or called.code in WRITES or stranger.status == 405:
        return Told(Outcome.UNKNOWN, "acts", Reason.REVIEW)
    if called.code == NEEDS_VALUES:
        return Told(Outcome.UNKNOWN, "values", Reason.REVIEW)
    if stranger.kind is Kind.EMPTIES:
        gives = called.own is not None and called.own.kind is Kind.GIVES
        return SAFE if gives else Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE)
    if is_shut(stranger.kind) and (called.code == "42501" or stranger.kind is Kind.DENIES):
        return Told(Outcome.PASS, "shut")
    return _nothing(stranger)


def _with_values(called: Called) -> Told:
    """With b's id: shut to a stranger and to a, while b itself is given its own."""
    for one in (called.filled, called.cross):
        if one is None or not is_shut(one.kind):
            return Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if one and one.kind in _DATA else _nothing(one)
    works = called.theirs is not None and called.theirs.kind is Kind.GIVES
    return SAFE if works else Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE)


def _nothing(exchange: Exchange | None) -> Told:
    if exchange is None:
        return Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE)
    reason, say = why_nothing(exchange)
    return Told(Outcome.UNKNOWN, say, reason)
