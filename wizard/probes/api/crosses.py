"""One account asks for another's: the facts that are kept of it, and what they come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.model import Outcome, Reason
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.unproven import why_no_control, why_nothing


@dataclass(frozen=True, slots=True)
class Cross:
    """One cross request. `changed` names the places that held the other's id. `like_*`: equal to that answer once ids and times are taken out.

    `refuses` is None where words alone refuse and only a person can tell; `stale`: shut, but each time only by a cache; `differs` are key names.
    """

    exchange: Exchange
    owner: str
    changed: tuple[str, ...] = ()
    like_missing: bool = False
    like_own: bool = False
    refuses: bool | None = False
    stale: bool = False
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What facts come to: an outcome, the reason when unknown, and the key of the sentence."""

    outcome: Outcome
    say: str
    reason: Reason | None = None


SAFE = Told(Outcome.PASS, "pass")


def outcome_of(cross: Cross, *, shared: bool = False) -> Told:
    """The rule for a cross. `shared`: one test client may see the other's, so what would be a fail is for a person to look at."""
    seen = cross.exchange
    if seen.kind is Kind.LEAKS or (seen.kind is Kind.GIVES and any(hit.whose == "person" for hit in seen.hits)):
        if shared:
            return Told(Outcome.UNKNOWN, "shared", Reason.REVIEW)
        cause = "-cache" if seen.cached else "" if seen.kind is Kind.LEAKS else "-person"
        return Told(Outcome.FAIL, "fail" + cause)
    if cross.refuses:
        return Told(Outcome.UNKNOWN, "reasons.from-cache", Reason.INCONCLUSIVE) if cross.stale else SAFE
    if cross.refuses is None:
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    page = seen.kind is Kind.UNCLEAR and seen.why == "page"
    if (seen.kind is Kind.GIVES or page) and (cross.like_missing or cross.like_own):
        return SAFE
    if seen.kind is Kind.GIVES:
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
    reason, say = why_nothing(seen)
    return Told(Outcome.UNKNOWN, say, reason)


def control_of(exchange: Exchange, *, plain: bool = False) -> Told:
    """The rule for an own control of the proof: the account's own secret word must come back; on a `plain` route, data."""
    if exchange.kind is Kind.GIVES and (plain or exchange.why == "own"):
        return SAFE
    reason, say = why_no_control(exchange)
    return Told(Outcome.UNKNOWN, say, reason)


def worst(told: list[Told]) -> Told:
    """The one that decides: a fail, then what a person must look at, then what proves nothing, then what was not tested."""
    order = (Reason.REVIEW, Reason.INCONCLUSIVE, Reason.NOT_TESTED)

    def rank(one: Told) -> int:
        if one.outcome is Outcome.FAIL:
            return 0
        return 1 + order.index(one.reason) if one.reason else 9

    return min(told, key=rank, default=SAFE)


def leaking(crosses: Iterable[Cross]) -> Exchange | None:
    """The first exchange that fails by itself."""
    return next((cross.exchange for cross in crosses if outcome_of(cross).outcome is Outcome.FAIL), None)
