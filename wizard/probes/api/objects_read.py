"""From what two accounts tried to findings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots, Tag
from wizard.probes.api.crosses import SAFE, Cross, Told, control_of, outcome_of, worst
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind, is_shut
from wizard.probes.api.listings import Listing, Search
from wizard.probes.api.memory import Memory
from wizard.probes.api.overwriting import Overwrite
from wizard.probes.api.planted import Planted
from wizard.probes.api.proof import Proof
from wizard.probes.api.seen import Seen, Variant
from wizard.probes.api.unproven import why_no_control, why_nothing

ITEM = "object-access"
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
HOUR = 3_600.0
_MOST_EVIDENCE = 1_600


def read(seen: Seen) -> tuple[Finding, ...]:
    """All findings, in the order of the checks."""
    return tuple(_all(seen))


def _all(seen: Seen) -> Iterator[Finding]:
    if not seen.proofs and not seen.streams:
        yield _finding("swap", "", Told(Outcome.UNKNOWN, "reasons.no-pair", Reason.NOT_TESTED), (), seen)
    for proof in seen.proofs:
        yield from _proof(proof, seen)
    for proof in seen.streams:
        yield from _proof(proof, seen, "streams")
    for variant in seen.variants:
        yield _variant(variant, seen)
    for listing in seen.listings:
        yield _listing(listing, seen)
    for search in seen.searches:
        yield _search(search, seen)
    for planted in seen.files:
        yield _planted(planted, seen)
    yield _memory(seen.memory, seen)
    for write in seen.writes:
        yield _write(write, seen)
    yield from _guessable(seen)


# --- the proof ---------------------------------------------------------------------------------------------------------


def _proof(proof: Proof, seen: Seen, name: str = "swap") -> Iterator[Finding]:
    """The swap, and apart from it what showed only when one place of several was changed."""
    swaps = [cross for cross in proof.crosses if cross.exchange.check == "swap"]
    told = _told_proof(proof, swaps, seen.shared)
    yield _rooted(_finding(name, proof.route, told, rows(proof), seen, _leaking(swaps)), proof)
    for check in ("user-id", "nested"):
        mine = [cross for cross in proof.crosses if cross.exchange.check == check]
        if mine:
            told = _after(worst([outcome_of(cross, shared=seen.shared) for cross in mine]), proof)
            shown = [cross.exchange for cross in mine]
            yield _rooted(_finding(check, proof.route, told, shown, seen, _leaking(mine)), proof)


def _rooted(finding: Finding, proof: Proof) -> Finding:
    """A route that gives the same to nobody at all has no sign-in: the flaw is told there."""
    told_there = proof.stranger and finding.outcome is Outcome.FAIL
    return replace(finding, roots=(*finding.roots, "auth.missing-token")) if told_there else finding


def _told_proof(proof: Proof, swaps: list[Cross], shared: bool) -> Told:
    if proof.refused:
        return Told(Outcome.UNKNOWN, proof.refused, Reason.NOT_TESTED)
    for control in proof.own:
        if (told := control_of(control)).outcome is not Outcome.PASS:
            return told
    return _after(worst([outcome_of(cross, shared=shared) for cross in swaps]), proof)


def _after(told: Told, proof: Proof) -> Told:
    """A pass holds only if the caller's own still comes back at the end."""
    if told.outcome is not Outcome.PASS or proof.after is None:
        return told if proof.after is not None else Told(Outcome.UNKNOWN, "reasons.stopped", Reason.NOT_TESTED)
    return control_of(proof.after)


def rows(proof: Proof) -> tuple[Exchange, ...]:
    """The proof's exchanges in the order P1 to P6, extras before the last."""
    found = [*proof.own, proof.missing, *(cross.exchange for cross in proof.crosses), proof.after]
    return tuple(exchange for exchange in found if exchange)


def _leaking(crosses: Iterable[Cross]) -> Exchange | None:
    return next((cross.exchange for cross in crosses if outcome_of(cross).outcome is Outcome.FAIL), None)


# --- the rest ----------------------------------------------------------------------------------------------------------


def _variant(variant: Variant, seen: Seen) -> Finding:
    """Only another's word counts here: an app may well answer with the caller's own things."""
    told = worst([_leaks_only(cross, seen.shared) for cross in variant.crosses])
    exchanges = [cross.exchange for cross in variant.crosses]
    return _finding(variant.check, variant.route, told, exchanges, seen, _leaking(variant.crosses))


