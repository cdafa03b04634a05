"""From what two accounts tried beside the proof to findings: variants, lists, search, files, memory, writes, the ids' shape. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard.model import Finding, Outcome, Reason
from wizard.probes.api.crosses import SAFE, Cross, Told, leaking, outcome_of, worst
from wizard.probes.api.faces import Kind, is_shut
from wizard.probes.api.listings import Listing, Search
from wizard.probes.api.memory import Memory
from wizard.probes.api.objects_finding import finding
from wizard.probes.api.overwriting import Overwrite
from wizard.probes.api.planted import Planted
from wizard.probes.api.seen import Seen, Variant
from wizard.probes.api.unproven import why_no_control, why_nothing

HOUR = 3_600.0


def variant_finding(variant: Variant, seen: Seen) -> Finding:
    """Only another's word counts here: an app may well answer with the caller's own things."""
    told = worst([_leaks_only(cross, seen.shared) for cross in variant.crosses])
    exchanges = [cross.exchange for cross in variant.crosses]
    return finding(variant.check, variant.route, told, exchanges, seen, leaking(variant.crosses))


def _leaks_only(cross: Cross, shared: bool) -> Told:
    told = outcome_of(cross, shared=shared)
    harmless = told.outcome is Outcome.UNKNOWN and told.say == "review"
    harmless = harmless or cross.exchange.kind in {Kind.BREAKS, Kind.UNCLEAR}
    return SAFE if harmless and told.outcome is not Outcome.FAIL else told


def listing_finding(listing: Listing, seen: Seen, *, filtered: bool = False) -> Finding:
    """What a list came to. `filtered`: the proof showed it with each client's own filter, and kept them apart."""
    shown = [listing.a] if listing.b is None else [listing.a, listing.b]
    told = _told_listing(listing, seen.shared)
    if filtered and told.outcome is Outcome.UNKNOWN:
        told = Told(Outcome.PASS, "pass-filtered")
    leak = listing.a if told.outcome is Outcome.FAIL else None
    slots = (("place", listing.other_id),) if listing.other_id else ()
    slots = (*slots, ("count", str(listing.shared.common)), ("theirs", str(listing.shared.b)))
    found = finding("lists", listing.route, told, shown, seen, leak, slots=slots)
    told_there = listing.stranger and told.outcome is Outcome.FAIL
    return replace(found, roots=("auth.missing-token",)) if told_there else found


def _told_listing(listing: Listing, shared: bool) -> Told:
    a = listing.a
    person = a.kind is Kind.GIVES and any(hit.whose == "person" for hit in a.hits)
    if a.kind is Kind.LEAKS or person or listing.other_id:
        if shared:
            return Told(Outcome.UNKNOWN, "shared", Reason.REVIEW)
        say = "fail" if a.kind is Kind.LEAKS else "fail-id"
        return Told(Outcome.FAIL, say)
    if a.kind in {Kind.HIDES, Kind.REJECTS} and not a.weak:
        return Told(Outcome.UNKNOWN, "no-list", Reason.INCONCLUSIVE)
    if is_shut(a.kind) and a.kind is not Kind.EMPTIES:
        return Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if a.weak else Told(Outcome.PASS, "pass-shut")
    if a.kind not in {Kind.GIVES, Kind.EMPTIES}:
        reason, say = why_nothing(a)
        return Told(Outcome.UNKNOWN, say, reason)
    return SAFE if listing.own or listing.theirs else _told_entries(listing)


def _told_entries(listing: Listing) -> Told:
    """A list in which nothing says whose it is: its entries' ids tell whether the clients are shown other ones. Shared ones are for a person to look at."""
    if listing.shared.apart:
        return Told(Outcome.PASS, "apart")
    if listing.shared.common and (listing.personal or not listing.same):
        return Told(Outcome.UNKNOWN, "common", Reason.REVIEW)
    if listing.same:
        return Told(Outcome.NOT_APPLICABLE, "same-for-all")
    return Told(Outcome.UNKNOWN, "nothing-own", Reason.INCONCLUSIVE)


def search_finding(search: Search, seen: Seen) -> Finding:
    """What a search came to."""
    shown = [search.a] if search.b is None else [search.a, search.b]
    if search.a.kind is Kind.LEAKS:
        told = Told(Outcome.UNKNOWN, "shared", Reason.REVIEW) if seen.shared else Told(Outcome.FAIL, "fail")
        return finding("search", search.route, told, shown, seen, None if seen.shared else search.a)
    works = search.b is not None and search.b.kind is Kind.GIVES and search.b.why == "own"
    if works and (is_shut(search.a.kind) or search.a.kind is Kind.GIVES):
        return finding("search", search.route, SAFE, shown, seen)
    if search.a.kind in {Kind.GIVES, Kind.EMPTIES}:
        return finding("search", search.route, Told(Outcome.UNKNOWN, "quiet", Reason.INCONCLUSIVE), shown, seen)
    reason, say = why_nothing(search.a)
    return finding("search", search.route, Told(Outcome.UNKNOWN, say, reason), shown, seen)


def planted_finding(planted: Planted, seen: Seen) -> Finding:
    """What a planted file came to."""
    shown = [exchange for exchange in (planted.own, planted.cross, planted.stranger) if exchange]
    leak = next((one for one in (planted.cross, planted.stranger) if one and one.kind is Kind.LEAKS), None)
    told = _told_planted(planted, seen.shared)
    return finding("files", planted.route, told, shown, seen, leak if told.outcome is Outcome.FAIL else None)


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


def memory_finding(memory: Memory | None, seen: Seen) -> Finding:
    """What the bot told."""
    if memory is None:
        told = Told(Outcome.NOT_APPLICABLE, "no-memory" if seen.asked_memory else "not-asked")
        return finding("bot-memory", "", told, (), seen)
    if memory.refused:
        return finding("bot-memory", "", Told(Outcome.UNKNOWN, memory.refused, Reason.NOT_TESTED), (), seen)
    shown = [exchange for exchange in (memory.recall, *memory.asks) if exchange]
    leak = next((exchange for exchange in memory.asks if exchange.kind is Kind.LEAKS), None)
    if leak:
        told = Told(Outcome.UNKNOWN, "shared", Reason.REVIEW) if seen.shared else Told(Outcome.FAIL, "fail")
        return finding("bot-memory", memory.route, told, shown, seen, None if seen.shared else leak)
    bad = next((one for one in memory.asks if one.kind is not Kind.GIVES), None)
    if bad:
        reason, say = why_nothing(bad)
        return finding("bot-memory", memory.route, Told(Outcome.UNKNOWN, say, reason), shown, seen)
    recalls = memory.recall is not None and memory.recall.why == "own"
    told = SAFE if recalls else Told(Outcome.UNKNOWN, "quiet", Reason.INCONCLUSIVE)
    return finding("bot-memory", memory.route, told, shown, seen)


def write_finding(write: Overwrite, seen: Seen) -> Finding:
    """What a cross-write came to."""
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
    return finding("cross-write", write.route, told, shown, seen, slots=slots)


def guessable_finding(seen: Seen) -> Iterator[Finding]:
    """A note on ids that can be counted; never a fail."""
    for proof in seen.proofs:
        if proof.shape:
            say = "small-numbers" if proof.shape == "integer" else "pass"
            told = Told(Outcome.PASS, say)
            yield finding("guessable-ids", proof.route, told, (), seen, slots=(("shape", proof.shape),))
