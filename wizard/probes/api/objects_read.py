"""From what two accounts tried to findings. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard.model import Finding, Outcome, Reason
from wizard.probes.api.crosses import SAFE, Cross, Told, control_of, leaking, outcome_of, worst
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.listings import Listing
from wizard.probes.api.objects_finding import ITEM, finding, merged
from wizard.probes.api.objects_rest import (
    guessable_finding,
    listing_finding,
    memory_finding,
    planted_finding,
    search_finding,
    variant_finding,
    write_finding,
)
from wizard.probes.api.proof import Proof
from wizard.probes.api.seen import Seen

NAMES = (
    "swap",
    "user-id",
    "nested",
    "dropped-filter",
    "two-ids",
    "lists",
    "files",
    "search",
    "bot-memory",
    "cross-write",
    "streams",
    "guessable-ids",
)
CHECKS = tuple(f"{ITEM}.{name}" for name in NAMES)


def read(seen: Seen) -> tuple[Finding, ...]:
    """All findings, one for each check and route, in the order of the checks."""
    return merged(_all(seen))


def _all(seen: Seen) -> Iterator[Finding]:
    if not seen.proofs and not seen.streams:
        yield finding("swap", "", Told(Outcome.UNKNOWN, "reasons.no-pair", Reason.NOT_TESTED), (), seen)
    for proof in seen.proofs:
        yield from _proof(proof, seen)
    for proof in seen.streams:
        yield from _proof(proof, seen, "streams")
    for variant in seen.variants:
        yield variant_finding(variant, seen)
    for listing in seen.listings:
        yield listing_finding(listing, seen, filtered=_proved_with_a_filter(listing, seen))
    for search in seen.searches:
        yield search_finding(search, seen)
    for planted in seen.files:
        yield planted_finding(planted, seen)
    yield memory_finding(seen.memory, seen)
    for write in seen.writes:
        yield write_finding(write, seen)
    yield from guessable_finding(seen)


def _proved_with_a_filter(listing: Listing, seen: Seen) -> bool:
    """The same address with the client's own filter showed the client's own, kept the other out, and shows nothing of anybody without it."""
    quiet = listing.a.kind in {Kind.EMPTIES, Kind.REJECTS, Kind.HIDES} and not listing.a.weak
    return quiet and any(
        proof.route.startswith(f"{listing.route}?")
        and _told_proof(proof, [one for one in proof.crosses if one.exchange.check == "swap"], seen.shared) == SAFE
        for proof in seen.proofs
    )


def _proof(proof: Proof, seen: Seen, name: str = "swap") -> Iterator[Finding]:
    """The swap, and apart from it what showed only when one place of several was changed."""
    swaps = [cross for cross in proof.crosses if cross.exchange.check == "swap"]
    told = _told_proof(proof, swaps, seen.shared)
    yield _rooted(finding(name, proof.route, told, rows(proof), seen, leaking(swaps)), proof)
    for check in ("user-id", "nested"):
        mine = [cross for cross in proof.crosses if cross.exchange.check == check]
        if mine:
            told = _after(worst([outcome_of(cross, shared=seen.shared) for cross in mine]), proof)
            shown = [cross.exchange for cross in mine]
            yield _rooted(finding(check, proof.route, told, shown, seen, leaking(mine)), proof)


def _rooted(found: Finding, proof: Proof) -> Finding:
    """A route that gives the same to nobody at all has no sign-in: the flaw is told there."""
    told_there = proof.stranger and found.outcome is Outcome.FAIL
    return replace(found, roots=(*found.roots, "auth.missing-token")) if told_there else found


def _told_proof(proof: Proof, swaps: list[Cross], shared: bool) -> Told:
    if proof.refused:
        return Told(Outcome.UNKNOWN, proof.refused, Reason.NOT_TESTED)
    for control in proof.own:
        if (told := control_of(control, plain=proof.plain)).outcome is not Outcome.PASS:
            return told
    return _after(worst([outcome_of(cross, shared=shared) for cross in swaps]), proof)


def _after(told: Told, proof: Proof) -> Told:
    """A pass holds only if the caller's own still comes back at the end."""
    if told.outcome is not Outcome.PASS:
        return told
    return (
        control_of(proof.after, plain=proof.plain)
        if proof.after
        else Told(Outcome.UNKNOWN, "reasons.stopped", Reason.NOT_TESTED)
    )


def rows(proof: Proof) -> tuple[Exchange, ...]:
    """The proof's exchanges in the order P1 to P6, extras before the last."""
    found = [*proof.own, proof.missing, *(cross.exchange for cross in proof.crosses), proof.after]
    return tuple(exchange for exchange in found if exchange)