def _leaks_only(cross: Cross, shared: bool) -> Told:
    told = outcome_of(cross, shared=shared)
    harmless = told.outcome is Outcome.UNKNOWN and told.say == "review"
    harmless = harmless or cross.exchange.kind in {Kind.BREAKS, Kind.UNCLEAR}
    return SAFE if harmless and told.outcome is not Outcome.FAIL else told


def _listing(listing: Listing, seen: Seen) -> Finding:
    shown = [listing.a] if listing.b is None else [listing.a, listing.b]
    told = _told_listing(listing, seen.shared)
    leak = listing.a if told.outcome is Outcome.FAIL else None
    slots = (("place", listing.other_id),) if listing.other_id else ()
    return _finding("lists", listing.route, told, shown, seen, leak, slots=slots)


def _told_listing(listing: Listing, shared: bool) -> Told:
    a = listing.a
    person = a.kind is Kind.GIVES and any(hit.whose == "person" for hit in a.hits)
    if a.kind is Kind.LEAKS or person or listing.other_id:
        if shared:
            return Told(Outcome.UNKNOWN, "shared", Reason.REVIEW)
        say = "fail" if a.kind is Kind.LEAKS else "fail-id"
        return Told(Outcome.FAIL, say)
    if is_shut(a.kind) and a.kind is not Kind.EMPTIES:
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if a.weak else Told(Outcome.PASS, "pass-shut")
    if a.kind not in {Kind.GIVES, Kind.EMPTIES}:
        reason, say = why_nothing(a)
        return Told(Outcome.UNKNOWN, say, reason)
    if listing.own or listing.theirs:
        return SAFE
    if listing.same:
        return Told(Outcome.NOT_APPLICABLE, "same-for-all")
    return Told(Outcome.UNKNOWN, "nothing-own", Reason.INCONCLUSIVE)


def _search(search: Search, seen: Seen) -> Finding:
    shown = [search.a] if search.b is None else [search.a, search.b]
    if search.a.kind is Kind.LEAKS:
        told = Told(Outcome.UNKNOWN, "shared", Reason.REVIEW) if seen.shared else Told(Outcome.FAIL, "fail")
        return _finding("search", search.route, told, shown, seen, None if seen.shared else search.a)
    works = search.b is not None and search.b.kind is Kind.GIVES and search.b.why == "own"
    if works and (is_shut(search.a.kind) or search.a.kind is Kind.GIVES):
        return _finding("search", search.route, SAFE, shown, seen)
    if search.a.kind in {Kind.GIVES, Kind.EMPTIES}:
        return _finding("search", search.route, Told(Outcome.UNKNOWN, "quiet", Reason.INCONCLUSIVE), shown, seen)
    reason, say = why_nothing(search.a)
    return _finding("search", search.route, Told(Outcome.UNKNOWN, say, reason), shown, seen)


def _planted(planted: Planted, seen: Seen) -> Finding:
    shown = [exchange for exchange in (planted.own, planted.cross, planted.stranger) if exchange]
    leak = next((one for one in (planted.cross, planted.stranger) if one and one.kind is Kind.LEAKS), None)
    told = _told_planted(planted, seen.shared)
    return _finding("files", planted.route, told, shown, seen, leak if told.outcome is Outcome.FAIL else None)


def _told_planted(planted: Planted, shared: bool) -> Told:
    cross, stranger = planted.cross, planted.stranger
    if cross is None or stranger is None:
        reason, say = why_no_control(planted.own)
        return Told(Outcome.UNKNOWN, say, reason)
    if planted.signed and stranger.kind is Kind.LEAKS:
        if planted.lifetime is not None and planted.lifetime <= HOUR:
            return Told(Outcome.PASS, "signed-short")
        return Told(Outcome.UNKNOWN, "signed-long", Reason.REVIEW)
    if stranger.kind is Kind.LEAKS:
        return Told(Outcome.FAIL, "fail-stranger")
    if cross.kind is Kind.LEAKS:
        return Told(Outcome.UNKNOWN, "shared", Reason.REVIEW) if shared else Told(Outcome.FAIL, "fail")
    for exchange in (cross, stranger):
        if is_shut(exchange.kind):
            continue
        if exchange.kind is Kind.GIVES:
            return Told(Outcome.UNKNOWN, "review", Reason.REVIEW)
        reason, say = why_nothing(exchange)
        return Told(Outcome.UNKNOWN, say, reason)
    return SAFE


def _memory(memory: Memory | None, seen: Seen) -> Finding:
    if memory is None:
        told = Told(Outcome.NOT_APPLICABLE, "no-memory" if seen.asked_memory else "not-asked")
        return _finding("bot-memory", "", told, (), seen)
    if memory.refused:
        return _finding("bot-memory", "", Told(Outcome.UNKNOWN, memory.refused, Reason.NOT_TESTED), (), seen)
    shown = [exchange for exchange in (memory.recall, *memory.asks) if exchange]
    leak = next((exchange for exchange in memory.asks if exchange.kind is Kind.LEAKS), None)
    if leak:
        told = Told(Outcome.UNKNOWN, "shared", Reason.REVIEW) if seen.shared else Told(Outcome.FAIL, "fail")
        return _finding("bot-memory", memory.route, told, shown, seen, None if seen.shared else leak)
    bad = next((one for one in memory.asks if one.kind is not Kind.GIVES), None)
    if bad:
        reason, say = why_nothing(bad)
        return _finding("bot-memory", memory.route, Told(Outcome.UNKNOWN, say, reason), shown, seen)
    recalls = memory.recall is not None and memory.recall.why == "own"
    told = SAFE if recalls else Told(Outcome.UNKNOWN, "quiet", Reason.INCONCLUSIVE)
    return _finding("bot-memory", memory.route, told, shown, seen)


def _write(write: Overwrite, seen: Seen) -> Finding:
    shown = [exchange for exchange in (write.before, write.write, write.after) if exchange]
    slots = (("field", write.field),)
    if write.refused:
        told = Told(Outcome.UNKNOWN, write.refused, Reason.NOT_TESTED)
    elif write.changed:
        told = Told(Outcome.FAIL, "fail" if write.restored else "fail-not-restored")
        told = Told(Outcome.UNKNOWN, "shared", Reason.REVIEW) if seen.shared else told
    elif write.after is None or write.after.kind is not Kind.GIVES or write.write is None:
        told = Told(Outcome.UNKNOWN, "reasons.control-failed", Reason.INCONCLUSIVE)
    elif is_shut(write.write.kind) and not write.write.soft:
        told = SAFE
    elif is_shut(write.write.kind) or write.write.kind in {Kind.GIVES, Kind.LEAKS}:
        told = Told(Outcome.PASS, "pass-unchanged")
    else:
        reason, say = why_nothing(write.write)
        told = Told(Outcome.UNKNOWN, say, reason)
    return _finding("cross-write", write.route, told, shown, seen, slots=slots)


def _guessable(seen: Seen) -> Iterator[Finding]:
    for proof in seen.proofs:
        if proof.shape:
            say = "small-numbers" if proof.shape == "integer" else "pass"
            told = Told(Outcome.PASS, say)
            yield _finding("guessable-ids", proof.route, told, (), seen, slots=(("shape", proof.shape),))


# --- one finding -------------------------------------------------------------------------------------------------------


def _finding(
    check: str,
    route: str,
    told: Told,
    exchanges: Iterable[Exchange],
    seen: Seen,
    leak: Exchange | None = None,
    slots: Slots = (),
) -> Finding:
    note = told.outcome is Outcome.PASS and told.say in {"signed-short", "small-numbers", "pass-unchanged"}
    lines = "\n".join(exchange.line for exchange in exchanges)
    looked = told.outcome is not Outcome.NOT_APPLICABLE or told.say == "same-for-all"
    return Finding(
        id=f"{ITEM}.{check}",
        outcome=told.outcome,
        basis=Basis.OBSERVED if looked and told.outcome is not Outcome.UNKNOWN else Basis.NONE,
        say=told.say,
        slots=_slots(route, seen, leak, slots),
        severity=Severity.NOTE if note else Severity.CRITICAL if leak and _has_word(leak) else None,
        reason=told.reason,
        where=route,
        evidence=lines[:_MOST_EVIDENCE],
        roots=("edge.cache-private",) if told.outcome is Outcome.FAIL and told.say == "fail-cache" else (),
        tags=(Tag.OTHER_SECRET_SEEN,) if leak and _has_word(leak) and told.outcome is Outcome.FAIL else (),
    )


def _has_word(exchange: Exchange) -> bool:
    return any(hit.whose == "other" for hit in exchange.hits)


def _slots(route: str, seen: Seen, leak: Exchange | None, extra: Slots) -> Slots:
    hit = next((one for one in leak.hits if one.whose in {"other", "person"}), None) if leak else None
    found = {
        "route": route,
        "host": seen.host,
        "caller": (leak.actor if leak else "a").upper(),
        "owner": (leak.whose or "b" if leak else "b").upper(),
        "word": hit.masked if hit else "",
        "place": (hit.pointer or hit.place) if hit else "",
        "count": str(seen.requests),
    }
    return tuple((found | dict(extra)).items())
